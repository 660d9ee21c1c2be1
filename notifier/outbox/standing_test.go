package outbox

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/test/server"
)

// TestStanding lists what an address was told of, as it stands.
func TestStanding(t *testing.T) {
	ch := &fakeChannel{answer: func(m notifier.Message) (notifier.Receipt, error) {
		if m.Notices[0].Code == "DEAD" {
			return notifier.Receipt{}, notifier.Permanent(errors.New("no"))
		}
		return notifier.Receipt{Status: notifier.Accepted}, nil
	}}
	dir := notifier.NewDirectory(notifier.Entries{
		Receivers: map[string]notifier.Receiver{"oncall": {Name: "oncall", Targets: []notifier.Target{{
			Recipient: notifier.Recipient{Channel: "alertmanager", Name: "alertmanager/oncall", Address: "http://am"}, Channel: ch, Zone: time.UTC,
		}}}},
		Default: []string{"oncall"},
	})
	b := open(t, dbPath(t), dir).start()
	defer b.stop()
	if _, err := b.AddSilence(t.Context(), notifier.Silence{ID: "s", Matchers: map[string]string{"instance_id": "mqtt-HUSH"}, Until: time.Now().Add(time.Hour), By: "wei"}); err != nil {
		t.Fatal(err)
	}
	done := func() {
		t.Helper()
		server.Eventually(t, "nothing is pending", func() bool {
			list, err := b.Notices(t.Context(), notifier.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range list {
				if n.State == notifier.Pending || n.State == notifier.Sending {
					return false
				}
			}
			return true
		})
	}
	b.happen(alarm.Raised, "OPEN")
	b.happen(alarm.Raised, "OVER")
	b.happen(alarm.Raised, "DEAD")
	b.happen(alarm.Raised, "HUSH")
	done()
	b.happen(alarm.Reminded, "OPEN")
	b.happen(alarm.Acked, "OPEN")
	b.happen(alarm.Cleared, "OVER")
	done()
	// Its alarm is raised again, under another code.
	again := commitOf(alarm.Raised, "OLD2")
	b.happen(alarm.Raised, "OLD2")
	done()
	b.happen(alarm.Cleared, "OLD2")
	done()
	again.Events[0].Code, again.States[0].State.Code, again.Events[0].RaisedAt = "NEW2", "NEW2", time.Now().UTC()
	if err := b.Commit(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	done()
	b.tellSelf(t)
	done()

	ask := func(change func(*notifier.StandingQuery)) []string {
		t.Helper()
		q := notifier.StandingQuery{
			Channel: "alertmanager", Recipients: []string{"alertmanager/oncall"}, Address: "http://am", EndedAfter: time.Now().Add(-time.Minute), Most: 100,
		}
		change(&q)
		list, err := b.Standing(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, s := range list {
			out = append(out, fmt.Sprintf("%s told %d over %t", s.Told[0].Alert.Annotations["code"], len(s.Told), !s.EndedAt.IsZero()))
		}
		return out
	}
	all := []string{"OPEN told 2 over false", "OVER told 1 over true", "NEW2 told 1 over false"}
	want(t, "all", ask(func(*notifier.StandingQuery) {}), all...)
	want(t, "by the address alone", ask(func(q *notifier.StandingQuery) { q.Recipients = []string{"alertmanager/other"} }), all...)
	want(t, "by the name alone", ask(func(q *notifier.StandingQuery) { q.Address = "" }), all...)
	want(t, "somebody else", ask(func(q *notifier.StandingQuery) { q.Recipients, q.Address = nil, "http://other" }))
	want(t, "another channel", ask(func(q *notifier.StandingQuery) { q.Channel = "webhook" }))
	want(t, "what ended long ago", ask(func(q *notifier.StandingQuery) { q.EndedAfter = time.Now().Add(time.Minute) }), all[0], all[2])
	want(t, "the first", ask(func(q *notifier.StandingQuery) { q.Most = 1 }), all[0])
	// What Brimwatch tells of itself is open for as long as it lasts, where it has an end.
	b.tellLost(t, "sms/li")
	done()
	lost := ask(func(*notifier.StandingQuery) {})
	if len(lost) != len(all)+1 || !strings.HasSuffix(lost[len(all)], " told 1 over false") {
		t.Errorf("while somebody cannot be reached: %q", lost)
	}
	b.reached(t.Context(), "sms/li", "+15550000002", true)
	done()
	want(t, "when they are reached again", ask(func(*notifier.StandingQuery) {}), all...)

	list, err := b.Standing(t.Context(), notifier.StandingQuery{Channel: "alertmanager", Address: "http://am", EndedAfter: time.Now().Add(-time.Minute), Most: 1})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the next", ask(func(q *notifier.StandingQuery) { q.Most, q.After = 1, list[0].Row }), all[1])
}

// tellLost tells that somebody cannot be reached.
func (r *rig) tellLost(t *testing.T, recipient string) {
	t.Helper()
	var told []item
	err := r.write(t.Context(), func(tx *transaction) (err error) {
		self := notifier.Self{Rule: notifier.DeliveryRule, Subject: recipient, Severity: alarm.Critical, To: []string{"oncall"}, Text: fleet.Text{EN: "x", ZH: "x"}}
		told, err = r.tellOnce(t.Context(), tx, recipient, "+15550000002", &self)
		return err
	})
	if err != nil || len(told) == 0 {
		t.Fatalf("%v, %v", told, err)
	}
	r.lost.Store(recipient, true)
	r.admit(told)
}

// tellSelf tells something about Brimwatch itself.
func (r *rig) tellSelf(t *testing.T) {
	t.Helper()
	var told []item
	err := r.write(t.Context(), func(tx *transaction) (err error) {
		self := notifier.Self{Rule: notifier.StoreRule, Subject: "store", Severity: alarm.Warning, To: []string{"oncall"}, Text: fleet.Text{EN: "x", ZH: "x"}}
		told, err = r.planSelf(t.Context(), tx, r.Directory(), &self, time.Now())
		return err
	})
	if err != nil || len(told) == 0 {
		t.Fatalf("%v, %v", told, err)
	}
	r.admit(told)
}
