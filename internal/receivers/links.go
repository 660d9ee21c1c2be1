package receivers

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
)

// Link has all messages of a directory, which is not in force yet, that show cards carry
// links to acknowledge, where others can open the pages at external.
func Link(d *notifier.Directory, signer *links.Signer, external string) {
	l := linker(signer, external)
	for t := range d.Targets() {
		if ch, ok := t.Channel.(interface{ SetLinks(l card.Linker) }); ok && l != nil {
			ch.SetLinks(l)
		}
	}
}

// linker makes the links of a notice; nil where nobody else can open the pages. It makes the
// same for each attempt at a message.
func linker(signer *links.Signer, external string) card.Linker {
	if signer == nil || !reachable(external) {
		return nil
	}
	return func(n *notifier.Notice, to notifier.Recipient) card.Links {
		if !acknowledged(n) {
			return card.Links{}
		}
		by := to.Display
		if to.Channel == "webhook" { // a chat has many readers
			by = n.Receiver
		}
		out := card.Links{Acknowledge: external + links.Path + signer.Token(links.Link{
			Code: n.Code, RaisedAt: n.Alert.StartsAt, By: by, Expires: n.CreatedAt.Add(links.Lifetime),
		})}
		if id := n.Alert.Labels["instance_id"]; id != "" {
			out.Silence = external + "/silences?" + url.Values{"labels": {"instance_id=" + id}, "for": {"2h"}}.Encode()
		}
		return out
	}
}

// acknowledged tells whether a notice is of an alarm that can be acknowledged. The codes of what
// Brimwatch tells of itself begin with a digit.
func acknowledged(n *notifier.Notice) bool {
	return notifier.Begins(n.Kind) && n.Code != notifier.TestCode && n.Code != "" && strings.Trim(n.Code[:1], "0123456789") != ""
}

// reachable tells whether an address means something to other machines.
func reachable(external string) bool {
	u, err := url.Parse(external)
	if err != nil || u.Host == "" {
		return false
	}
	host := strings.ToLower(u.Hostname())
	addr, err := netip.ParseAddr(host)
	return (err != nil || !addr.IsLoopback() && !addr.IsUnspecified()) && host != "localhost" && !strings.HasSuffix(host, ".localhost")
}
