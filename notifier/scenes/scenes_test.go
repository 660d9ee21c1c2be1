package scenes_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/scenes"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// all are the scenes of an instance, under no policy, and under one with every phase.
func all(policy fleet.Policy) []scenes.Scene {
	return scenes.All(scenes.Stage{
		Instance: &fleet.Instance{ID: "mqtt-cn-0pp1abc", Name: "Orders", Account: "acme", Product: "mqtt", Edition: "basic"},
		Policy:   func(fleet.Method) fleet.Policy { return policy }, Zone: time.UTC, Now: time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC),
	})
}

func full() fleet.Policy {
	return fleet.Policy{
		Name: "full", Method: fleet.Subscription,
		Phases: []fleet.Phase{{State: fleet.LifecycleGrace, Days: 3}, {State: fleet.LifecycleSuspended, Days: 7}, {State: fleet.LifecycleReleased}},
	}
}

// TestEveryKindIsThere: each rule begins, is withdrawn and ends; each kind that tells people
// is there.
func TestEveryKindIsThere(t *testing.T) {
	rules := make(map[alarm.RuleName]map[alarm.EventKind]bool)
	kinds := make(map[alarm.EventKind]bool)
	for _, s := range all(full()) {
		if s.Event.Kind != alarm.Withdrawn && !notifier.Begins(s.Event.Kind) && !notifier.Ends(s.Event.Kind) {
			t.Errorf("%s tells nobody", s.Name)
		}
		if rules[s.Event.Key.Rule] == nil {
			rules[s.Event.Key.Rule] = make(map[alarm.EventKind]bool)
		}
		rules[s.Event.Key.Rule][s.Event.Kind], kinds[s.Event.Kind] = true, true
	}
	for _, rule := range append(alarm.InstanceRules(), alarm.LowBalance, alarm.Shortfall) {
		for _, kind := range []alarm.EventKind{alarm.Raised, alarm.Reminded, alarm.Cleared, alarm.Withdrawn} {
			if !rules[rule][kind] {
				t.Errorf("%s has no scene in which it is %s", rule, kind)
			}
		}
	}
	for _, kind := range []alarm.EventKind{alarm.Raised, alarm.Escalated, alarm.Reminded, alarm.BeganFlapping, alarm.Settled, alarm.Cleared, alarm.Withdrawn} {
		if !kinds[kind] {
			t.Errorf("there is no scene of %s", kind)
		}
	}
}

// TestScenesAreTold: what Brimwatch says of each scene is one segment in both languages, with
// the code in it: the scenes are what they are in life.
func TestScenesAreTold(t *testing.T) {
	d := notifier.NewDirectory(notifier.Entries{})
	path := filepath.Join(t.TempDir(), "brimwatch.yml")
	if err := os.WriteFile(path, []byte("instances: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	shipped, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	policy := shipped.Catalogue.Policies[shipped.Catalogue.Products["mqtt"].Editions["basic"].Policies[fleet.Subscription]]
	for _, p := range []fleet.Policy{{}, full(), policy} {
		for _, s := range all(p) {
			for _, l := range []words.Language{words.EN, words.ZH} {
				to := notifier.Target{Recipient: notifier.Recipient{Channel: "sms", Name: "sms/wei"}, Language: l, Zone: time.UTC}
				n := d.Try(s.Event, "oncall", to, s.Event.At)
				if segments, _ := sms.Segments(n.Text); segments != 1 || !strings.Contains(n.Text, "K7Q2") {
					t.Errorf("%s: %d segments: %s", s.Name, segments, n.Text)
				}
			}
		}
	}
}
