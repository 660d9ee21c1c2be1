package mcp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// mostLooked bounds how many alarms are looked through.
const mostLooked = 10_000

// Values of alarmsQuery.State beside those of the episodes themselves.
const (
	openAlarms = "open"
	allAlarms  = "all"
)

// alarmsQuery says which alarms are asked for.
type alarmsQuery struct {
	State      string `json:"state,omitempty" jsonschema:"open is raised and unknown (raised, and no data since); cleared have ended"`
	InstanceID string `json:"instance_id,omitempty" jsonschema:"only of this instance"`
	Rule       string `json:"rule,omitempty" jsonschema:"only of this rule: capacity, no_data and forecast are about usage, the others about terms and money"`
	Severity   string `json:"severity,omitempty"`
	Unacked    bool   `json:"unacknowledged,omitempty" jsonschema:"only those that nobody has acknowledged"`
	Limit      int    `json:"limit,omitempty" jsonschema:"how many to list, the newest first"`
}

// alarmList is alarms, the newest first.
type alarmList struct {
	cutList

	Alarms []alarmRow `json:"alarms"`
}

// alarmRow is one alarm, from raise to clear.
type alarmRow struct {
	Code        string   `json:"code" jsonschema:"what people call it by, as in text messages"`
	Rule        string   `json:"rule"`
	Account     string   `json:"account,omitempty" jsonschema:"of an alarm about an account"`
	InstanceID  string   `json:"instance_id,omitempty" jsonschema:"left out for an alarm about an account or the whole fleet"`
	Name        string   `json:"instance_name,omitempty"`
	Metric      string   `json:"metric,omitempty"`
	State       string   `json:"state" jsonschema:"raised, unknown (raised, and no data since) or cleared"`
	Severity    string   `json:"severity"`
	Usage       *float64 `json:"usage,omitempty" jsonschema:"the last that is known"`
	Capacity    *float64 `json:"capacity,omitempty"`
	Utilization *float64 `json:"utilization,omitempty"`
	Threshold   *float64 `json:"threshold,omitempty" jsonschema:"the utilization that was crossed"`
	Reason      string   `json:"reason,omitempty" jsonschema:"why there is no data, what comes when, or why it ended"`
	RaisedAt    string   `json:"raised_at"`
	EndedAt     string   `json:"ended_at,omitempty"`
	AckedBy     string   `json:"acknowledged_by,omitempty"`
	AckedAt     string   `json:"acknowledged_at,omitempty"`
}

func (s *server) listAlarms() adder {
	return tool[alarmsQuery, alarmList]{
		name: "list_alarms", title: "List alarms", hints: onlyReads(),
		description: "Lists alarms, the newest first: what is wrong now (state open), or what was (cleared, all). Use it first when somebody was called. explain_alarm says of one of them why it was raised, who was told and what to do.",
		bounds: []bound{
			number("limit", 1, 25, 200), shortText(maxID, "instance_id"), oneOf("state", openAlarms, openAlarms, "raised", "unknown", "cleared", allAlarms),
			oneOf("rule", "", rules()...), oneOf("severity", "", alarm.Info, alarm.Warning, alarm.Critical),
		},
		ask: s.askAlarms, say: (*alarmList).text,
	}
}

func rules() []alarm.RuleName {
	return append(alarm.InstanceRules(), alarm.LowBalance, alarm.Shortfall)
}

func (s *server) askAlarms(ctx context.Context, in alarmsQuery) (out alarmList, err error) {
	f := alarm.EpisodeFilter{Instance: in.InstanceID, Limit: mostLooked}
	switch in.State {
	case openAlarms, "":
		f.Open = true
	case allAlarms:
	default:
		f.State = alarm.EpisodeState(in.State)
	}
	list, err := s.Alarms.Episodes(ctx, f)
	if err != nil {
		return out, fmt.Errorf("the alarms could not be read: %w", err)
	}
	var fit []*alarm.Episode
	for i := range list {
		e := &list[i]
		if (in.Rule == "" || in.Rule == string(e.Key.Rule)) && (in.Severity == "" || in.Severity == string(e.Severity)) && (!in.Unacked || e.AckedBy == "") {
			fit = append(fit, e)
		}
	}
	first, rest := firstOf(fit, in.Limit, "narrow by state, rule, severity, instance_id or unacknowledged, or give a higher limit (at most 200)")
	rest.AtLeast = len(list) == mostLooked
	out = alarmList{cutList: rest, Alarms: make([]alarmRow, 0, len(first))}
	for _, e := range first {
		out.Alarms = append(out.Alarms, s.alarmRowOf(e))
	}
	return out, nil
}

// alarmRowOf writes an alarm down. Only alarms about a metric have figures: those of
// others are of the engine's own making.
func (s *server) alarmRowOf(e *alarm.Episode) alarmRow {
	zone := time.UTC
	out := alarmRow{
		Code: e.Code, Rule: string(e.Key.Rule), Account: e.Key.Account, InstanceID: e.Key.Instance, Metric: e.Key.MetricName(), State: string(e.State),
		Severity: string(e.Severity), Reason: e.Reason, AckedBy: e.AckedBy,
	}
	if st, ok := s.Fleet.Standing(e.Key.Instance); ok {
		out.Name, zone = st.Instance.Name, zoneOf(&st)
	} else if a := s.account(e.Key.Account); a != nil {
		zone = a.Zone
	}
	out.RaisedAt, out.EndedAt, out.AckedAt = moment(e.RaisedAt, zone), moment(e.EndedAt, zone), moment(e.AckedAt, zone)
	if e.Key.Metric == alarm.NoMetric {
		return out
	}
	out.Usage, out.Threshold = figure(e.Usage), above0(e.Threshold)
	if e.Capacity > 0 {
		out.Capacity, out.Utilization = figure(e.Capacity), figure(e.Usage/e.Capacity)
	}
	return out
}

// account finds an account by its name; nil is none.
func (s *server) account(name string) *fleet.Account {
	if name == "" {
		return nil
	}
	list := s.Accounts.Accounts()
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}

func (l *alarmList) text() string {
	var b strings.Builder
	b.WriteString(l.opening("alarm", "alarms"))
	for i := range l.Alarms {
		b.WriteString("- " + l.Alarms[i].text() + "\n")
	}
	return b.String()
}

func (a *alarmRow) text() string {
	about := "the whole fleet"
	switch {
	case a.InstanceID != "":
		about = named(a.Name, a.InstanceID)
	case a.Account != "":
		about = "account " + a.Account
	}
	acked := "not acknowledged"
	if a.AckedBy != "" {
		acked = "acknowledged by " + a.AckedBy + after(" at ", a.AckedAt)
	}
	figures := ""
	if a.Metric != "" {
		figures = a.Metric + ": " + used(a.Metric, a.Usage, a.Capacity, a.Utilization, a.Threshold)
	}
	when := a.State + " since " + a.RaisedAt
	switch {
	case a.EndedAt != "":
		when = a.State + ", from " + a.RaisedAt + " to " + a.EndedAt
	case a.State == string(alarm.EpisodeUnknown):
		when = "raised since " + a.RaisedAt + ", without data now"
	}
	return fmt.Sprintf("%s %s %s, %s: %s", a.Code, a.Severity, a.Rule, about, sentence(when, figures, a.Reason, acked))
}
