package demo

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// threshold is the one the demo's configuration has.
const threshold = 0.70

// settles is how long the demo's alarms need at most until they follow: two
// readings a second apart, four seconds of "for", and the crowd's coming or going.
const settles = 10 * time.Second

// over names the metrics of Orders that are at or above the threshold. Every
// published message is delivered once, and send_tps counts what is published.
func over(l level) (metrics []string) {
	for _, m := range []struct {
		name            string
		usage, capacity int
	}{
		{"connections", l.clients, capacityConnections},
		{"subscriptions", l.filters, capacitySubscriptions},
		{"send_tps", l.messages, capacitySendTPS},
	} {
		if float64(m.usage) >= threshold*float64(m.capacity) {
			metrics = append(metrics, m.name)
		}
	}
	return metrics
}

func TestStoryCrossesAndComesBack(t *testing.T) {
	type told struct {
		Over []string
		Away bool
	}
	var got []told
	for _, sc := range story(nil) {
		got = append(got, told{over(sc.orders), sc.away})
	}
	want := []told{
		{},
		{Over: []string{"connections"}},
		{},
		{Over: []string{"subscriptions"}, Away: true},
		{Away: true},
		{Over: []string{"send_tps"}},
		{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what passes 70 %%, scene by scene: -want +got:\n%s", diff)
	}
}

// TestTheFirstAlarmIsCritical, as the texts of an account would hold up a warning until it is over.
func TestTheFirstAlarmIsCritical(t *testing.T) {
	const critical = 0.90 // as the demo's configuration has it
	for _, sc := range story(nil) {
		if len(over(sc.orders)) == 0 {
			continue
		}
		if share := float64(sc.orders.clients) / capacityConnections; share < critical || share > 0.98 {
			t.Errorf("connections are at %.0f %% in the first alarm", 100*share)
		}
		return
	}
	t.Error("there is no alarm")
}

func TestCalmIsAboutFortyPercent(t *testing.T) {
	l := calm()
	for name, share := range map[string]float64{
		"connections":   float64(l.clients) / capacityConnections,
		"subscriptions": float64(l.filters) / capacitySubscriptions,
		"send_tps":      float64(l.messages) / capacitySendTPS,
	} {
		if share < 0.28 || share > 0.45 {
			t.Errorf("%s is at %.0f %% when nothing is the matter", name, 100*share)
		}
	}
}

func TestScenesLastLongEnough(t *testing.T) {
	var whole, away time.Duration
	for i, sc := range story(nil) {
		if sc.lasts < settles {
			t.Errorf("scene %d (%s) is over before an alarm can follow", i+1, sc.says)
		}
		whole += sc.lasts
		if sc.away {
			away += sc.lasts
		}
		// Every client has a filter, so fewer filters than clients cannot be.
		if sc.orders.filters < sc.orders.clients {
			t.Errorf("scene %d wants %d filters of %d clients", i+1, sc.orders.filters, sc.orders.clients)
		}
		for _, metric := range []struct{ name, word string }{
			{"connections", "connections"}, {"subscriptions", "Subscriptions"}, {"send_tps", "message rate"},
		} {
			if passes := contains(over(sc.orders), metric.name); passes != strings.Contains(sc.says, metric.word) {
				t.Errorf("scene %d says %q, and that %s passes 70 %% is %t", i+1, sc.says, metric.name, passes)
			}
		}
	}
	if whole < 100*time.Second || whole > 140*time.Second {
		t.Errorf("the story lasts %s, not about two minutes", whole)
	}
	// The rule no_data of the demo waits for eight seconds.
	if away < 8*time.Second+settles {
		t.Errorf("Payments is away for %s only", away)
	}
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}
