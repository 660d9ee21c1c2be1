package web_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/readers"
)

// dialogForm is the form of Orders as it is sent when nothing was changed, but for change: names
// and values, of which an empty one takes a field out.
func dialogForm(t *testing.T, f *fake, change ...string) url.Values {
	t.Helper()
	rules, ok := f.AlarmRules("mqtt-cn-0pp1abc")
	if !ok {
		t.Fatal("Orders is not there")
	}
	v := url.Values{"base": {rules.Base()}, "tab": {"alarms"}, "receivers": {"on"}, "wasnotify": {"oncall"}, "notify": {"oncall"}}
	for _, m := range []string{"message_tps", "send_tps", "receive_tps", "subscriptions", "connections"} {
		for name, value := range map[string]string{"was.": "70", "threshold.": "70", "wasclear.": "65", "clear.": "65", "wasfor.": "1m", "for.": "1m", "wasenabled.": "on", "enabled.": "on"} {
			v.Set(name+m, value)
		}
	}
	for _, m := range []string{"message_tps", "send_tps", "receive_tps", "subscriptions"} { // theirs follows
		v.Set("wasclear."+m, "")
		v.Set("clear."+m, "")
	}
	for i := 0; i+1 < len(change); i += 2 {
		if change[i+1] == "" {
			v.Del(change[i])
		} else {
			v.Set(change[i], change[i+1])
		}
	}
	return v
}

// sendDialog sends it.
func sendDialog(t *testing.T, f *fake, change ...string) *httptest.ResponseRecorder {
	t.Helper()
	return post(t, f, orders()+"/alarms", dialogForm(t, f, change...))
}

func TestDialogShowsWhatIsInForce(t *testing.T) {
	f := realistic()
	w := get(t, f, orders()+"?tab=alarms")
	wants(t, text(t, w), "Connections capacity 5,000 Enable alarms of Connections Threshold % now 70% = 3,500 Clear threshold % now 65% For at least", "Who is told managers oncall", "OK Preview Cancel")
	wants(t, w.Body.String(), `name="threshold.connections" id="threshold.connections" value="70"`, `name="clear.connections" value="65"`, `name="for.connections" value="1m"`,
		`name="notify" value="oncall" checked>`, `name="notify" value="managers">`, `<input type="hidden" name="wasnotify" value="oncall">`)

	rules, _ := f.AlarmRules("mqtt-cn-0pp1abc")
	rules.Metrics[fleet.Connections] = readers.AlarmRule{Enabled: true, Threshold: 1.2, Clear: 0.999, OwnClear: true, For: 90 * time.Minute, Further: []fleet.Level{{Severity: "critical", Threshold: 1.3}}}
	rules.Metrics[fleet.Subscriptions].Enabled = false
	rules.Receivers = nil
	f.rules = map[string]readers.AlarmRules{"mqtt-cn-0pp1abc": rules}
	w = get(t, f, orders()+"?tab=alarms")
	wants(t, text(t, w), "now 120% = 6,000, then critical at 130%", "120% is more than the capacity: nobody is told before usage exceeds it.", "Subscriptions capacity 10,000 Enable alarms of Subscriptions Threshold % off",
		"There is no receiver; name one under receivers:")
	wants(t, w.Body.String(), `name="for.connections" value="1h30m"`, `id="threshold.subscriptions" value="70"`, `name="clear.connections" value="99.9"`)
	wants(t, text(t, get(t, f, "/instances/iot-060a0nk0?tab=alarms")), "There is nothing to set yet")
}

// TestDialogWritesWhatChanged and nothing else.
func TestDialogWritesWhatChanged(t *testing.T) {
	on, off := true, false
	for _, tt := range []struct {
		name   string
		change []string
		want   map[fleet.Metric]alarm.Setting
		notify []string
	}{
		{"a threshold", []string{"threshold.connections", " 87.5 % "}, map[fleet.Metric]alarm.Setting{fleet.Connections: {Threshold: "87.5 %"}}, nil},
		{"a switch alone", []string{"enabled.subscriptions", ""}, map[fleet.Metric]alarm.Setting{fleet.Subscriptions: {Enabled: &off}}, nil},
		{"a switch on", []string{"wasenabled.subscriptions", ""}, map[fleet.Metric]alarm.Setting{fleet.Subscriptions: {Enabled: &on}}, nil},
		{"a clear threshold and a duration", []string{"clear.connections", "60%", "for.connections", "5m"}, map[fleet.Metric]alarm.Setting{fleet.Connections: {Clear: "60%", For: "5m"}}, nil},
		{"a clear threshold that follows again", []string{"clear.connections", ""}, map[fleet.Metric]alarm.Setting{fleet.Connections: {Clear: "auto"}}, nil},
		{"an alarm that is off needs no threshold", []string{"threshold.connections", "", "enabled.connections", ""}, map[fleet.Metric]alarm.Setting{fleet.Connections: {Enabled: &off}}, nil},
		{"less than 1 %", []string{"threshold.connections", "0.8%"}, map[fleet.Metric]alarm.Setting{fleet.Connections: {Threshold: "0.8%"}}, nil},
		{"less than 1 % repeated", []string{"was.connections", "0.8", "threshold.connections", "0.8", "enabled.connections", ""}, map[fleet.Metric]alarm.Setting{fleet.Connections: {Enabled: &off}}, nil},
		{"who is told", []string{"notify", "managers"}, map[fleet.Metric]alarm.Setting{}, []string{"managers"}},
		{"somebody who is not there", []string{"notify", `"><script>`, "threshold.connections", "80", "wasnotify", ""}, map[fleet.Metric]alarm.Setting{fleet.Connections: {Threshold: "80"}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := realistic()
			w := sendDialog(t, f, tt.change...)
			if w.Code != http.StatusSeeOther || w.Header().Get("Location") != orders()+"?tab=alarms&saved=1" {
				t.Fatalf("%d %v\n%s", w.Code, w.Header(), text(t, w))
			}
			if diff := cmp.Diff(tt.want, f.settings); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if diff := cmp.Diff(tt.notify, f.notify); diff != "" {
				t.Errorf("receivers, -want +got:\n%s", diff)
			}
			wants(t, text(t, get(t, f, w.Header().Get("Location"))), "Saved. The new settings are in force.")
		})
	}
	t.Run("nothing", func(t *testing.T) {
		f := realistic()
		w := sendDialog(t, f, "threshold.connections", "70%", "clear.connections", "65 %")
		if f.edits != 0 || !strings.HasSuffix(w.Header().Get("Location"), "saved=0") {
			t.Error(f.edits, w.Header())
		}
		wants(t, text(t, get(t, f, w.Header().Get("Location"))), "Nothing was changed.")
	})
}

func TestDialogRefuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		refuse error
		change []string
		status int
		says   []string
		keeps  string
	}{
		{"what the configuration refuses", errors.New("alarms.yml:7:12: instances[0].alarms.connections.threshold: a share is wanted here, such as 70%, not \"<lots>\"\nthe second fault"),
			[]string{"threshold.connections", "<lots>"}, http.StatusUnprocessableEntity, []string{"Nothing was changed:", `a share is wanted here, such as 70%, not "<lots>" the second fault`}, `value="&lt;lots&gt;"`},
		{"a fraction", nil, []string{"threshold.connections", "0.8"}, http.StatusUnprocessableEntity, []string{"0.8 is read as a percentage; write 80% if that is what you mean"}, `value="0.8"`},
		{"an empty threshold", nil, []string{"threshold.connections", "", "threshold.subscriptions", "80"}, http.StatusUnprocessableEntity,
			[]string{"Nothing was changed: Connections: the threshold is empty; write one, such as 70%, or switch the alarm off"}, `id="threshold.subscriptions" value="80"`},
		{"nobody is told", nil, []string{"notify", "", "threshold.subscriptions", "80"}, http.StatusUnprocessableEntity, []string{"Nobody would be told: choose a receiver, or switch the alarms off"}, `id="threshold.subscriptions" value="80"`},
		{"too large", nil, []string{"threshold.connections", strings.Repeat("7", 1<<20)}, http.StatusBadRequest, []string{"The form could not be read"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := realistic()
			f.refuse = tt.refuse
			w := sendDialog(t, f, tt.change...)
			if w.Code != tt.status || f.settings != nil {
				t.Errorf("answered %d, saved %v", w.Code, f.settings)
			}
			wants(t, text(t, w), tt.says...)
			wants(t, w.Body.String(), tt.keeps)
		})
	}
	if w := post(t, realistic(), "/instances/gone/alarms", url.Values{}); w.Code != http.StatusNotFound {
		t.Error(w.Code)
	}
}

// TestDialogOfTwo: the second of two who have the dialog open is told what the first one wrote, and
// loses nothing; sent once more, it is written over that.
func TestDialogOfTwo(t *testing.T) {
	f := realistic()
	second := dialogForm(t, f, "threshold.connections", "90", "for.subscriptions", "10m", "notify", "managers")
	if w := sendDialog(t, f, "threshold.connections", "75", "threshold.message_tps", "85"); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	f.settings = nil
	w := post(t, f, orders()+"/alarms", second)
	if w.Code != http.StatusConflict || f.settings != nil {
		t.Fatalf("%d, saved %v", w.Code, f.settings)
	}
	wants(t, text(t, w), "Somebody else changed these alarms while you were at it, so nothing was written.", "now 75% = 3,750", "now 1m", "now 85% = 850")
	rules, _ := f.AlarmRules("mqtt-cn-0pp1abc")
	body := w.Body.String()
	wants(t, body, `name="base" value="`+rules.Base()+`"`, `id="threshold.connections" value="90"`, `name="was.connections" value="75"`, `id="threshold.message_tps" value="85"`, `name="was.message_tps" value="85"`,
		`name="for.subscriptions" value="10m"`, `name="notify" value="managers" checked>`, `name="notify" value="oncall">`)
	second.Set("base", rules.Base())
	for name, value := range map[string]string{"was.connections": "75", "wasclear.connections": "70", "clear.connections": "70", "was.message_tps": "85", "threshold.message_tps": "85", "wasclear.message_tps": "", "clear.message_tps": ""} {
		second.Set(name, value)
	}
	if w := post(t, f, orders()+"/alarms", second); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	want := map[fleet.Metric]alarm.Setting{fleet.Connections: {Threshold: "90"}, fleet.Subscriptions: {For: "10m"}}
	if diff := cmp.Diff(want, f.settings); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestPreview(t *testing.T) {
	of := func(known bool, highest float64, raised, now int) readers.MetricPreview {
		return readers.MetricPreview{Known: known, Highest: highest, Raised: raised, Now: now}
	}
	month := now().AddDate(0, 0, -30)
	for _, tt := range []struct {
		name    string
		preview readers.AlarmPreview
		broken  error
		says    []string
	}{
		{"a month", readers.AlarmPreview{Days: 30, Since: month, Metrics: map[fleet.Metric]readers.MetricPreview{fleet.Connections: of(true, 0.84, 4, 7), fleet.Subscriptions: of(true, 0.5, 0, 0), fleet.MessageTPS: of(true, 0.91, 1, 1)}}, nil,
			[]string{"Connections: with 80% you would have been warned 4 times in the last 30 days; with what is in force, 7 times; the highest was 84%.", "Subscriptions: with 70% you would not have been warned in the last 30 days; the highest was 50%.",
				"Message TPS: with 70% you would have been warned once in the last 30 days; the highest was 91%.", "Counted over the last 30 days."}},
		{"less", readers.AlarmPreview{Days: 30, Since: now().AddDate(0, 0, -3), Metrics: map[fleet.Metric]readers.MetricPreview{fleet.Connections: of(false, 0, 0, 0)}}, nil,
			[]string{"Connections: nothing was recorded of it.", "Counted over what was recorded since 2026-11-20 03:12:04."}},
		{"nothing", readers.AlarmPreview{Days: 30}, nil, []string{"Nothing was recorded in the last 30 days, so there is no preview."}},
		{"a fault", readers.AlarmPreview{Days: 30, Since: month, Metrics: map[fleet.Metric]readers.MetricPreview{fleet.Connections: {Fault: "0.8 is read as a percentage; write 80% if that is what you mean"}}}, nil,
			[]string{"Connections: 0.8 is read as a percentage; write 80% if that is what you mean."}},
		{"no history", readers.AlarmPreview{}, errors.New("the disk is gone"), []string{"There is no preview: the disk is gone"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := realistic()
			form := dialogForm(t, f, "threshold.connections", "80", "enabled.receive_tps", "")
			form.Set("preview", "on")
			f.preview, f.broken = tt.preview, tt.broken
			w := get(t, f, orders()+"?"+form.Encode())
			if w.Code != http.StatusOK || f.edits != 0 {
				t.Fatal(w.Code, f.edits)
			}
			wants(t, text(t, w), tt.says...)
			wants(t, w.Body.String(), `id="threshold.connections" value="80"`, `name="was.connections" value="70"`)
			// Of what has a capacity and an alarm.
			want := map[fleet.Metric]alarm.Setting{fleet.MessageTPS: {}, fleet.Subscriptions: {}, fleet.Connections: {Threshold: "80"}}
			if diff := cmp.Diff(want, f.previewed); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
