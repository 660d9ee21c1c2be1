package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// People lists who is told.
func (f *fake) People(context.Context) ([]notifier.Reach, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.people, f.broken
}

// staffed gives the fleet people, one in each state.
func (f *fake) staffed() {
	ago := func(d time.Duration) time.Time { return now().Add(-d) }
	const day = 24 * time.Hour
	nine := 9 * 60
	person := func(name, phone string, receivers ...string) notifier.Reach {
		return notifier.Reach{Contact: notifier.Contact{Name: name, Phone: phone, Receivers: receivers, Zone: time.UTC}, DrillEvery: 30 * day}
	}
	proved := person("alice", "+15005550006", "oncall", "payments")
	proved.DeliveredAt, proved.AnsweredAt, proved.AskedAt, proved.DrillAnswered = ago(3*day), ago(12*day), ago(12*day), ago(12*day)
	proved.DailyTest, proved.TestedAt = &nine, ago(18*time.Hour)
	failing := person("bob", "+15005550001", "oncall")
	failing.Failing = "accepted, and then not delivered: 30003: the handset of bob cannot be reached"
	failing.DeliveredAt = ago(45 * day)
	stopped := person("carol", "+15005550009", "oncall")
	stopped.Failing, stopped.Unsubscribed = "carol unsubscribed (texted STOP); ask them to text START to +15005550000", true
	late := person("dave <ops>", "+447700900123", "oncall")
	late.AskedAt, late.DrillOverdue, late.DeliveredAt = ago(3*day), true, ago(15*day)
	fresh := person("erin", "+8613800138000", "oncall")
	fresh.AskedAt = ago(time.Hour)
	f.people = []notifier.Reach{proved, failing, stopped, late, fresh, person("frank", "+1")}
}

func TestPeoplePage(t *testing.T) {
	page := get(t, realistic(), "/people")
	said := text(t, page)
	wants(t, said,
		"alice …0006, oncall, payments proved", "proved 3 d ago", "arrived 2026-11-20 03:12:04", "answered 2026-11-11 03:12:04", "drill answered asked 12 d ago", "test 09:00 sent 18 h ago",
		"bob …0001, oncall failing accepted, and then not delivered: 30003", "carol …0009, oncall unsubscribed", "texted STOP",
		"dave <ops> …0123, oncall did not answer", "drill not answered asked 3 d ago", "erin …8000, oncall not proved", "never proved", "drill not answered yet asked 1 h ago",
		"frank …", "in no receiver", "The bar is how much of 30 d has passed since.",
	)
	for _, hidden := range []string{"5005550006", "13800138000", "<ops>"} {
		if strings.Contains(page.Body.String(), hidden) {
			t.Errorf("%s is on the page", hidden)
		}
	}
	for _, bar := range []string{`class="bar ok"`, `class="bar raised"`, `class="bar unknown"`} {
		if !strings.Contains(page.Body.String(), bar) {
			t.Errorf("there is no %s", bar)
		}
	}
	f := realistic()
	for i := range f.people {
		f.people[i].DrillEvery = 0
	}
	wants(t, text(t, get(t, f, "/people")), "Nobody is asked to answer: drill: {every: 30d} does that.")
}
