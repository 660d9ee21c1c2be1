package state

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// TestExistence: what was due for deletion before it was paid for stands as unknown everywhere,
// over another configuration and other balances, until the doubt is over.
func TestExistence(t *testing.T) {
	now := time.Date(2026, 11, 18, 9, 0, 0, 0, time.UTC)
	due := now.AddDate(0, 0, -1)
	s := &config.Snapshot{Instances: []config.Instance{
		{Instance: &fleet.Instance{ID: "a", Account: "acme", Term: fleet.Term{Method: fleet.PayAsYouGo}}}, {Instance: &fleet.Instance{ID: "b", Account: "acme", Term: fleet.Term{Method: fleet.PayAsYouGo}}},
	}}
	accounts := []fleet.Account{{Name: "acme", Zone: time.UTC, Balance: &fleet.Balance{Amount: 1}}}
	f := New(s, accounts, now)
	want := func(a fleet.LifecycleState) {
		t.Helper()
		st, _ := f.one("a", now)
		other, _ := f.one("b", now)
		if st.Lifecycle.State != a || f.Lifecycle(st.Instance, now).State != a || f.Calendar().Terms[0].Course.StateAt(now) != a || other.Lifecycle.State != fleet.LifecycleActive {
			t.Errorf("%+v, the other %+v", st.Lifecycle, other.Lifecycle)
		}
		if said := strings.Contains(st.Lifecycle.Reason, "paid; it was due for deletion on 2026-11-17 09:00 UTC: check whether it still exists"); said != (a == fleet.LifecycleUnknown) {
			t.Errorf("because %q", st.Lifecycle.Reason)
		}
	}
	want(fleet.LifecycleActive)
	f.SetExistence(map[string]fleet.Existence{"a": {Due: due}}, now)
	want(fleet.LifecycleUnknown)
	f.Set(s, accounts, now)
	want(fleet.LifecycleUnknown)
	f.SetAccounts(accounts, now)
	want(fleet.LifecycleUnknown)
	f.SetExistence(nil, now)
	want(fleet.LifecycleActive)
	f.SetExistence(map[string]fleet.Existence{"a": {Due: due, Said: fleet.Confirmation{Gone: true, By: "Wei", At: now}}}, now)
	want(fleet.LifecycleReleased)
	if st, _ := f.one("a", now); st.Lifecycle.Reason != "gone: Wei said so on 2026-11-18 09:00 UTC" || !f.Gone("a") || f.Gone("b") {
		t.Errorf("because %q, gone %v, the other %v", st.Lifecycle.Reason, f.Gone("a"), f.Gone("b"))
	}
	f.SetAccounts(accounts, now)
	want(fleet.LifecycleReleased)
	f.SetExistence(map[string]fleet.Existence{"a": {Said: fleet.Confirmation{By: "Wei", At: now}}}, now)
	want(fleet.LifecycleActive)
}
