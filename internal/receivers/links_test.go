package receivers

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
)

const external = "https://b.example.com"

// raised is a notice of an alarm.
func raised(change ...func(*notifier.Notice)) *notifier.Notice {
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	n := &notifier.Notice{
		Code: "K7Q2", Kind: alarm.Raised, Receiver: "oncall", CreatedAt: at,
		Alert: notifier.Alert{StartsAt: at.Add(-time.Minute), Labels: map[string]string{"instance_id": "mqtt-cn-0pp1abc", "metric": "connections"}},
	}
	for _, f := range change {
		f(n)
	}
	return n
}

// charted is the picture of notices about a metric.
func charted(n *notifier.Notice, l words.Language) (links.Picture, bool) {
	return links.Picture{
		Instance: n.Alert.Labels["instance_id"], Metric: n.Alert.Labels["metric"], From: n.CreatedAt.Add(-time.Hour), To: n.CreatedAt, Language: l.String(), Expires: n.CreatedAt.Add(time.Hour),
	}, n.Alert.Labels["metric"] != ""
}

// told are a mail and a chat.
func told() (mail, chat notifier.Recipient) {
	return notifier.Recipient{Channel: "email", Name: "email/wei", Display: "wei"},
		notifier.Recipient{Channel: "webhook", Name: "webhook/oncall/1", Display: "https://hooks.example.com"}
}

// TestLinker: who is told of an alarm gets a link that acknowledges it in their name, where
// they can open it.
func TestLinker(t *testing.T) {
	at, signer := raised().CreatedAt, links.New()
	mail, chat := told()
	l := linker{signer: signer, external: external, charted: charted}
	got := l.links(raised(), mail)
	token, ok := strings.CutPrefix(got.Acknowledge, external+links.Path)
	read, err := signer.Read(token, at)
	if !ok || err != nil || read != (links.Link{Code: "K7Q2", RaisedAt: at.Add(-time.Minute), By: "wei", Expires: at.Add(links.Lifetime)}) {
		t.Errorf("the link %q is %+v, %v", got.Acknowledge, read, err)
	}
	if again := l.links(raised(), mail); again != got {
		t.Errorf("another attempt says something else: %+v, %+v", got, again)
	}
	silence, err := signer.ReadSilence(strings.TrimPrefix(got.Silence, external+links.SilencePath), at)
	if want := (links.Silence{Instance: "mqtt-cn-0pp1abc", For: 2 * time.Hour, Code: "K7Q2", By: "wei", Expires: at.Add(links.Lifetime)}); err != nil || silence != want {
		t.Errorf("the silence %q is %+v, %v", got.Silence, silence, err)
	}
	shared := l.links(raised(), chat)
	if read, err := signer.Read(strings.TrimPrefix(shared.Acknowledge, external+links.Path), at); err != nil || read.By != "oncall" {
		t.Errorf("a chat acknowledges as %q, %v", read.By, err)
	}
	for name, change := range map[string]func(*notifier.Notice){
		"an end":                        func(n *notifier.Notice) { n.Kind = alarm.Cleared },
		"a test":                        func(n *notifier.Notice) { n.Code = notifier.TestCode },
		"what Brimwatch says of itself": func(n *notifier.Notice) { n.Code = "2AAA" },
	} {
		if got := l.links(raised(change), mail); got.Acknowledge != "" || got.Silence != "" {
			t.Errorf("%s has a link: %q", name, got.Acknowledge)
		}
	}
}

// TestChartOfANotice: chats get the chart of a notice about a metric, also of its end; mails
// hold it, and what is not about a metric has none.
func TestChartOfANotice(t *testing.T) {
	signer, at := links.New(), raised().CreatedAt
	mail, chat := told()
	l := linker{signer: signer, external: external, charted: charted, language: words.ZH}
	for name, change := range map[string]func(*notifier.Notice){"a beginning": func(*notifier.Notice) {}, "an end": func(n *notifier.Notice) { n.Kind = alarm.Cleared }} {
		got := l.links(raised(change), chat)
		p, err := signer.ReadPicture(strings.TrimPrefix(got.Chart, external+links.PicturePath), at)
		if want, _ := charted(raised(), words.ZH); err != nil || p != want || got.Picture != got.Chart {
			t.Errorf("%s: %+v is %+v, %v", name, got, p, err)
		}
		if got := l.links(raised(change), mail); got.Chart != "" || got.Picture != "" {
			t.Errorf("%s by mail: %+v", name, got)
		}
	}
	if got := l.links(raised(func(n *notifier.Notice) { delete(n.Alert.Labels, "metric") }), chat); got.Chart != "" || got.Acknowledge == "" {
		t.Errorf("without a metric: %+v", got)
	}
	l.external = "http://10.0.0.7:9740"
	if got := l.links(raised(), chat); got.Chart == "" || got.Picture != "" {
		t.Errorf("in a network that chats are not in: %+v", got)
	}
}

// TestWhoReaches: links lead where others get to, and pictures where the servers of chats may.
func TestWhoReaches(t *testing.T) {
	for address, want := range map[string]struct{ reachable, public bool }{
		"": {}, "http://127.0.0.1:9740": {}, "http://localhost:9740": {}, "http://a.localhost": {}, "http://[::1]:9740": {}, "http://0.0.0.0": {}, "http://[::ffff:127.0.0.1]": {}, "%zz": {},
		"http://10.0.0.7:9740": {true, false}, "http://192.168.1.4": {true, false}, "http://172.20.0.1": {true, false}, "http://169.254.1.1": {true, false},
		"http://100.64.3.2": {true, false}, "http://[fd00::1]": {true, false}, "http://[fe80::1]": {true, false},
		"http://brimwatch:9740": {true, false}, "https://brimwatch.lan": {true, false}, "https://brimwatch.corp": {true, false}, "https://b.home.arpa": {true, false}, "https://Brimwatch.Internal.": {true, false},
		external: {true, true}, "https://brimwatch.example.com:8443/": {true, true}, "https://198.51.100.7": {true, true}, "https://[2001:db8::7]": {true, true},
	} {
		if got := reachable(address); got != want.reachable {
			t.Errorf("others open %q: %v", address, got)
		}
		if got := public(address); got != want.public {
			t.Errorf("chats fetch from %q: %v", address, got)
		}
	}
}

// linked is a channel that shows cards.
type linked struct {
	notifier.Channel

	links card.Linker
}

func (c *linked) SetLinks(l card.Linker) { c.links = l }

// TestLink: channels get links in the language of their readers, and none where nobody else
// can open them.
func TestLink(t *testing.T) {
	directory := func() (*notifier.Directory, *linked) {
		ch := &linked{}
		_, chat := told()
		return notifier.NewDirectory(notifier.Entries{
			Receivers: map[string]notifier.Receiver{"oncall": {Name: "oncall", Targets: []notifier.Target{{Recipient: chat, Channel: ch, Language: words.ZH}}}}, Default: []string{"oncall"},
		}), ch
	}
	d, ch := directory()
	signer := links.New()
	Link(d, signer, external, charted)
	_, chat := told()
	got := ch.links(raised(), chat)
	if p, err := signer.ReadPicture(strings.TrimPrefix(got.Chart, external+links.PicturePath), raised().CreatedAt); err != nil || p.Language != "zh" {
		t.Errorf("the chart is %+v, %v", p, err)
	}
	d, ch = directory()
	if Link(d, signer, "http://localhost:9740", charted); ch.links != nil {
		t.Error("there are links to nowhere")
	}
}
