package outbox

import (
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestEachReadsItsOwnLanguage: an event is stored with the alert that it says to all, and
// who reads another language, or keeps other hours, gets an alert of its own.
func TestEachReadsItsOwnLanguage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		said := make(map[string]string)
		ch := func() *fakeChannel {
			return &fakeChannel{answer: func(m notifier.Message) (notifier.Receipt, error) {
				mu.Lock()
				defer mu.Unlock()
				said[m.Recipient.Name] = m.Notices[0].Alert.Annotations["advice"]
				return notifier.Receipt{Status: notifier.Accepted}, nil
			}}
		}
		both := func(e *notifier.Entries) {
			r := e.Receivers["oncall"]
			for name, l := range map[string]words.Language{"webhook/oncall/2": words.EN, "webhook/oncall/3": words.ZH, "webhook/oncall/4": words.EN} {
				r.Targets = append(r.Targets, notifier.Target{Recipient: notifier.Recipient{Channel: "webhook", Name: name}, Channel: ch(), Zone: time.UTC, Language: l})
			}
			e.Receivers["oncall"] = r
		}
		r := open(t, filepath.Join(t.TempDir(), "o.db"), directoryOf(map[string]notifier.Channel{"sms/wei": ch()}, both)).start()
		defer r.stop()
		r.happen(alarm.Raised, "K7Q2")
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if said["webhook/oncall/3"] == said["webhook/oncall/2"] || said["webhook/oncall/2"] != said["webhook/oncall/4"] || said["webhook/oncall/2"] == "" {
			t.Errorf("each was told: %v", said)
		}
	})
}
