package outbox

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// BenchmarkClaim is one turn of the dispatcher: it claims the recipients that are
// due, as many as it serves at a time, and takes them back. What the others cost
// is what waiting costs everybody, as commits need the same lock.
func BenchmarkClaim(b *testing.B) {
	for _, bb := range []struct{ recipients, due int }{{100, 1}, {3000, 1}, {10000, 1}, {10000, 10000}} {
		b.Run(fmt.Sprintf("%d_recipients,_%d_due", bb.recipients, bb.due), func(b *testing.B) {
			o, err := Open(b.Context(), Options{
				Path: filepath.Join(b.TempDir(), "b.db"), Directory: manyRecipients(bb.recipients, &fakeChannel{}), Logger: slog.New(slog.DiscardHandler), Seed: 1,
			})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() {
				if err := o.Close(); err != nil {
					b.Error(err)
				}
			})
			for n := range bb.recipients {
				it := item{seq: int64(n + 1), recipient: fmt.Sprintf("sms/%d", n), state: notifier.Pending}
				if n >= bb.due {
					it.due = time.Hour
				}
				o.enqueue([]item{it})
			}
			for b.Loop() {
				claimed, _ := o.claim(parallel)
				if len(claimed) != min(bb.due, parallel) {
					b.Fatalf("claimed %d", len(claimed))
				}
				for _, w := range claimed {
					o.release(w, w.items, verdict{})
				}
			}
		})
	}
}

// manyRecipients is a directory of as many receivers, each with a person of its
// own, all reached by one channel.
func manyRecipients(n int, c notifier.Channel) *notifier.Directory {
	e := notifier.Entries{Receivers: make(map[string]notifier.Receiver, n)}
	for i := range n {
		name := fmt.Sprintf("sms/%d", i)
		e.Default = append(e.Default, name)
		e.Receivers[name] = notifier.Receiver{Name: name, Targets: []notifier.Target{{
			Recipient: notifier.Recipient{Channel: "sms", Name: name}, Channel: c, Zone: time.UTC,
		}}}
	}
	return notifier.NewDirectory(e)
}
