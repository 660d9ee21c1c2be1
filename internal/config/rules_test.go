package config

import (
	"fmt"
	"strings"
	"testing"
)

// lines counts the lines of faults that hold a text.
func lines(faults, text string) int {
	n := 0
	for line := range strings.Lines(faults) {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// TestEachInstanceGetsItsFault: the same fault at several places is a fault at each.
func TestEachInstanceGetsItsFault(t *testing.T) {
	for _, tt := range []struct{ name, alarms, path, reason string }{
		{"a clear threshold above", "connections: {threshold: 70%, clear: 80%}", "connections.clear", "the clear threshold (80%) must lie below its threshold (70%)"},
		{"a threshold of nothing", "connections: {threshold: 0%}", "connections.threshold", "a threshold lies above 0%"},
		{"equal levels", "connections: {threshold: 80%, levels: [{threshold: 80%}]}", "connections.levels", "two levels have the threshold 80%"},
		{"a level with a clear threshold above", "connections: {levels: [{threshold: 90%, clear: 95%}]}", "connections.levels[0].clear", "the clear threshold (95%) must lie below its threshold (90%)"},
		{"a milder level above", "connections: {threshold: 95%, levels: [{threshold: 90%}]}", "connections.threshold", "at 90% it would be critical, and at 95% only warning"},
		{"too many levels", "connections: {levels: [{threshold: 71}, {threshold: 72}, {threshold: 73}, {threshold: 74}]}", "connections.levels", "an alarm has 4 levels at most"},
		{"no severity", "connections: {severity: bad}", "connections.severity", "a severity is info, warning or critical"},
		{"a level without a threshold", "connections: {levels: [{severity: critical}]}", "connections.levels[0]", "threshold is missing"},
		{"no severity of a rule of the calendar", "expiry: {severity: bad}", "expiry.severity", "a severity is info, warning or critical"},
		{"no severity of a forecast", "forecast: {within: 7d, severity: bad}", "forecast.severity", "a severity is info, warning or critical"},
		{"no severity of silence", "no_data: {severity: bad}", "no_data.severity", "a severity is info, warning or critical"},
		{"no step of the calendar", "expiry: {before: []}", "expiry.before", "no step is left"},
		{"too many steps", "expiry: {before: [1d, 2d, 3d, 4d, 5d, 6d, 7d, 8d, 9d, 10d, 11d, 12d, 13d]}", "expiry.before", "12 steps at most"},
		{"a step too far ahead", "release: {before: [400d]}", "release.before[0]", "a step is a year ahead at most"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := "instances:\n"
			for _, id := range []string{"a", "b", "c"} {
				text += "  - {id: " + id + ", product: mqtt, alarms: {" + tt.alarms + "}}\n"
			}
			got := faultsOf(t, text)
			for i := range 3 {
				want := fmt.Sprintf("brimwatch.yml:%d:", 2+i)
				path := fmt.Sprintf(": instances[%d].alarms.%s: ", i, tt.path)
				found := false
				for line := range strings.Lines(got) {
					found = found || strings.HasPrefix(line, want) && strings.Contains(line, path) && strings.Contains(line, tt.reason)
				}
				if !found {
					t.Errorf("no fault %s…%s%s in\n%s", want, path, tt.reason, got)
				}
			}
			if n := lines(got, ""); n != 3 {
				t.Errorf("%d faults, want one at each of 3 instances:\n%s", n, got)
			}
		})
	}
}

// TestFaultOfAllIsNotedOnce: a fault in a stage that many instances share is noted
// once, at that stage, whatever else the instances set.
func TestFaultOfAllIsNotedOnce(t *testing.T) {
	const instances = `
instances:
  - {id: a, product: mqtt}
  - {id: b, product: mqtt, alarms: {connections: {for: 5m}}}
  - {id: c, product: mqtt, alarms: {connections: {severity: info}, no_data: {for: 5m}, expiry: {repeat: 2d}}}
  - {id: d, product: mqtt, alarms: {connections: {threshold: 60%}}}
`
	for _, tt := range []struct{ name, text, want string }{
		{"the defaults", "alarms: {capacity: {threshold: 70%, clear: 80%}}", "brimwatch.yml:1:44: alarms.capacity.clear: the clear threshold (80%) must lie below its threshold (70%)"},
		{"the defaults, without a threshold", "alarms: {capacity: {clear: 80%}}", "brimwatch.yml:1:28: alarms.capacity.clear: the clear threshold (80%) must lie below its threshold (70%)"},
		{"an override", "alarms: {overrides: [{match: {product: mqtt}, capacity: {threshold: 70%, clear: 70%}}]}", "brimwatch.yml:1:81: alarms.overrides[0].capacity.clear: the clear threshold (70%) must lie below its threshold (70%)"},
		{"an override for one metric", "alarms: {overrides: [{match: {metric: connections}, capacity: {clear: 75%}}]}", "brimwatch.yml:1:71: alarms.overrides[0].capacity.clear: the clear threshold (75%) must lie below its threshold (70%)"},
		{"an override that fits nothing yet", "alarms: {overrides: [{match: {product: redis}, capacity: {threshold: 70%, clear: 70%}}]}", "brimwatch.yml:1:82: alarms.overrides[0].capacity.clear: the clear threshold (70%) must lie below its threshold (70%)"},
		{"levels of an override that fits nothing yet", "alarms: {overrides: [{match: {product: redis}, capacity: {levels: [{threshold: 0}]}}]}", "brimwatch.yml:1:80: alarms.overrides[0].capacity.levels[0].threshold: a threshold lies above 0%"},
		{"levels of the defaults", "alarms: {capacity: {levels: [{threshold: 90%}, {threshold: 90%}]}}", "brimwatch.yml:1:29: alarms.capacity.levels: two levels have the threshold 90%"},
		{"a severity", "alarms: {capacity: {severity: bad}}", "brimwatch.yml:1:31: alarms.capacity.severity: a severity is info, warning or critical, not \"bad\""},
		{"a severity of silence", "alarms: {no_data: {severity: bad}}", "brimwatch.yml:1:30: alarms.no_data.severity: a severity is info, warning or critical, not \"bad\""},
		{"a severity of the calendar", "alarms: {expiry: {severity: bad}}", "brimwatch.yml:1:29: alarms.expiry.severity: a severity is info, warning or critical, not \"bad\""},
		{"a severity of balances", "alarms: {low_balance: {severity: bad}}", "brimwatch.yml:1:34: alarms.low_balance.severity: a severity is info, warning or critical, not \"bad\""},
		{"a severity of an override that fits nothing yet", "alarms: {overrides: [{match: {product: redis}, overdue: {severity: bad}}]}", "brimwatch.yml:1:68: alarms.overrides[0].overdue.severity: a severity is info, warning or critical, not \"bad\""},
		{"a severity of balances in an override", "alarms: {overrides: [{low_balance: {severity: bad}}]}", "brimwatch.yml:1:47: alarms.overrides[0].low_balance.severity: a severity is info, warning or critical, not \"bad\""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := faultsOf(t, tt.text+instances); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestFaultsOfStagesTogether: two stages, each right by itself, can be wrong together;
// the fault stands where the later one is.
func TestFaultsOfStagesTogether(t *testing.T) {
	got := faultsOf(t, `alarms:
  capacity: {threshold: 75%, levels: [{severity: critical, threshold: 90%}]}
instances:
  - {id: a, product: mqtt, alarms: {connections: {threshold: 90%}}}
  - {id: b, product: mqtt, alarms: {connections: {clear: 76%}}}
  - {id: c, product: mqtt, alarms: {connections: {threshold: 95%}}}
  - {id: d, product: mqtt, alarms: {connections: {threshold: 95%, levels: []}}}
  - {id: e, product: mqtt, alarms: {connections: {clear: 76%}}}
  - {id: f, product: mqtt, alarms: {connections: {enabled: false, clear: 76%}}}
  - {id: g, product: mqtt, alarms: {connections: {levels: [{severity: info, threshold: 80%}]}}}
`)
	want := []string{
		"brimwatch.yml:4:62: instances[0].alarms.connections.threshold: two levels have the threshold 90%",
		"brimwatch.yml:5:58: instances[1].alarms.connections.clear: the clear threshold (76%) must lie below its threshold (75%)",
		"brimwatch.yml:6:62: instances[2].alarms.connections.threshold: at 90% it would be critical, and at 95% only warning",
		"brimwatch.yml:8:58: instances[4].alarms.connections.clear: the clear threshold (76%) must lie below its threshold (75%)",
		"brimwatch.yml:10:59: instances[6].alarms.connections.levels: at 75% it would be warning, and at 80% only info",
	}
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("no %s in\n%s", w, got)
		}
	}
	if n := lines(got, ""); n != len(want) {
		t.Errorf("%d faults, want %d:\n%s", n, len(want), got)
	}
}

// TestNamelessAndDoubleAreChecked: an entry without a name, or with the name of
// another, is checked like the others.
func TestNamelessAndDoubleAreChecked(t *testing.T) {
	got := faultsOf(t, `accounts:
  - {time_zone: Mars/Olympus}
  - {name: acme}
  - {name: acme, provider: nobody}
contacts:
  - {phone: "1"}
  - {name: wei, phone: "+8613800138000"}
  - {name: wei, phone: "2"}
receivers:
  - {group_wait: 2h, webhooks: [{url: "http://h/x"}]}
  - {name: r, webhooks: [{url: "http://h/x"}]}
  - {name: r, webhooks: [{url: "ftp://h/x"}]}
sms: {providers: [{type: pigeon}]}
instances:
  - {product: nothing}
  - {id: a, product: mqtt}
  - {id: a, product: mqtt, alarms: {connections: {threshold: 70%, clear: 80%}}}
`)
	for _, want := range []string{
		"2:5: accounts[0]: name is missing", `2:17: accounts[0].time_zone: there is no time zone "Mars/Olympus"`,
		`4:12: accounts[2].name: "acme" is given twice`, `4:28: accounts[2].provider: the provider is aliyun`,
		"6:5: contacts[0]: name is missing", "6:13: contacts[0].phone: a telephone number", `8:12: contacts[2].name: "wei" is given twice`, "8:24: contacts[2].phone: a telephone number",
		"10:5: receivers[0]: name is missing", "10:18: receivers[0].group_wait: ", `12:12: receivers[2].name: "r" is given twice`, "12:32: receivers[2].webhooks[0].url: a URL that begins",
		"13:19: sms.providers[0]: name is missing", "13:26: sms.providers[0].type: this version sends",
		"15:5: instances[0]: id is missing", `15:15: instances[0].product: there is no product "nothing"`,
		"17:10: instances[2].id: the instance a is given twice", "17:74: instances[2].alarms.connections.clear: the clear threshold",
	} {
		if !strings.Contains(got, "brimwatch.yml:"+want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}
