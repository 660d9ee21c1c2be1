package receivers

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestLinker: who is told of an alarm gets a link that acknowledges it in their name, where
// they can open it.
func TestLinker(t *testing.T) {
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	notice := func(change ...func(*notifier.Notice)) *notifier.Notice {
		n := &notifier.Notice{
			Code: "K7Q2", Kind: alarm.Raised, Receiver: "oncall", CreatedAt: at,
			Alert: notifier.Alert{StartsAt: at.Add(-time.Minute), Labels: map[string]string{"instance_id": "mqtt-cn-0pp1abc"}},
		}
		for _, f := range change {
			f(n)
		}
		return n
	}
	signer := links.New()
	mail := notifier.Recipient{Channel: "email", Name: "email/wei", Display: "wei"}
	const external = "https://b.example.com"
	l := linker(signer, external)
	got := l(notice(), mail)
	token, ok := strings.CutPrefix(got.Acknowledge, external+links.Path)
	read, err := signer.Read(token, at)
	if !ok || err != nil || read != (links.Link{Code: "K7Q2", RaisedAt: at.Add(-time.Minute), By: "wei", Expires: at.Add(links.Lifetime)}) {
		t.Errorf("the link %q is %+v, %v", got.Acknowledge, read, err)
	}
	if again := l(notice(), mail); again != got {
		t.Errorf("another attempt says something else: %+v, %+v", got, again)
	}
	if want := external + "/silences?for=2h&labels=instance_id%3Dmqtt-cn-0pp1abc"; got.Silence != want {
		t.Errorf("silence by %q", got.Silence)
	}
	chat := l(notice(), notifier.Recipient{Channel: "webhook", Name: "webhook/oncall/1", Display: "https://hooks.example.com"})
	if read, err := signer.Read(strings.TrimPrefix(chat.Acknowledge, external+links.Path), at); err != nil || read.By != "oncall" {
		t.Errorf("a chat acknowledges as %q, %v", read.By, err)
	}
	for name, change := range map[string]func(*notifier.Notice){
		"an end":                        func(n *notifier.Notice) { n.Kind = alarm.Cleared },
		"a test":                        func(n *notifier.Notice) { n.Code = notifier.TestCode },
		"what Brimwatch says of itself": func(n *notifier.Notice) { n.Code = "2AAA" },
	} {
		if got := l(notice(change), mail); got.Acknowledge != "" {
			t.Errorf("%s has a link: %q", name, got.Acknowledge)
		}
	}
	for _, nowhere := range []string{"", "http://127.0.0.1:9740", "http://localhost:9740", "http://[::1]:9740", "http://0.0.0.0"} {
		if linker(signer, nowhere) != nil {
			t.Errorf("nobody else opens %q", nowhere)
		}
	}
}
