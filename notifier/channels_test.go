package notifier_test

import (
	"slices"
	"testing"

	"github.com/brimwatch/brimwatch/notifier"
)

func TestWays(t *testing.T) {
	d := notifier.NewDirectory(notifier.Entries{Receivers: map[string]notifier.Receiver{
		"a": {Name: "a", Targets: []notifier.Target{
			{Recipient: notifier.Recipient{Name: "sms/wei"}, Way: "sms east", Others: []notifier.Route{{Way: "sms west"}}},
			{Recipient: notifier.Recipient{Name: "sms/ann"}, Way: "sms west"},
		}},
		"b": {Name: "b", Targets: []notifier.Target{{Recipient: notifier.Recipient{Name: "webhook/b"}, Way: "webhook https://h"}}},
	}})
	var got []string
	for r := range d.Ways() {
		got = append(got, r.Way)
	}
	slices.Sort(got)
	if want := []string{"sms east", "sms west", "webhook https://h"}; !slices.Equal(got, want) {
		t.Errorf("ways %q, want %q", got, want)
	}
	for range d.Ways() {
		break
	}
}
