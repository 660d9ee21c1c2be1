package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
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
// of which tells a person and a program. They are committed by five hundred.
func BenchmarkCommitStorm(b *testing.B) {
	const storm, most = 10_000, 500
	dir := directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}, "webhook/oncall/1": &fakeChannel{bundle: 64}})
	commits := make([]alarm.Commit, 0, storm/most)
	for n := range storm {
		if n%most == 0 {
			commits = append(commits, alarm.Commit{})
		}
		c := &commits[len(commits)-1]
		ev := stormEvent(n)
		c.Events = append(c.Events, ev)
		c.States = append(c.States, alarm.Record{Key: ev.Key, State: alarm.State{Level: 1, Code: ev.Code, RaisedAt: 1}})
	}
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
