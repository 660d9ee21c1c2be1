package notifier

import (
	"fmt"
	"hash/fnv"
	"math"
	"net/url"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// alert puts an event into the fields of an Alertmanager alert, in English and UTC.
func (w Words) alert(ev *alarm.Event) Alert { return w.alertIn(ev, words.EN, time.UTC) }

// alertIn is alert for a recipient that reads another language, or keeps other hours.
// What is said is in them; labels and figures, which programs compare, are the same for all.
func (w Words) alertIn(ev *alarm.Event, l words.Language, zone *time.Location) Alert {
	a := Alert{
		Resolved:     Ends(ev.Kind),
		Labels:       labels(ev),
		Annotations:  make(map[string]string),
		StartsAt:     ev.RaisedAt,
		GeneratorURL: w.ExternalURL + page(ev),
		Fingerprint:  fingerprint(ev.Key),
	}
	if a.Resolved {
		a.EndsAt = ev.At
	}
	say := w.told(ev, l, zone)
	a.Annotations["code"] = ev.Code
	a.Annotations["summary"] = say.summary()
	a.Annotations["description"] = say.description()
	a.Annotations["advice"] = say.advice
	if ev.Key.Rule == alarm.Capacity {
		a.Annotations["usage"] = number(ev.Usage)
		a.Annotations["capacity"] = number(ev.Capacity)
		a.Annotations["utilization"] = words.ShareBeside(ev.Utilization(), ev.Threshold)
		if ev.Threshold > 0 {
			a.Annotations["threshold"] = words.Threshold(ev.Threshold)
		}
	}
	annotateDetails(a.Annotations, ev)
	a.Story = say.story()
	return a
}

// labels say which alarm it is and of what. Those an operator put on an instance
// come along and never replace the others.
func labels(ev *alarm.Event) map[string]string {
	out := make(map[string]string)
	if in := ev.Instance; in != nil {
		for _, l := range in.Labels {
			out[l.Name] = l.Value
		}
		for _, name := range []string{labelID, labelInstance, labelProduct, labelEdition} {
			out[name] = instanceLabel(in, name)
		}
	}
	if name := accountOf(ev); name != "" {
		out[labelAccount] = name
	}
	out[labelAlert] = string(ev.Key.Rule)
	out[labelSeverity] = string(ev.Severity)
	if m := ev.Key.MetricName(); m != "" {
		out[labelMetric] = m
	}
	return out
}

// The labels that alerts have besides those of an operator.
const (
	labelID       = "instance_id"
	labelInstance = "instance"
	labelProduct  = "product"
	labelEdition  = "edition"
	labelAccount  = "account"
	labelAlert    = "alertname"
	labelSeverity = "severity"
	labelMetric   = "metric"
)

// instanceLabel is the value of a label on all alerts about an instance, whichever
// alarm it is; "" when there is none.
func instanceLabel(in *fleet.Instance, name string) string {
	switch name {
	case labelID:
		return in.ID
	case labelInstance:
		return in.Name
	case labelProduct:
		return in.Product
	case labelEdition:
		return in.Edition
	case labelAccount:
		if in.Account != "" {
			return in.Account
		}
	}
	return in.Label(name)
}

// accountOf names the account an event is about, or that pays for its instance;
// "" when there is none.
func accountOf(ev *alarm.Event) string {
	if ev.Instance != nil {
		return ev.Instance.Account
	}
	return ev.Key.Account
}

// page is the path of the page that shows more about an event.
func page(ev *alarm.Event) string {
	switch {
	case ev.Instance != nil:
		return "/instances/" + url.PathEscape(ev.Instance.ID)
	case ev.Key.Account != "":
		return "/calendar?account=" + url.QueryEscape(ev.Key.Account)
	}
	return "/"
}

// fingerprint names an alarm in 16 hex digits: the same from raise to end and
// from episode to episode. Every field is closed by a zero byte, so that no two
// keys run into one. Only alarms of accounts have the last one.
func fingerprint(k alarm.Key) string {
	fields := []string{string(k.Rule), k.Instance, k.MetricName()}
	if k.Account != "" {
		fields = append(fields, k.Account)
	}
	return fingerprintOf(fields...)
}

// fingerprintOf makes 16 hex digits of texts.
func fingerprintOf(fields ...string) string {
	h := fnv.New64a()
	for _, s := range fields {
		_, _ = h.Write([]byte(s)) // a hash does not fail
		_, _ = h.Write([]byte{0})
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

// number writes a figure for a machine: no separators, no needless digits.
func number(f float64) string {
	if whole := math.Trunc(f); whole >= 100 || whole == f {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return strconv.FormatFloat(f, 'f', 2, 64)
}
