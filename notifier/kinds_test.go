package notifier

import (
	"testing"

	"github.com/brimwatch/brimwatch/alarm"
)

// TestWhatTellsPeople: each kind of event begins, ends, or tells nobody; and begins before
// a reminder does.
func TestWhatTellsPeople(t *testing.T) {
	for kind, want := range map[alarm.EventKind]string{
		alarm.Raised: "begins", alarm.Escalated: "begins", alarm.Reminded: "begins", alarm.BeganFlapping: "begins", alarm.Settled: "begins",
		alarm.Cleared: "ends", alarm.Withdrawn: "ends",
		alarm.Eased: "", alarm.Acked: "", alarm.Lost: "", alarm.Found: "", alarm.Rose: "", alarm.Fell: "",
	} {
		got := ""
		switch {
		case Begins(kind) && Ends(kind):
			got = "both"
		case Begins(kind):
			got = "begins"
		case Ends(kind):
			got = "ends"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
	if flaps, reminded := Weight(alarm.Warning, alarm.BeganFlapping), Weight(alarm.Warning, alarm.Reminded); flaps >= reminded {
		t.Errorf("flapping weighs %d, a reminder %d", flaps, reminded)
	}
}
