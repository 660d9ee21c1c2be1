package webhook

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// payload is the body of Alertmanager's webhook, version "4".
type payload struct {
	Version           string            `json:"version"`
	GroupKey          string            `json:"groupKey"`
	TruncatedAlerts   uint64            `json:"truncatedAlerts"`
	Status            string            `json:"status"` // firing if any alert is
	Receiver          string            `json:"receiver"`
	GroupLabels       map[string]string `json:"groupLabels"`
	CommonLabels      map[string]string `json:"commonLabels"`
	CommonAnnotations map[string]string `json:"commonAnnotations"`
	ExternalURL       string            `json:"externalURL"`
	Alerts            []payloadAlert    `json:"alerts"`
}

type payloadAlert struct {
	Status       string            `json:"status"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"` // 0001-01-01T00:00:00Z while firing
	GeneratorURL string            `json:"generatorURL"`
	Fingerprint  string            `json:"fingerprint"`
}

const (
	firing   = "firing"
	resolved = "resolved"
)

// body is the same for every attempt at a message.
func (c *Channel) body(m *notifier.Message) payload {
	p := payload{
		Version:     "4",
		Status:      resolved,
		Receiver:    c.opts.Receiver,
		ExternalURL: c.opts.ExternalURL,
		Alerts:      make([]payloadAlert, 0, len(m.Notices)),
	}
	for i := range m.Notices {
		a := alertOf(&m.Notices[i])
		if a.Status == firing {
			p.Status = firing
		}
		p.Alerts = append(p.Alerts, a)
	}
	p.CommonLabels = common(p.Alerts, func(a payloadAlert) map[string]string { return a.Labels })
	p.CommonAnnotations = common(p.Alerts, func(a payloadAlert) map[string]string { return a.Annotations })
	p.GroupLabels = groupLabels(p.CommonLabels)
	p.GroupKey = groupKey(c.opts.Receiver, p.GroupLabels)
	return p
}

func alertOf(n *notifier.Notice) payloadAlert {
	a := payloadAlert{
		Status:       firing,
		Labels:       orEmpty(n.Alert.Labels),
		Annotations:  orEmpty(n.Alert.Annotations),
		StartsAt:     n.Alert.StartsAt.UTC(),
		GeneratorURL: n.Alert.GeneratorURL,
		Fingerprint:  n.Alert.Fingerprint,
	}
	if n.Alert.Resolved {
		a.Status = resolved
		a.EndsAt = n.Alert.EndsAt.UTC()
		if a.EndsAt.IsZero() {
			// A receiver takes an alert without an end for a firing one.
			a.EndsAt = n.CreatedAt.UTC()
		}
	}
	return a
}

// common returns what is the same in all alerts.
func common(alerts []payloadAlert, of func(payloadAlert) map[string]string) map[string]string {
	out := maps.Clone(of(alerts[0]))
	for _, a := range alerts[1:] {
		m := of(a)
		maps.DeleteFunc(out, func(name, value string) bool {
			other, ok := m[name]
			return !ok || other != value
		})
	}
	return orEmpty(out)
}

// groupLabels are those of the common labels that say which alarm it is. A
// message about one alarm has them all, from its beginning to its end, so that a
// receiver that opens one incident for each group opens one for each alarm: of an
// instance, of an account, or about a subject of Brimwatch's own.
func groupLabels(commonLabels map[string]string) map[string]string {
	names := []string{"alertname", "instance_id", "metric", "subject"}
	if commonLabels["instance_id"] == "" {
		names[1] = "account"
	}
	out := make(map[string]string)
	for _, name := range names {
		if v, ok := commonLabels[name]; ok {
			out[name] = v
		}
	}
	return out
}

// groupKey names receiver and group labels in the way Alertmanager does.
func groupKey(receiver string, labels map[string]string) string {
	var b strings.Builder
	b.WriteString("{}/{receiver=" + strconv.Quote(receiver) + "}:{")
	for i, name := range slices.Sorted(maps.Keys(labels)) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(name + "=" + strconv.Quote(labels[name]))
	}
	b.WriteString("}")
	return b.String()
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
