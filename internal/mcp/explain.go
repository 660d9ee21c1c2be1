package mcp

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/explain"
	"github.com/brimwatch/brimwatch/notifier"
)

const (
	// mostValues, mostTold and mostAddresses bound what is answered in an explanation.
	mostValues    = 60
	mostTold      = 20
	mostAddresses = 30
)

// alarmQuery names one alarm.
type alarmQuery struct {
	Code string `json:"code" jsonschema:"code of the alarm, such as K7Q2"`
}

// alarmAnswer is why an alarm is as it is.
type alarmAnswer struct {
	Alarm alarmRow `json:"alarm"`
	explanation
	Told   []noticeRow `json:"told" jsonschema:"whom it was told, the newest first"`
	More   int         `json:"more_told,omitempty" jsonschema:"notices that are left out"`
	Advice string      `json:"advice,omitempty" jsonschema:"which edition would fit the instance"`
}

// explainQuery names an instance, and what of it is to be explained.
type explainQuery struct {
	ID string `json:"id" jsonschema:"id of the instance, as list_instances has it"`
	Of string `json:"of,omitempty" jsonschema:"only this metric or rule, such as connections, no_data or expiry; all when it is left out"`
}

// explainAnswer is why an instance is judged and told of as it is.
type explainAnswer struct {
	Instance instanceRow `json:"instance"`
	explanation
	Told []noticeRow `json:"told" jsonschema:"notices of the instance, the newest first"`
}

// explanation is what is in force, what runs, and who would be told.
type explanation struct {
	Remarks []string       `json:"remarks,omitempty" jsonschema:"why what is said of the configuration may not be what is in force"`
	Values  []valueInForce `json:"values" jsonschema:"what is in force, and who has set it"`
	Alarms  []explainedRow `json:"alarms" jsonschema:"how each alarm stands now"`
}

// valueInForce is one value with who has set it.
type valueInForce struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	By    string `json:"by" jsonschema:"the key of the configuration with file and line, or what else has set it"`
}

// explainedRow is how one alarm stands, what runs, and who would be told.
type explainedRow struct {
	Rule     string     `json:"rule"`
	Metric   string     `json:"metric,omitempty"`
	State    string     `json:"state" jsonschema:"off, quiet, raised, unknown or flapping"`
	Off      string     `json:"off,omitempty" jsonschema:"why it is not judged"`
	Code     string     `json:"code,omitempty"`
	Severity string     `json:"severity,omitempty"`
	Unknown  string     `json:"unknown,omitempty" jsonschema:"since when nothing is known, and why"`
	Timers   []timerRow `json:"timers,omitempty" jsonschema:"what happens next unless something changes"`
	Tells    []tellRow  `json:"would_tell,omitempty" jsonschema:"who would be told if it began now"`
}

// timerRow is what happens next.
type timerRow struct {
	What  string `json:"what"`
	Since string `json:"since,omitempty"`
	Due   string `json:"due,omitempty" jsonschema:"left out while no data lets it stand still"`
	Told  bool   `json:"told,omitempty" jsonschema:"people were notified of it, or of a later one"`
}

// tellRow is one recipient of a severity.
type tellRow struct {
	Severity  string `json:"severity"`
	Recipient string `json:"recipient"`
	Channel   string `json:"channel,omitempty"`
	Receiver  string `json:"receiver,omitempty"`
	When      string `json:"when" jsonschema:"at once, not before a moment and why, or never and why"`
}

func (s *server) explainAlarm() adder {
	return tool[alarmQuery, alarmAnswer]{
		name: "explain_alarm", title: "Explain an alarm", hints: onlyReads(),
		description: "Says of one alarm, by the code that people were sent: what crossed which threshold and who has set it, what happens next, who was told and who would be, and which edition would fit. Use it when somebody asks what K7Q2 is or what to do about it.",
		bounds:      []bound{shortText(40, "code")}, ask: s.askAlarm, say: (*alarmAnswer).text,
	}
}

func (s *server) explainInstance() adder {
	return tool[explainQuery, explainAnswer]{
		name: "explain_instance", title: "Explain an instance", hints: onlyReads(),
		description: "Says why an instance is judged and told of as it is: which line of the configuration has set each value, how its alarms stand, which timers run, who would be told now by what and when, and what became of its notices. Use it for: why was nobody told, why is this threshold 85 %, where does the capacity come from.",
		bounds:      []bound{shortText(maxID, "id"), shortText(60, "of")}, ask: s.askExplain, say: (*explainAnswer).text,
	}
}

func (s *server) askAlarm(ctx context.Context, in alarmQuery) (out alarmAnswer, err error) {
	code := strings.ToUpper(strings.TrimSpace(in.Code))
	var found []alarm.Episode
	if code != "" { // an empty one would select all
		if found, err = s.Alarms.Episodes(ctx, alarm.EpisodeFilter{Code: code, Limit: 1}); err != nil {
			return out, fmt.Errorf("the alarm could not be read: %w", err)
		}
	}
	if len(found) == 0 {
		return out, wrong("no alarm has the code %q; list_alarms has those that are open, and with state all those that were", code)
	}
	e := &found[0]
	out.Alarm = s.alarmRowOf(e)
	out.Values, out.Alarms = []valueInForce{}, []explainedRow{}
	zone := time.UTC
	if e.Key.Instance != "" {
		x, known, err := s.Explainer.Explain(ctx, e.Key.Instance)
		if err != nil {
			return out, fmt.Errorf("the instance could not be explained: %w", err)
		}
		if known {
			zone = zoneOf(&x.Standing)
			out.explanation = explanationOf(&x, cmp.Or(e.Key.MetricName(), string(e.Key.Rule)))
			out.Alarms = slices.DeleteFunc(out.Alarms, func(a explainedRow) bool { return a.Rule != string(e.Key.Rule) })
		} else {
			out.Remarks = append(out.Remarks, "the instance is not in the configuration any more")
		}
		if a, ok := s.Advisor.Advice(e.Key.Instance); ok && known && e.Key.Rule.OfMetric() {
			out.Advice = a.Text(words.EN)
		}
	}
	told, err := s.Notices.Notices(ctx, notifier.Filter{Code: code, Limit: mostNotices})
	if err != nil {
		return out, fmt.Errorf("the notices could not be read: %w", err)
	}
	out.More = max(0, len(told)-mostTold)
	out.Told = noticeRows(told[:min(len(told), mostTold)], zone)
	return out, nil
}

func (s *server) askExplain(ctx context.Context, in explainQuery) (out explainAnswer, err error) {
	if _, err := s.standing(in.ID); err != nil {
		return out, err
	}
	x, known, err := s.Explainer.Explain(ctx, in.ID)
	switch {
	case err != nil:
		return out, fmt.Errorf("the instance could not be explained: %w", err)
	case !known:
		return out, wrong("the instance %q was just taken out of the configuration", in.ID)
	}
	out = explainAnswer{Instance: instanceRowOf(&x.Standing, x.At), explanation: explanationOf(&x, in.Of), Told: noticeRows(x.Notices[:min(len(x.Notices), mostTold)], zoneOf(&x.Standing))}
	if in.Of != "" && len(out.Alarms) == 0 {
		return out, wrong("the instance has no metric or rule %q; it has %s", in.Of, strings.Join(explainable(&x), ", "))
	}
	return out, nil
}

// explainable are the metrics and rules of which something can be explained.
func explainable(x *explain.Explanation) []string {
	var out []string
	for i := range x.Alarms {
		if name := calledBy(&x.Alarms[i]); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// calledBy is the metric of an alarm, or its rule where it has none.
func calledBy(a *explain.Alarm) string { return cmp.Or(a.Key.MetricName(), string(a.Key.Rule)) }

// explanationOf writes down what concerns one metric or rule; "" is all.
func explanationOf(x *explain.Explanation, of string) explanation {
	out := explanation{Remarks: x.Remarks, Values: []valueInForce{}, Alarms: []explainedRow{}}
	for _, v := range x.Values {
		if of == "" || concerns(v.Key, of) {
			out.Values = append(out.Values, valueInForce{Key: v.Key, Value: v.Value, By: setBy(&v)})
		}
	}
	if more := len(out.Values) - mostValues; more > 0 {
		out.Values = out.Values[:mostValues]
		out.Remarks = append(slices.Clone(out.Remarks), fmt.Sprintf("%d more values are left out; ask with of, such as of=connections", more))
	}
	zone := zoneOf(&x.Standing)
	for i := range x.Alarms {
		if a := &x.Alarms[i]; of == "" || calledBy(a) == of || string(a.Key.Rule) == of {
			out.Alarms = append(out.Alarms, explainedOf(a, zone))
		}
	}
	return out
}

// concerns tells whether a value has to do with a metric or rule: its own, and what it is
// judged and told by.
func concerns(key, of string) bool {
	head, rest, _ := strings.Cut(key, ".")
	_, isMetric := fleet.ParseMetric(of)
	read := isMetric || of == string(alarm.NoData)
	switch head {
	case of, "notify":
		return true
	case "capacity":
		return rest == of
	case "source":
		return read
	case "billing":
		return !read
	}
	return false
}

// setBy says who has set a value.
func setBy(o *config.Origin) string {
	if o.Path == "" {
		return o.By
	}
	return fmt.Sprintf("%s:%d %s", o.At.File, o.At.Line, o.Path)
}

func explainedOf(a *explain.Alarm, zone *time.Location) explainedRow {
	out := explainedRow{Rule: string(a.Key.Rule), Metric: a.Key.MetricName(), Off: a.Off, State: stateOf(a), Code: a.State.Code}
	if a.State.Open() {
		out.Severity = string(a.State.Severity)
	}
	if a.State.Unknown() {
		out.Unknown = sentence("since "+moment(time.UnixMilli(a.State.LostAt), zone), a.State.LostReason)
	}
	for i := range a.Timers {
		t := &a.Timers[i]
		out.Timers = append(out.Timers, timerRow{What: timerWords(t), Since: moment(t.Since, zone), Due: moment(t.Due, zone), Told: t.Told})
	}
	for _, t := range a.Tells {
		if len(t.To) == 0 {
			out.Tells = append(out.Tells, tellRow{Severity: string(t.Severity), Recipient: "nobody", When: "never: no receiver is told of it"})
		}
		for i := range t.To {
			to := &t.To[i]
			out.Tells = append(out.Tells, tellRow{Severity: string(t.Severity), Recipient: to.Display, Channel: to.Channel, Receiver: to.Receiver, When: whenTold(to, zone)})
		}
	}
	out.Tells = out.Tells[:min(len(out.Tells), mostAddresses)]
	return out
}

// stateOf is how an alarm stands, in a word.
func stateOf(a *explain.Alarm) string {
	s := &a.State
	switch {
	case a.Off != "":
		return "off"
	case s.Open() && s.Unknown():
		return "unknown"
	case s.Flap.At != 0:
		return "flapping"
	case s.Open():
		return "raised"
	}
	return "quiet"
}

func timerWords(t *alarm.Timer) string {
	limit := ""
	if t.Bound > 0 {
		limit = words.Threshold(t.Bound)
	}
	switch t.Kind {
	case alarm.TimerRaise:
		return string(t.Severity) + " is raised, if usage stays at or above " + limit
	case alarm.TimerClear:
		return string(t.Severity) + " is over, if usage stays below " + limit
	case alarm.TimerRemind:
		return "a reminder, unless acknowledged"
	case alarm.TimerStill:
		return "flapping is over, if it stays still"
	case alarm.TimerStep:
		if t.Lead == 0 {
			return string(t.Severity) + " at the moment itself"
		}
		return string(t.Severity) + " " + words.Duration(t.Lead, words.EN) + " before"
	}
	return string(t.Kind)
}

func whenTold(n *notifier.Previewed, zone *time.Location) string {
	switch at := moment(n.NotBefore, zone); {
	case n.Drop != "":
		return "never: " + n.Drop
	case at != "":
		return "not before " + at + after(": ", n.Hold)
	}
	return "at once"
}

func (a *alarmAnswer) text() string {
	var b strings.Builder
	b.WriteString(a.Alarm.text() + "\n")
	a.write(&b)
	if a.Advice != "" {
		b.WriteString("Advice: " + a.Advice + "\n")
	}
	writeNotices(&b, "Told", a.Told, a.More)
	return b.String()
}

func (a *explainAnswer) text() string {
	var b strings.Builder
	b.WriteString(a.Instance.text() + "\n")
	a.write(&b)
	writeNotices(&b, "Notices", a.Told, 0)
	return b.String()
}

func (x *explanation) write(b *strings.Builder) {
	for _, r := range x.Remarks {
		b.WriteString("Remark: " + r + "\n")
	}
	for i := range x.Alarms {
		x.Alarms[i].write(b)
	}
	if len(x.Values) > 0 {
		b.WriteString("In force, and set by:\n")
	}
	for _, v := range x.Values {
		fmt.Fprintf(b, "- %s = %s (%s)\n", v.Key, v.Value, v.By)
	}
}

func (a *explainedRow) write(b *strings.Builder) {
	name := a.Rule
	if a.Metric != "" {
		name += " of " + a.Metric
	}
	fmt.Fprintf(b, "Alarm %s: %s\n", name, sentence(a.State, a.Off, strings.TrimSpace(a.Severity+" "+a.Code), a.Unknown))
	for _, t := range a.Timers {
		due := after("due ", t.Due)
		if due == "" {
			due = "stands still"
		}
		told := ""
		if t.Told {
			told = "told"
		}
		fmt.Fprintf(b, "- %s: %s\n", t.What, sentence(after("since ", t.Since), due, told))
	}
	for _, t := range a.Tells {
		by := strings.TrimSpace(t.Channel + " " + after("of receiver ", t.Receiver))
		fmt.Fprintf(b, "- would tell of %s: %s%s, %s\n", t.Severity, t.Recipient, after(" by ", by), t.When)
	}
}
