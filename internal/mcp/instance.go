package mcp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

const (
	// maxID bounds an id that is asked for, in characters.
	maxID = 500
	// mostMoments, mostOpen and mostLabels bound what is answered of one instance.
	mostMoments = 20
	mostOpen    = 20
	mostLabels  = 50
)

// instanceQuery names one instance.
type instanceQuery struct {
	ID string `json:"id" jsonschema:"id of the instance, as list_instances has it"`
}

// instanceAnswer is all that is known of how one instance stands.
type instanceAnswer struct {
	instanceRow

	Spec        string            `json:"spec,omitempty" jsonschema:"specification"`
	Labels      map[string]string `json:"labels"`
	CloudStatus string            `json:"cloud_status,omitempty" jsonschema:"the cloud's own word for how it is"`
	ReadAt      string            `json:"read_at,omitempty" jsonschema:"when it was read last"`
	Metrics     []metricRow       `json:"metrics"`

	Since   string      `json:"lifecycle_since,omitempty"`
	Reason  string      `json:"lifecycle_reason,omitempty" jsonschema:"why it is in this state of its calendar"`
	Moments []momentRow `json:"moments" jsonschema:"beginnings of states in its calendar that lie ahead"`
	Term    termRow     `json:"term"`

	OpenAlarms []alarmRow `json:"open_alarms"`
	MoreOpen   int        `json:"more_open_alarms,omitempty" jsonschema:"open alarms that are left out"`
}

// momentRow is the beginning of a state in a calendar.
type momentRow struct {
	State   string `json:"state"`
	At      string `json:"at"`
	ToldBy  string `json:"told_by" jsonschema:"cloud, or policy where it was worked out"`
	Perhaps bool   `json:"perhaps,omitempty" jsonschema:"the product's documents disagree"`
}

// termRow is how long an instance may be used, and how it is paid for.
type termRow struct {
	Method         string `json:"method,omitempty" jsonschema:"subscription, payg or free"`
	AutoRenew      bool   `json:"auto_renew"`
	PostExpiration string `json:"post_expiration,omitempty" jsonschema:"what becomes of it after its term: release or downgrade"`
	Frozen         bool   `json:"frozen,omitempty"`
	OverdueSince   string `json:"overdue_since,omitempty"`
	UnsubscribedAt string `json:"unsubscribed_at,omitempty"`
}

func (s *server) getInstance() adder {
	return tool[instanceQuery, instanceAnswer]{
		name: "get_instance", title: "Get an instance", hints: onlyReads(),
		description: "Tells how one instance stands: each metric against its capacity and threshold, its calendar and term, its open alarms. Use it when an instance is named. For its past use get_statistics, for why it is judged so explain_instance.",
		bounds:      []bound{shortText(maxID, "id")}, ask: s.askInstance, say: (*instanceAnswer).text,
	}
}

// standing finds an instance.
func (s *server) standing(id string) (fleet.Standing, error) {
	st, ok := s.Fleet.Standing(id)
	if !ok {
		return st, wrong("no instance has the id %q; list_instances with search finds it by a part of its id or name", id)
	}
	return st, nil
}

func (s *server) askInstance(ctx context.Context, in instanceQuery) (out instanceAnswer, err error) {
	st, err := s.standing(in.ID)
	if err != nil {
		return out, err
	}
	now, zone, i := s.Now(), zoneOf(&st), st.Instance
	out = instanceAnswer{
		instanceRow: instanceRowOf(&st, now), Spec: i.Spec, CloudStatus: i.Status, Labels: make(map[string]string), Metrics: []metricRow{}, Moments: []momentRow{}, OpenAlarms: []alarmRow{},
		Since: moment(st.Lifecycle.Since, zone), Reason: st.Lifecycle.Reason,
		Term: termRow{
			Method: string(i.Term.Method), AutoRenew: i.Term.AutoRenew, PostExpiration: i.Term.PostExpiration, Frozen: i.Term.Frozen,
			OverdueSince: moment(i.Term.OverdueSince, zone), UnsubscribedAt: moment(i.Term.UnsubscribedAt, zone),
		},
	}
	for _, l := range i.Labels[:min(len(i.Labels), mostLabels)] {
		out.Labels[l.Name] = l.Value
	}
	if st.Reading != nil {
		out.ReadAt = moment(st.Reading.At, zone)
	}
	for m := range st.Metrics() {
		out.Metrics = append(out.Metrics, metricRowOf(&m, now))
	}
	if st.Course != nil {
		for _, m := range st.Course.Moments {
			if at := moment(m.At, zone); at != "" && m.At.After(now) && len(out.Moments) < mostMoments {
				out.Moments = append(out.Moments, momentRow{State: string(m.State), At: at, ToldBy: toldBy(m), Perhaps: m.Perhaps})
			}
		}
	}
	open, err := s.Alarms.Episodes(ctx, alarm.EpisodeFilter{Instance: i.ID, Open: true, Limit: mostLooked})
	if err != nil {
		return out, fmt.Errorf("the alarms could not be read: %w", err)
	}
	out.MoreOpen = max(0, len(open)-mostOpen)
	for k := range open[:min(len(open), mostOpen)] {
		out.OpenAlarms = append(out.OpenAlarms, s.alarmRowOf(&open[k]))
	}
	return out, nil
}

func toldBy(m fleet.Moment) string {
	if m.Reported {
		return "cloud"
	}
	return "policy"
}

func (a *instanceAnswer) text() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s", a.instanceRow.text())
	if a.ReadAt != "" {
		line("Read at %s. Metrics:", a.ReadAt)
	}
	for i := range a.Metrics {
		line("- %s; %s", a.Metrics[i].text(), a.Metrics[i].State)
	}
	line("Calendar: %s", sentence(a.Lifecycle+after(" since ", a.Since), a.Reason))
	for _, m := range a.Moments {
		perhaps := ""
		if m.Perhaps {
			perhaps = ", perhaps"
		}
		line("- %s from %s (by the %s%s)", m.State, m.At, m.ToldBy, perhaps)
	}
	line("Term: %s", a.Term.text())
	switch {
	case len(a.OpenAlarms) == 0:
		line("No alarm is open.")
	case a.MoreOpen > 0:
		line("Open alarms, of which %d are left out (list_alarms has them):", a.MoreOpen)
	default:
		line("Open alarms:")
	}
	for i := range a.OpenAlarms {
		line("- %s", a.OpenAlarms[i].text())
	}
	if len(a.Labels) > 0 {
		var labels []string
		for name, value := range a.Labels {
			labels = append(labels, name+"="+value)
		}
		slices.Sort(labels)
		line("Labels: %s", strings.Join(labels, ", "))
	}
	return b.String()
}

func (t *termRow) text() string {
	renew := "renews by hand"
	if t.AutoRenew {
		renew = "renews itself"
	}
	frozen := ""
	if t.Frozen {
		frozen = "frozen"
	}
	return sentence(t.Method, renew, frozen, after("after its term: ", t.PostExpiration), after("overdue since ", t.OverdueSince), after("unsubscribed at ", t.UnsubscribedAt))
}
