package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
)

// slowChannel accepts everything after a millisecond, as a provider nearby does.
type slowChannel struct{ sent chan struct{} }

func (c *slowChannel) Send(context.Context, notifier.Message) (notifier.Receipt, error) {
	<-time.After(time.Millisecond)
	c.sent <- struct{}{}
	return notifier.Receipt{Status: notifier.Accepted}, nil
}

// BenchmarkSend is a text message from the decision to its outcome, among as many
// as can be under way: the decision is stored before, that it is about to leave and
// what became of it are measured.
func BenchmarkSend(b *testing.B) {
	channel := &slowChannel{sent: make(chan struct{}, 1<<16)}
	o := openBench(b, manyRecipients(b.N, channel)) // a person gets one message a minute
	if err := o.Commit(b.Context(), alarm.Commit{Events: []alarm.Event{stormEvent(0)}}); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	b.ResetTimer()
	go func() { ended <- o.Run(ctx) }()
	for range b.N {
		<-channel.sent
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}

// BenchmarkCommitStorm is a storm: ten thousand alarms of as many instances begin, each
// of which tells some people and a program. They are committed by five hundred. The second
// case is the storm of test/chaos: with two people, and with advice.
func BenchmarkCommitStorm(b *testing.B) {
	advised := fleet.Text{EN: strings.Repeat("Send TPS reached 80,002 of 100,000 (threshold 70%), so it needs at least 114,289. ", 6)}
	for _, bb := range []struct {
		name   string
		people []string
		advice alarm.Fitting
	}{
		{"a person and a webhook", []string{"wei"}, alarm.Fitting{}},
		{"two people and a webhook", []string{"wei", "li"}, alarm.Fitting{Full: advised}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			dir := directoryOf(map[string]notifier.Channel{"webhook/oncall/1": &fakeChannel{bundle: 64}}, texting(bb.people...))
			commits := stormCommits(bb.advice)
			for b.Loop() {
				b.StopTimer()
				o := openBench(b, dir)
				b.StartTimer()
				for _, c := range commits {
					if err := o.Commit(b.Context(), c); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(storm*b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// storm is how many alarms begin at once.
const storm = 10_000

// stormCommits are the commits of a storm.
func stormCommits(advice alarm.Fitting) []alarm.Commit {
	const most = 500
	commits := make([]alarm.Commit, 0, storm/most)
	for n := range storm {
		if n%most == 0 {
			commits = append(commits, alarm.Commit{})
		}
		c := &commits[len(commits)-1]
		ev := stormEvent(n)
		ev.Fitting = advice
		c.Events = append(c.Events, ev)
		c.States = append(c.States, alarm.Record{Key: ev.Key, State: alarm.State{Level: 1, Code: ev.Code, RaisedAt: 1}})
	}
	return commits
}

// texting adds people who are sent text messages, before the others of the receiver.
func texting(people ...string) func(*notifier.Entries) {
	return func(e *notifier.Entries) {
		r := e.Receivers["oncall"]
		var targets []notifier.Target
		for n, name := range people {
			targets = append(targets, notifier.Target{
				Recipient: notifier.Recipient{Channel: "sms", Name: "sms/" + name, Address: fmt.Sprintf("+861380013800%d", n), Display: name},
				Channel:   &fakeChannel{}, Zone: time.UTC, PricePerSegment: 50_000,
			})
		}
		r.Targets = append(targets, r.Targets...)
		e.Receivers["oncall"] = r
	}
}

func openBench(b *testing.B, dir *notifier.Directory) *Outbox {
	b.Helper()
	o, err := Open(b.Context(), Options{Path: filepath.Join(b.TempDir(), "b.db"), Directory: dir, Logger: slog.New(slog.DiscardHandler), Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := o.Close(); err != nil {
			b.Error(err)
		}
	})
	return o
}

// stormEvent is the beginning of the alarm of the n-th instance.
func stormEvent(n int) alarm.Event {
	id := fmt.Sprintf("mqtt-cn-%06d", n)
	return alarm.Event{
		Kind: alarm.Raised, Key: alarm.Key{Rule: alarm.Capacity, Instance: id, Metric: fleet.Connections}, Code: fmt.Sprintf("K%05d", n),
		At: time.UnixMilli(1_800_000_000_000).UTC(), RaisedAt: time.UnixMilli(1_800_000_000_000).UTC(), Severity: alarm.Warning,
		Known: true, Usage: 7500, Capacity: 10_000, Threshold: 0.7,
		Instance: &fleet.Instance{ID: id, Name: fmt.Sprintf("Orders %d", n), Product: "aliyun-mqtt", Edition: "professional"},
	}
}
