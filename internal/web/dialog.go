package web

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/readers"
)

// monitoring is the Monitoring Alarms tab: what is in its fields, and what was in force when they
// were filled in. What somebody did not change is not written.
type monitoring struct {
	Base      string // names what was in force
	Rows      []settingRow
	Receivers []receiverRow
	Told      []string        // receivers that are told
	Faults    []template.HTML // why the last attempt was refused
	Changed   bool            // somebody else was faster
	Preview   template.HTML   // what the preview is of, or why there is none; "" without one
}

// settingRow is the form's part for one metric.
type settingRow struct {
	Metric, Name, Capacity string
	Threshold, Clear, For  field
	Enabled, WasEnabled    bool
	Equals                 string        // the threshold in force, in the metric's own unit
	ClearNow               string        // the clear threshold in force
	Further                string        // levels above
	Above                  string        // the threshold in percent, where it is more than the capacity
	Preview                template.HTML // what it would have come to
	Fault                  bool          // and that is a fault
}

// field is one field of the form: what is in it, and what was in force when it was filled in.
type field struct{ Text, Was string }

// Kept tells whether the field says what is in force.
func (f field) Kept() bool { return bare(f.Text) == bare(f.Was) }

// changed is what is to be written of the field; "" is nothing.
func (f field) changed() string {
	if f.Kept() {
		return ""
	}
	return f.Text
}

// bare is a share or length of time without the sign that the form prints beside it.
func bare(text string) string {
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%"))
}

// receiverRow is somebody who may be told.
type receiverRow struct {
	Name string
	Told bool
}

func (p *pages) newMonitoring(st *fleet.Standing, rules *readers.AlarmRules) *monitoring {
	out := &monitoring{Base: rules.Base(), Told: rules.Notify}
	for _, m := range fleet.Metrics() {
		if st.Concerns(m) {
			out.Rows = append(out.Rows, p.settingRow(st, m, &rules.Metrics[m]))
		}
	}
	for _, name := range rules.Receivers {
		out.Receivers = append(out.Receivers, receiverRow{name, slices.Contains(rules.Notify, name)})
	}
	return out
}

func (p *pages) settingRow(st *fleet.Standing, m fleet.Metric, rule *readers.AlarmRule) settingRow {
	row := settingRow{Metric: m.String(), Name: words.Heading(m, p.lang()), Enabled: rule.Enabled, WasEnabled: rule.Enabled}
	set := func(f *field, text string) { *f = field{text, text} }
	limit := st.Instance.Limit(st.Reading, m)
	if limit.Known() {
		row.Capacity = words.Figure(m, limit.Value)
	}
	if rule.Threshold <= 0 {
		return row
	}
	set(&row.Threshold, strings.TrimSuffix(words.Threshold(rule.Threshold), "%"))
	row.ClearNow = words.Threshold(rule.Clear)
	if rule.OwnClear {
		set(&row.Clear, strings.TrimSuffix(row.ClearNow, "%"))
	}
	set(&row.For, spanText(rule.For))
	if limit.Known() {
		row.Equals = words.Figure(m, rule.Threshold*limit.Value)
	}
	if rule.Threshold > 1 && rule.Enabled {
		row.Above = words.Threshold(rule.Threshold)
	}
	var further []string
	for _, l := range rule.Further {
		further = append(further, p.say.T("then %s at %s", p.say.Word("severity", l.Severity), words.Threshold(l.Threshold)))
	}
	row.Further = strings.Join(further, p.say.T("list|, "))
	return row
}

// spanText writes a length of time as the configuration has it: 90s is 1m30s, and 0 is 0s.
func spanText(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// fill puts what somebody sent into the form, so that nobody types twice, and returns what
// differs from what the form said before. An alarm that is to stay on needs a threshold, and
// somebody has to be told: without, that is a fault.
func (p *pages) fill(v *monitoring, sent url.Values) readers.AlarmChange {
	out := readers.AlarmChange{Settings: make(map[fleet.Metric]alarm.Setting)}
	v.Base = sent.Get("base")
	for i := range v.Rows {
		row := &v.Rows[i]
		m, ok := fleet.ParseMetric(row.Metric)
		if !ok || !sent.Has("was."+row.Metric) {
			continue // a metric that the form did not have
		}
		row.Threshold = field{strings.TrimSpace(sent.Get("threshold." + row.Metric)), sent.Get("was." + row.Metric)}
		row.Clear = field{strings.TrimSpace(sent.Get("clear." + row.Metric)), sent.Get("wasclear." + row.Metric)}
		row.For = field{strings.TrimSpace(sent.Get("for." + row.Metric)), sent.Get("wasfor." + row.Metric)}
		row.Enabled, row.WasEnabled = sent.Has("enabled."+row.Metric), sent.Has("wasenabled."+row.Metric)
		row.Above = ""
		if share, err := alarm.ParseShare(row.Threshold.Text); err == nil && share > 1 && row.Enabled {
			row.Above = words.Threshold(share)
		}
		if row.Threshold.Text == "" && row.Threshold.Was != "" && row.Enabled {
			v.Faults = append(v.Faults, escaped(p.say.T("%s: the threshold is empty; write one, such as %s, or switch the alarm off", row.Name, row.Threshold.Was+"%")))
			continue
		}
		if set := row.setting(); set != (alarm.Setting{}) {
			out.Settings[m] = set
		}
	}
	out.Notify = p.fillReceivers(v, sent)
	return out
}

// setting is what somebody changed of a metric.
func (row *settingRow) setting() alarm.Setting {
	out := alarm.Setting{Threshold: row.Threshold.changed(), Clear: row.Clear.changed(), For: row.For.changed()}
	if !row.Clear.Kept() && row.Clear.Text == "" {
		out.Clear = alarm.Follows
	}
	if row.Enabled != row.WasEnabled {
		out.Enabled = &row.Enabled
	}
	return out
}

// fillReceivers puts the chosen receivers into the form, and returns them when they are not those
// of before.
func (p *pages) fillReceivers(v *monitoring, sent url.Values) []string {
	if !sent.Has("receivers") {
		return nil // a form without them
	}
	var chosen []string
	for i := range v.Receivers {
		r := &v.Receivers[i]
		if r.Told = slices.Contains(sent["notify"], r.Name); r.Told {
			chosen = append(chosen, r.Name)
		}
	}
	was := slices.Clone(sent["wasnotify"])
	slices.Sort(was)
	if slices.Equal(slices.Sorted(slices.Values(chosen)), was) {
		return nil
	}
	if len(chosen) == 0 {
		v.Faults = append(v.Faults, escaped(p.say.T("Nobody would be told: choose a receiver, or switch the alarms off")))
	}
	return chosen
}

func (p *pages) setAlarms(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	st, ok := p.Fleet.Standing(id)
	if !ok {
		p.noInstance(w, r)
		return
	}
	if !p.form(w, r) {
		return
	}
	rules, _ := p.AlarmDialog.AlarmRules(id)
	view := p.newMonitoring(&st, &rules)
	change := p.fill(view, r.PostForm)
	saved, status := "0", http.StatusUnprocessableEntity
	if len(view.Faults) == 0 && (len(change.Settings) > 0 || change.Notify != nil) {
		err := p.AlarmDialog.EditAlarms(r.Context(), id, view.Base, change)
		changed, isChanged := errors.AsType[*readers.AlarmsChangedError](err)
		switch {
		case isChanged:
			p.log.InfoContext(r.Context(), "alarms not set: somebody else was faster", "instance_id", id)
			view, status = p.rebased(&st, &changed.Now, view), http.StatusConflict
		case err != nil:
			p.log.InfoContext(r.Context(), "alarms refused", "instance_id", id, "error", err)
			for line := range strings.SplitSeq(strings.TrimSpace(err.Error()), "\n") {
				view.Faults = append(view.Faults, p.said(line))
			}
		default:
			p.log.InfoContext(r.Context(), "alarms set", "instance_id", id, "metrics", metricNames(change.Settings), "notify", change.Notify, "by", whoAsks(r).Name)
			saved = "1"
		}
	}
	if len(view.Faults) > 0 || view.Changed {
		body := p.instanceBody(&st, tabAlarms)
		body.Monitoring = view
		p.render(w, r, status, "instance", page{Title: body.Row.Name, Section: "instances", Body: body, Scripts: []string{"preview.js"}})
		return
	}
	http.Redirect(w, r, linkTo(id)+"?tab="+tabAlarms+"&saved="+saved, http.StatusSeeOther) //nolint:gosec // an escaped ID below /instances/
}

// rebased is the form over what is in force now, with what somebody wanted in its fields.
func (p *pages) rebased(st *fleet.Standing, now *readers.AlarmRules, wanted *monitoring) *monitoring {
	out := p.newMonitoring(st, now)
	out.Changed = true
	for i := range out.Rows {
		row := &out.Rows[i]
		k := slices.IndexFunc(wanted.Rows, func(w settingRow) bool { return w.Metric == row.Metric })
		if k < 0 {
			continue
		}
		w := &wanted.Rows[k]
		for _, f := range []struct{ to, from *field }{{&row.Threshold, &w.Threshold}, {&row.Clear, &w.Clear}, {&row.For, &w.For}} {
			if !f.from.Kept() {
				f.to.Text = f.from.Text
			}
		}
		if w.Enabled != w.WasEnabled {
			row.Enabled = w.Enabled
		}
		row.Above = w.Above
	}
	told := func(of []receiverRow) (names []string) {
		for _, r := range of {
			if r.Told {
				names = append(names, r.Name)
			}
		}
		return names
	}
	if !slices.Equal(told(wanted.Receivers), wanted.Told) {
		out.Receivers = slices.Clone(out.Receivers)
		for i := range out.Receivers {
			out.Receivers[i].Told = slices.ContainsFunc(wanted.Receivers, func(r receiverRow) bool { return r.Told && r.Name == out.Receivers[i].Name })
		}
	}
	return out
}

// preview says, in a form that was filled in, what the settings would have come to.
func (p *pages) preview(r *http.Request, id string, v *monitoring) {
	sent := r.URL.Query()
	change := p.fill(v, sent)
	v.Faults = nil // they are said when it is saved
	settings := make(map[fleet.Metric]alarm.Setting)
	for i := range v.Rows {
		if m, ok := fleet.ParseMetric(v.Rows[i].Metric); ok && v.Rows[i].Enabled && v.Rows[i].Capacity != "" {
			settings[m] = change.Settings[m]
		}
	}
	got, err := p.AlarmDialog.PreviewAlarms(r.Context(), id, settings)
	switch {
	case err != nil:
		v.Preview = escaped(p.say.T("There is no preview: ")) + p.said(err.Error())
		return
	case got.Since.IsZero():
		v.Preview = escaped(p.say.T("Nothing was recorded in the last %d days, so there is no preview.", got.Days))
	case p.Now().Sub(got.Since) < time.Duration(got.Days)*24*time.Hour-time.Hour:
		v.Preview = escaped(p.say.T("Counted over what was recorded since %s.", p.stamp(got.Since).Text))
	default:
		v.Preview = escaped(p.say.T("Counted over the last %d days.", got.Days))
	}
	for i := range v.Rows {
		row := &v.Rows[i]
		m, _ := fleet.ParseMetric(row.Metric)
		if one, ok := got.Metrics[m]; ok {
			row.Preview, row.Fault = p.previewWords(row, &one, got.Days), one.Fault != ""
		}
	}
}

// previewWords says what one metric would have come to.
func (p *pages) previewWords(row *settingRow, one *readers.MetricPreview, days int) template.HTML {
	switch {
	case one.Fault != "":
		return p.said(one.Fault)
	case !one.Known:
		return escaped(p.say.T("nothing was recorded of it"))
	}
	share := bare(row.Threshold.Text) + "%"
	text := p.say.T("with %s you would have been warned once in the last %d days", share, days)
	switch {
	case one.Raised == 0:
		text = p.say.T("with %s you would not have been warned in the last %d days", share, days)
	case one.Raised > 1:
		text = p.say.T("with %s you would have been warned %d times in the last %d days", share, one.Raised, days)
	}
	if row.WasEnabled && one.Now != one.Raised {
		text += p.say.N(one.Now, "; with what is in force, once", "; with what is in force, %d times", one.Now)
	}
	return escaped(text + p.say.T("; the highest was %s", words.Share(one.Highest)))
}

func metricNames(settings map[fleet.Metric]alarm.Setting) []string {
	var out []string
	for _, m := range fleet.Metrics() {
		if _, ok := settings[m]; ok {
			out = append(out, m.String())
		}
	}
	return out
}
