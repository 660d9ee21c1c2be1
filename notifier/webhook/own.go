package webhook

import (
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
)

// OwnVersion is the version of Brimwatch's own body. Fields are added under the same
// version; one that is renamed, or means something else, makes another.
const OwnVersion = "1"

// ownBody is Brimwatch's own body, in the frame that Standard Webhooks advises. Its schema
// is docs/receivers/brimwatch.schema.json.
type ownBody struct {
	Type      string    `json:"type"`
	Version   string    `json:"version"`
	Timestamp time.Time `json:"timestamp"` // of the newest notice: the same for each attempt
	Data      ownData   `json:"data"`
}

type ownData struct {
	Receiver    string      `json:"receiver"`
	ExternalURL string      `json:"external_url,omitempty"`
	Language    string      `json:"language"`
	Notices     []ownNotice `json:"notices"`
}

// ownNotice is one notice. What is not known is left out.
type ownNotice struct {
	ID          string            `json:"id"`
	Event       alarm.EventKind   `json:"event"`
	Code        string            `json:"code"`
	Fingerprint string            `json:"fingerprint"`
	Rule        alarm.RuleName    `json:"rule"`
	Severity    alarm.Severity    `json:"severity"`
	State       string            `json:"state"` // open or ended
	DecidedAt   time.Time         `json:"decided_at"`
	StartedAt   time.Time         `json:"started_at,omitzero"`
	EndedAt     time.Time         `json:"ended_at,omitzero"`
	Instance    *ownInstance      `json:"instance,omitempty"`
	Account     string            `json:"account,omitempty"`
	Subject     string            `json:"subject,omitempty"` // of what Brimwatch tells of itself
	Metric      string            `json:"metric,omitempty"`
	Figures     *ownFigures       `json:"figures,omitempty"`
	Details     map[string]string `json:"details,omitempty"` // of the calendar and of accounts
	Labels      map[string]string `json:"labels,omitempty"`  // that an operator gave the instance
	Text        ownText           `json:"text"`
	URL         string            `json:"url,omitempty"`
}

type ownInstance struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Product string `json:"product,omitempty"`
	Edition string `json:"edition,omitempty"`
}

// ownFigures are numbers, where Alertmanager's annotations are texts.
type ownFigures struct {
	Usage       float64  `json:"usage"`
	Capacity    float64  `json:"capacity"`
	Utilization *float64 `json:"utilization,omitempty"`
	Threshold   *float64 `json:"threshold,omitempty"`
}

// ownText is what people read, in the language of the webhook.
type ownText struct {
	Title   string   `json:"title"`
	Summary string   `json:"summary"`
	Lines   []string `json:"lines"`
	Advice  string   `json:"advice,omitempty"`
}

const (
	ownType  = "brimwatch.notices"
	ownOpen  = "open"
	ownEnded = "ended"
)

// own is the same for every attempt at a message.
func (c *Channel) own(m *notifier.Message) ownBody {
	out := ownBody{Type: ownType, Version: OwnVersion, Data: ownData{
		Receiver: c.opts.Receiver, ExternalURL: c.opts.ExternalURL, Language: c.opts.Language.String(), Notices: make([]ownNotice, 0, len(m.Notices)),
	}}
	for i := range m.Notices {
		n := &m.Notices[i]
		if n.CreatedAt.After(out.Timestamp) {
			out.Timestamp = n.CreatedAt.UTC()
		}
		out.Data.Notices = append(out.Data.Notices, c.ownNotice(n))
	}
	return out
}

func (c *Channel) ownNotice(n *notifier.Notice) ownNotice {
	a := &n.Alert
	told := card.Of(n, c.opts.Language, time.UTC, card.Links{})
	out := ownNotice{
		ID: n.ID, Event: n.Kind, Code: n.Code, Fingerprint: a.Fingerprint, Rule: n.Rule, Severity: n.Severity, State: ownOpen,
		DecidedAt: n.CreatedAt.UTC(), StartedAt: a.StartsAt.UTC(), Account: a.Labels["account"], Subject: a.Labels["subject"], Metric: a.Labels["metric"],
		Figures: figuresOf(a.Annotations), Details: make(map[string]string), Labels: make(map[string]string), URL: a.GeneratorURL,
		Text: ownText{Title: told.Title(), Summary: told.Summary, Lines: told.Lines, Advice: told.Advice},
	}
	if out.Text.Lines == nil {
		out.Text.Lines = []string{}
	}
	if a.Resolved {
		out.State, out.EndedAt = ownEnded, a.EndsAt.UTC()
		if out.EndedAt.IsZero() {
			out.EndedAt = n.CreatedAt.UTC()
		}
	}
	if id := a.Labels["instance_id"]; id != "" {
		out.Instance = &ownInstance{ID: id, Name: a.Labels["instance"], Product: a.Labels["product"], Edition: a.Labels["edition"]}
	}
	for name, value := range a.Annotations {
		if !card.Said(name) && value != "" {
			out.Details[name] = value
		}
	}
	for name, value := range a.Labels {
		if card.OperatorsOwn(name) {
			out.Labels[name] = value
		}
	}
	return out
}

// figuresOf reads the figures of an alert; nil where it has none.
func figuresOf(annotations map[string]string) *ownFigures {
	usage, err := strconv.ParseFloat(annotations["usage"], 64)
	if err != nil {
		return nil
	}
	capacity, err := strconv.ParseFloat(annotations["capacity"], 64)
	if err != nil {
		return nil
	}
	out := &ownFigures{Usage: usage, Capacity: capacity}
	if capacity > 0 {
		share := usage / capacity
		out.Utilization = &share
	}
	if percent, err := strconv.ParseFloat(strings.TrimSuffix(annotations["threshold"], "%"), 64); err == nil {
		share := percent / 100
		out.Threshold = &share
	}
	return out
}
