package inventory

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

// TestStatusWords: a status that means stopped or released counts since it was first seen, over
// restarts; one that means something else, or that nobody knows, changes nothing.
func TestStatusWords(t *testing.T) {
	redis := func(word string) func(*cloud.Account) {
		return func(a *cloud.Account) { a.Redis[0].InstanceStatus = word }
	}
	rocket := func(word string) func(*cloud.Account) {
		return func(a *cloud.Account) { a.RocketMQ5[0].Status = word }
	}
	mqtt := func(status, kind int) func(*cloud.Account) {
		return func(a *cloud.Account) { a.MQTT[0].InstanceStatus, a.MQTT[0].InstanceType = status, kind }
	}
	for _, tt := range []struct {
		name   string
		change func(*cloud.Account)
		id     string
		want   fleet.LifecycleState
		text   string // of the status
	}{
		{"Redis, stopped", redis("Inactive"), "r-bp1standard", fleet.LifecycleSuspended, "Inactive"},
		{"Redis, released into the bin", redis("Released"), "r-bp1standard", fleet.LifecycleRecycled, "Released"},
		{"Redis, changing", redis("Changing"), "r-bp1standard", "", "Changing"},
		{"Redis, a word that is new", redis("Levitating"), "r-bp1standard", "", "Levitating"},
		{"RocketMQ 5, stopped", rocket("STOPPED"), "rmq-cn-a", fleet.LifecycleSuspended, "STOPPED"},
		{"RocketMQ 5, released", rocket("RELEASED"), "rmq-cn-a", fleet.LifecycleReleased, "RELEASED"},
		{"RocketMQ 5, a word that is new", rocket("PAUSED"), "rmq-cn-a", "", "PAUSED"},
		{"MQTT, released", mqtt(10, 0), "mqtt-cn-a", fleet.LifecycleReleased, "released (10)"},
		{"MQTT, a subscription that has expired", mqtt(3, 0), "mqtt-cn-a", "", "expired (3)"},
		{"MQTT, overdue", mqtt(2, 2), "mqtt-cn-a", "", "overdue (2)"},
		{"MQTT, a number that is new", mqtt(77, 0), "mqtt-cn-a", "", "unknown status (77)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "acme.json")
			r := newRig(t, everything(), withCache(file))
			r.sweep()
			if w := r.one(tt.id).Word; w != (fleet.Word{}) {
				t.Errorf("at first %+v", w)
			}
			r.cloud.Change(func(a []*cloud.Account) { tt.change(a[0]) })
			if !r.sweep() {
				t.Error("nothing changed")
			}
			since := r.now.UTC()
			r.sweep()
			f := r.one(tt.id)
			want := fleet.Word{State: tt.want, Since: since, Text: tt.text}
			if tt.want == "" {
				want = fleet.Word{}
			}
			if !f.Word.Equal(want) || f.Status != tt.text {
				t.Errorf("%+v, status %q; want %+v, %q", f.Word, f.Status, want, tt.text)
			}
			again := r.start(nowhere, withCache(file))
			if i := slices.IndexFunc(again.Found(), func(f fleet.Found) bool { return f.ID == tt.id }); i < 0 || !again.Found()[i].Word.Equal(want) {
				t.Errorf("after a restart %+v", again.Found())
			}
			r.cloud.Change(func(a []*cloud.Account) { *a[0] = everything() })
		})
	}
}

// TestPayAsYouGoPastItsDeadline: MQTT that is paid for as it goes is stopped then, and its status
// says so.
func TestPayAsYouGoPastItsDeadline(t *testing.T) {
	a := everything()
	a.MQTT[0].InstanceType, a.Bills = 2, nil
	r := newRig(t, a)
	r.sweep()
	r.cloud.Change(func(a []*cloud.Account) { a[0].MQTT[0].InstanceStatus = 3 })
	r.sweep()
	if f := r.one("mqtt-cn-a"); f.Word.State != fleet.LifecycleSuspended || f.OverdueSince.IsZero() {
		t.Errorf("%+v", f)
	}
}

// TestReleasedBeforeItWasKnown: what is released when it is first seen is not found; what was known stays,
// released, as long as the cloud lists it, and its details are not asked for.
func TestReleasedBeforeItWasKnown(t *testing.T) {
	a := everything()
	a.RocketMQ5[0].Status, a.MQTT[0].InstanceStatus = "RELEASED", 10
	r := newRig(t, a)
	r.sweep()
	if ids := r.ids(); slices.Contains(ids, "rmq-cn-a") || slices.Contains(ids, "mqtt-cn-a") {
		t.Errorf("found %q", ids)
	}
	r.cloud.Change(func(a []*cloud.Account) { a[0].RocketMQ5[0].Status = "RUNNING" })
	r.sweep()
	r.cloud.Change(func(a []*cloud.Account) { a[0].RocketMQ5[0].Status = "RELEASED" })
	r.sweep()
	details := r.cloud.Count(cloud.GetRocketMQ5).Calls
	r.now = r.now.Add(3 * time.Hour)
	r.sweep()
	if f := r.one("rmq-cn-a"); f.Word.State != fleet.LifecycleReleased || r.cloud.Count(cloud.GetRocketMQ5).Calls != details {
		t.Errorf("%+v, %d calls for details, %d before", f.Word, r.cloud.Count(cloud.GetRocketMQ5).Calls, details)
	}
	r.cloud.Change(func(a []*cloud.Account) { a[0].RocketMQ5 = nil })
	for range 4 {
		r.sweep()
	}
	if slices.Contains(r.ids(), "rmq-cn-a") {
		t.Error("what the cloud lists no more is still there")
	}
}
