package receivers

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
)

// Charted is the picture that goes with a notice to a reader of a language; false is none.
type Charted func(n *notifier.Notice, l words.Language) (links.Picture, bool)

// Link has all messages of a directory, which is not in force yet, that show cards carry
// links to acknowledge and to silence, and the picture of the chart, where others can open the pages at
// external.
func Link(d *notifier.Directory, signer *links.Signer, external string, charted Charted) {
	if signer == nil || !reachable(external) {
		return
	}
	for t := range d.Targets() {
		if ch, ok := t.Channel.(interface{ SetLinks(l card.Linker) }); ok {
			l := linker{signer: signer, external: external, charted: charted, language: t.Language}
			ch.SetLinks(l.links)
		}
	}
}

// linker makes the links of notices to one recipient.
type linker struct {
	signer   *links.Signer
	external string
	charted  Charted
	language words.Language
}

// links makes the links of a notice, the same for each attempt at a message.
func (l *linker) links(n *notifier.Notice, to notifier.Recipient) card.Links {
	var out card.Links
	if to.Channel == "webhook" { // a mail holds the picture itself
		l.addChart(&out, n)
	}
	if !acknowledged(n) {
		return out
	}
	by := to.Display
	if to.Channel == "webhook" { // a chat has many readers
		by = n.Receiver
	}
	out.Acknowledge = l.external + links.Path + l.signer.Token(links.Link{
		Code: n.Code, RaisedAt: n.Alert.StartsAt, By: by, Expires: n.CreatedAt.Add(links.Lifetime),
	})
	if id := n.Alert.Labels["instance_id"]; id != "" {
		out.Silence = l.external + l.signer.SilenceAddress(links.Silence{
			Instance: id, For: links.SilenceFor, Code: n.Code, By: by, Expires: n.CreatedAt.Add(links.Lifetime),
		})
	}
	return out
}

// addChart adds the picture of the chart: for who opens it, and for the servers of chats where
// these can fetch it.
func (l *linker) addChart(out *card.Links, n *notifier.Notice) {
	p, ok := l.charted(n, l.language)
	if !ok {
		return
	}
	out.Chart = l.external + l.signer.PictureAddress(p)
	if public(l.external) {
		out.Picture = out.Chart
	}
}

// acknowledged tells whether a notice is of an alarm that can be acknowledged. The codes of what
// Brimwatch tells of itself begin with a digit.
func acknowledged(n *notifier.Notice) bool {
	return notifier.Begins(n.Kind) && n.Code != notifier.TestCode && n.Code != "" && strings.Trim(n.Code[:1], "0123456789") != ""
}

// hostOf is the host of an address, and its IP address where it is one.
func hostOf(external string) (host string, addr netip.Addr) {
	u, err := url.Parse(external)
	if err != nil {
		return "", netip.Addr{}
	}
	host = strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	addr, _ = netip.ParseAddr(host) // what is none is a name
	return host, addr.Unmap()
}

// reachable tells whether an address means something to other machines.
func reachable(external string) bool {
	host, addr := hostOf(external)
	return host != "" && !addr.IsLoopback() && (!addr.IsValid() || !addr.IsUnspecified()) && host != "localhost" && !strings.HasSuffix(host, ".localhost")
}

// public tells whether an address may mean something to the servers of a chat, in the
// internet. Whether these get through to it they alone can tell.
func public(external string) bool {
	if !reachable(external) {
		return false
	}
	host, addr := hostOf(external)
	if addr.IsValid() {
		shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10) // of carriers, and of overlay networks
		return addr.IsGlobalUnicast() && !addr.IsPrivate() && !shared.Contains(addr)
	}
	at := strings.LastIndexByte(host, '.')
	switch {
	case at < 0: // a name of the office
		return false
	case strings.HasSuffix(host, ".home.arpa"):
		return false
	}
	switch host[at+1:] {
	case "local", "lan", "internal", "intranet", "corp", "home", "private", "localdomain", "test", "invalid":
		return false
	}
	return true
}
