package notifier

import (
	"fmt"
	"hash/fnv"
	"net/url"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
)

// alert puts an event into the fields of an Alertmanager alert. Labels an
// operator put on an instance come along and never replace those that say what
// the alarm is.
func (w Words) alert(ev *alarm.Event) Alert {
	a := Alert{
		Resolved:    Ends(ev.Kind),
		Labels:      make(map[string]string),
		Annotations: make(map[string]string),
		StartsAt:    ev.RaisedAt,
		Fingerprint: fingerprint(ev.Key),
	}
	if a.Resolved {
		a.EndsAt = ev.At
	}
	if in := ev.Instance; in != nil {
		for _, l := range in.Labels {
			a.Labels[l.Name] = l.Value
		}
		a.Labels["instance_id"] = in.ID
		a.Labels["instance"] = in.Name
		a.Labels["product"] = in.Product
		a.Labels["edition"] = in.Edition
		a.GeneratorURL = w.ExternalURL + "/instances/" + url.PathEscape(in.ID)
	} else {
		a.GeneratorURL = w.ExternalURL + "/"
	}
	a.Labels["alertname"] = string(ev.Key.Rule)
	a.Labels["severity"] = string(ev.Severity)
	if m := ev.Key.MetricName(); m != "" {
		a.Labels["metric"] = m
	}

	say := w.english(ev, time.UTC)
	a.Annotations["code"] = ev.Code
	a.Annotations["summary"] = say.summary()
	a.Annotations["description"] = say.description()
	a.Annotations["advice"] = say.advice
	if ev.Key.Rule == alarm.Capacity {
		a.Annotations["usage"] = number(ev.Usage)
		a.Annotations["capacity"] = number(ev.Capacity)
		a.Annotations["utilization"] = percent(ev.Utilization())
	}
	return a
}

// fingerprint names an alarm in 16 hex digits: the same from raise to end and
// from episode to episode. Every field is closed by a zero byte, so that no two
// keys run into one.
func fingerprint(k alarm.Key) string {
	h := fnv.New64a()
	for _, s := range []string{string(k.Rule), k.Instance, k.MetricName()} {
		_, _ = h.Write([]byte(s)) // a hash does not fail
		_, _ = h.Write([]byte{0})
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

// number writes a figure for a machine: no separators, no needless digits.
func number(f float64) string {
	if f >= 100 || f == float64(int64(f)) {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return strconv.FormatFloat(f, 'f', 2, 64)
}
