package outbox

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/test/server"
)

// TestEachIsToldInItsLanguage: the alert that is stored with an event is not that of another
// language.
func TestEachIsToldInItsLanguage(t *testing.T) {
	var mu sync.Mutex
	said := make(map[string]string)
	note := func(m notifier.Message) (notifier.Receipt, error) {
		mu.Lock()
		defer mu.Unlock()
		said[m.Recipient.Name+" "+string(m.Notices[0].Kind)] = m.Notices[0].Alert.Annotations["description"]
		return notifier.Receipt{Status: notifier.Accepted}, nil
	}
	r := notifier.Receiver{Name: "oncall"}
	for name, l := range map[string]words.Language{"en": words.EN, "zh": words.ZH} {
		r.Targets = append(r.Targets, notifier.Target{
			Recipient: notifier.Recipient{Channel: "webhook", Name: "webhook/" + name, Address: "http://" + name}, Channel: &fakeChannel{answer: note}, Language: l, Zone: time.UTC,
		})
	}
	b := open(t, dbPath(t), notifier.NewDirectory(notifier.Entries{Receivers: map[string]notifier.Receiver{"oncall": r}, Default: []string{"oncall"}})).start()
	defer b.stop()
	b.happen(alarm.Raised, "K7Q2")
	heard := func(n int) func() bool {
		return func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(said) == n
		}
	}
	server.Eventually(t, "both are told", heard(2))
	b.happen(alarm.Cleared, "K7Q2")
	server.Eventually(t, "both are told of the end", heard(4))
	for who, text := range said {
		if chinese := strings.Contains(text, "连接数"); chinese != strings.HasPrefix(who, "webhook/zh") {
			t.Errorf("%s is told %q", who, text)
		}
	}
}
