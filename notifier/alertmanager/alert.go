package alertmanager

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// alert is one of the alerts that an Alertmanager takes (its API v2, postableAlert).
type alert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`

	resolved bool
	began    time.Time // when the episode did, by our clock
}

// How long an alert fires at the far side when nobody repeats it.
const (
	// ahead is for alarms, which a Keeper repeats each minute: some minutes more, so that to
	// restart Brimwatch ends none.
	ahead = 5 * time.Minute
	// aheadUnrecorded is for alarms that could not be stored: nobody repeats them.
	aheadUnrecorded = 4 * time.Hour
	// aheadSelf is for what Brimwatch tells of itself and what has no end, as it has happened: a drill, a
	// damaged database, a template that fails. It fires for long enough to be seen.
	aheadSelf = time.Hour
)

// lasting is how long the alert of a notice fires when nobody repeats it.
func lasting(n *notifier.Notice) time.Duration {
	switch {
	case n.Rule == notifier.TestRule, n.Rule == notifier.DeliveryRule, n.Rule == notifier.LimitsRule: // the first shows that it works; the others are repeated until their end
		return ahead
	case isSelf(n.Rule):
		return aheadSelf
	case n.Alert.Annotations["not_recorded"] != "":
		return aheadUnrecorded
	}
	return ahead
}

func isSelf(r alarm.RuleName) bool { return slices.Contains(notifier.SelfRules(), r) }

// alertOf writes an alert. decided is when it was, for an end that does not say when it was;
// now is what the far side's clock says. What fires ends some time from now, and what is over
// has ended by now, whatever our clock says.
func alertOf(a *notifier.Alert, lasts time.Duration, decided, now time.Time) alert {
	out := alert{
		Labels: orEmpty(a.Labels), Annotations: orEmpty(a.Annotations), StartsAt: a.StartsAt.UTC(), EndsAt: now.Add(lasts).UTC(),
		GeneratorURL: a.GeneratorURL, resolved: a.Resolved, began: a.StartsAt,
	}
	if a.Resolved {
		out.EndsAt = a.EndsAt.UTC()
		if a.EndsAt.IsZero() {
			out.EndsAt = decided.UTC()
		}
		if out.EndsAt.After(now) {
			out.EndsAt = now.UTC()
		}
	}
	if out.StartsAt.After(out.EndsAt) {
		out.StartsAt = out.EndsAt
	}
	return out
}

// identity is what an Alertmanager tells alerts apart by: their labels.
func identity(labels map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		if labels[name] != "" { // a label without a value is none
			b.WriteString(strconv.Quote(name) + "=" + strconv.Quote(labels[name]) + ",")
		}
	}
	return b.String()
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
