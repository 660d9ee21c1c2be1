package web_test

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// silencedFake is the fleet with a silence in force that holds a notice.
func silencedFake() *fake {
	f := realistic()
	f.silences = []notifier.Silence{
		{ID: "sil_1", Matchers: map[string]string{"instance_id": "mqtt-cn-0pp1abc", "alertname": "expiry"}, Until: now().Add(3 * time.Hour), By: "li", Comment: "renewed by hand", CreatedAt: now().Add(-time.Hour)},
		{ID: "sil_2", Matchers: map[string]string{"tem": "orders"}, Until: now().Add(time.Hour), By: "wei", CreatedAt: now()},
	}
	for i := range f.records {
		if f.records[i].Code == "W5BA" {
			f.records[i].Reason = "silenced by sil_1"
		}
	}
	return f
}

func TestSilencesPage(t *testing.T) {
	said := text(t, get(t, silencedFake(), "/silences"))
	wants(t, said,
		"In force 2", "alertname=expiry instance_id=mqtt-cn-0pp1abc renewed by hand 2026-11-23 06:12:04 in 3 h Open alarms W5BA Instances Orders Notices W5BA to alice li 1 h ago End",
		"tem=orders 2026-11-23 04:12:04 in 1 h Nothing now It fits nothing now: no instance, account or open alarm has these labels.", "Nothing at all has tem=orders.",
	)
	wants(t, text(t, get(t, realistic(), "/silences")), "In force 0 None. Notices go out as receivers and quiet hours say.")
	f := realistic()
	f.broken = errors.New("the state database is locked")
	w := get(t, f, "/silences")
	if w.Code != http.StatusInternalServerError {
		t.Error(w.Code)
	}
	wants(t, text(t, w), "The silences could not be read the state database is locked")
}

// TestSilencePreviewed: what a silence would hold is said before it is added, and looking
// adds none.
func TestSilencePreviewed(t *testing.T) {
	for _, tt := range []struct {
		name, labels, lasts, until, comment string
		status                              int
		want                                string
	}{
		{"an instance", "instance_id=mqtt-cn-0pp1abc", "2h", "", "upgrade", 200, "It would hold now Alarms with instance_id=mqtt-cn-0pp1abc Until 2026-11-23 05:12:04 UTC in 2 h Because upgrade Open alarms K7Q2 W5BA Instances Orders Notices W5BA to alice as"},
		{"several labels, with blanks", " env = prod \r\n team=orders\n\n", "30m", "", "", 200, "Alarms with env=prod team=orders Until 2026-11-23 03:42:04 UTC in 30 min Open alarms K7Q2 W5BA Instances Orders"},
		{"several on a line", "env=prod, team=orders", "30m", "", "", 200, "Alarms with env=prod team=orders"},
		{"a comma in a value", "instance=Orders, the old ones", "30m", "", "", 200, "Alarms with instance=Orders, the old ones"},
		{"an end", "env=prod", "2h", "2026-11-24T08:00", "", 200, "Until 2026-11-24 08:00:00 UTC"},
		{"a rule", "alertname=no_data", "2h", "", "", 200, "Open alarms C3QY Instances"},
		{"many", "severity=warning", "2h", "", "", 200, "and 2 more"},
		{"an account", "account=acme", "2h", "", "", 200, "Accounts acme"},
		{"nothing", "tem=orders", "2h", "", "", 200, "Nothing now It fits nothing now"},
		{"no label", " \n", "2h", "", "", 422, "No silence was added. No label is given: a silence of everything is none."},
		{"no value", "env=", "2h", "", "", 422, "A label has a name and a value, like instance_id=mqtt-1; this has not: env="},
		{"no name", "=prod", "2h", "", "", 422, "this has not: =prod"},
		{"no sign between", "prod", "2h", "", "", 422, "this has not: prod"},
		{"one twice", "env=prod\nenv=test", "2h", "", "", 422, "The label env is given twice"},
		{"the same twice", "env=prod\nenv=prod", "2h", "", "", 200, "Alarms with env=prod Until"},
		{"a label that turns", "env=\u202eprod", "2h", "", "", 422, "A label is plain text, and in one of them character 5 is U+202E"},
		{"a long label", "env=" + strings.Repeat("ü", 201), "2h", "", "", 422, "A label is longer than 200 characters."},
		{"a reason of two lines", "env=prod", "2h", "", "a\nb", 422, "The reason is one line of plain text"},
		{"a long reason", "env=prod", "2h", "", strings.Repeat("ü", 201), 422, "The reason is longer than 200 characters."},
		{"no time", "env=prod", "", "", "", 422, "How long it lasts is missing."},
		{"no time at all", "env=prod", "a while", "", "", 422, "How long it lasts is missing."},
		{"an end that is none", "env=prod", "2h", "soon", "", 422, "The end is not written like 2026-11-23T03:12."},
		{"an end that has passed", "env=prod", "2h", "2026-11-22T08:00", "", 422, "It would end in the past."},
		{"for ever", "env=prod", "9000h", "", "", 422, "It would last longer than a year"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := realistic()
			q := url.Values{"labels": {tt.labels}, "for": {tt.lasts}, "until": {tt.until}, "comment": {tt.comment}}
			w := get(t, f, "/silences?"+q.Encode())
			if w.Code != tt.status || len(f.silences) != 0 {
				t.Errorf("answered %d, added %v", w.Code, f.silences)
			}
			wants(t, text(t, w), strings.TrimSuffix(tt.want, " as"))
			// What was typed is still there.
			if !strings.Contains(w.Body.String(), "</textarea>") || tt.comment != "" && tt.status == 200 && !strings.Contains(w.Body.String(), `name="comment" value="`+tt.comment+`"`) {
				t.Error("what was typed is gone")
			}
			if tt.status == 200 {
				return
			}
			if w := post(t, f, "/silences", q); w.Code != http.StatusUnprocessableEntity || len(f.silences) != 0 {
				t.Errorf("sent all the same: answered %d, added %v", w.Code, f.silences)
			}
		})
	}
}

func TestSilenceAddedAndEnded(t *testing.T) {
	f := realistic()
	form := url.Values{"labels": {"instance_id=mqtt-cn-0pp1abc"}, "for": {"2h"}, "comment": {"upgrade"}, "by": {" wei  Zhang "}}
	w := post(t, f, "/silences", form)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/silences?added=1" || len(f.silences) != 1 {
		t.Fatal(w.Code, w.Header(), f.silences)
	}
	s := f.silences[0]
	if !maps.Equal(s.Matchers, map[string]string{"instance_id": "mqtt-cn-0pp1abc"}) || s.By != "wei Zhang" || s.Comment != "upgrade" || !s.Until.Equal(now().Add(2*time.Hour)) {
		t.Errorf("%+v", s)
	}
	wants(t, text(t, get(t, f, "/silences?added=1")), "The silence is in force.", "wei Zhang")
	for _, tt := range []struct {
		name, by string
		header   []string
		status   int
		said     string
	}{
		{"nobody", " ", nil, http.StatusUnprocessableEntity, "Who adds the silence?"},
		{"a name of two lines", "wei\nroot", nil, http.StatusBadRequest, "This name cannot be taken"},
		{"a page of another site", "eve", []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden, "The form came from another site"},
	} {
		form.Set("by", tt.by)
		w := post(t, f, "/silences", form, tt.header...)
		if w.Code != tt.status || len(f.silences) != 1 {
			t.Errorf("%s: answered %d, %d silences", tt.name, w.Code, len(f.silences))
		}
		wants(t, text(t, w), tt.said)
	}

	if w := post(t, f, "/silences/sil_1/end", nil, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden || len(f.silences) != 1 {
		t.Errorf("a page of another site: answered %d", w.Code)
	}
	if w := post(t, f, "/silences/sil_1/end", nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/silences?ended=1" || len(f.silences) != 0 {
		t.Errorf("answered %d, %v", w.Code, f.silences)
	}
	wants(t, text(t, get(t, f, "/silences?ended=1")), "The silence has ended.")
	w = post(t, f, "/silences/sil_1/end", nil)
	if w.Code != http.StatusNotFound {
		t.Errorf("ended twice: %d", w.Code)
	}
	wants(t, text(t, w), "There is no such silence It may have ended by itself")

	f.refuse = errors.New("disk full")
	form.Set("by", "wei")
	w = post(t, f, "/silences", form)
	if w.Code != http.StatusInternalServerError {
		t.Error(w.Code)
	}
	wants(t, text(t, w), "The silence was not added disk full")
}

// TestSilenceOfAnAlarm: each open alarm leads to the silence of just that one, which is
// looked at first.
func TestSilenceOfAnAlarm(t *testing.T) {
	f := realistic()
	links := regexp.MustCompile(`class="hold" href="([^"]+)" aria-label="Silence ([A-Z0-9]+)"`).FindAllStringSubmatch(get(t, f, "/alarms").Body.String(), -1)
	if len(links) != 6 {
		t.Fatalf("%d links, want one for each open alarm", len(links))
	}
	for _, m := range links {
		said := text(t, get(t, f, strings.ReplaceAll(m[1], "&amp;", "&")))
		wants(t, said, "Open alarms "+m[2]+" Instances")
	}
}

func TestAcknowledgeSeveral(t *testing.T) {
	for _, tt := range []struct {
		name     string
		form     url.Values
		status   int
		location string
		acks     []string
		said     string
	}{
		{"the chosen", url.Values{"code": {"K7Q2", "t6jp", "K7Q2"}, "shown": {"K7Q2", "T6JP", "C3QY"}, "which": {"chosen"}, "by": {"wei"}}, 303, "/alarms?acked=2", []string{"K7Q2 by wei", "T6JP by wei"}, ""},
		{"all shown", url.Values{"shown": {"K7Q2", "T6JP", "C3QY"}, "which": {"shown"}, "by": {"wei"}}, 303, "/alarms?acked=3", []string{"K7Q2 by wei", "T6JP by wei", "C3QY by wei"}, ""},
		{"one of them has ended", url.Values{"code": {"K7Q2", "P2KD"}, "by": {"wei"}}, 303, "/alarms?acked=1&gone=1", []string{"K7Q2 by wei"}, ""},
		{"from the page of an instance", url.Values{"code": {"K7Q2"}, "by": {"wei"}, "instance": {"//evil.example/a"}}, 303, "/instances/%2F%2Fevil.example%2Fa?acked=1", []string{"K7Q2 by wei"}, ""},
		{"none is chosen", url.Values{"which": {"chosen"}, "shown": {"K7Q2"}, "by": {"wei"}}, 422, "", nil, "No alarm is chosen Go back and tick"},
		{"nobody", url.Values{"code": {"K7Q2"}, "by": {" "}}, 422, "", nil, "Who acknowledges them?"},
		{"a name of two lines", url.Values{"code": {"K7Q2"}, "by": {"wei\nroot"}}, 400, "", nil, "This name cannot be taken"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := realistic()
			w := post(t, f, "/alarms/ack", tt.form)
			if w.Code != tt.status || w.Header().Get("Location") != tt.location || !slices.Equal(f.acks, tt.acks) {
				t.Errorf("answered %d %s, acknowledged %q", w.Code, w.Header().Get("Location"), f.acks)
			}
			wants(t, text(t, w), tt.said)
		})
	}
	for query, want := range map[string]string{
		"acked=2": "2 alarms are acknowledged. There are no more reminders; their ends are still told.", "acked=1&gone=1": "1 alarm is acknowledged. There are no more reminders; its end is still told. 1 had ended already.",
		"acked=0&gone=2": "No alarm was acknowledged. 2 had ended already.",
	} {
		wants(t, text(t, get(t, realistic(), "/alarms?"+query)), want)
	}
	f := realistic()
	f.refuse = errors.New("disk full")
	w := post(t, f, "/alarms/ack", url.Values{"code": {"K7Q2"}, "by": {"wei"}})
	if w.Code != http.StatusInternalServerError {
		t.Error(w.Code)
	}
	wants(t, text(t, w), "Not all of them were acknowledged disk full")
	if w := post(t, realistic(), "/alarms/ack", url.Values{"code": {"K7Q2"}, "by": {"eve"}}, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
		t.Error(w.Code)
	}
}

// TestNoticesAreSearched: by code, instance, person, receiver and time; the instance by its
// name, too.
func TestNoticesAreSearched(t *testing.T) {
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		query  string
		status int
		want   notifier.Filter
		said   string
	}{
		{"", 200, notifier.Filter{Limit: 500}, "K7Q2"},
		{"state=held&code=w5ba&person=alice&receiver=oncall", 200, notifier.Filter{}, "W5BA"},
		{"code=k7q2&person=+wei+&receiver=oncall", 200, notifier.Filter{Code: "K7Q2", Person: "wei", Receiver: "oncall", Limit: 500}, "only about alarm K7Q2"},
		{"instance=mqtt-cn-0pp1abc", 200, notifier.Filter{Instance: "mqtt-cn-0pp1abc", Limit: 500}, "Show all"},
		{"instance=orders", 200, notifier.Filter{Instance: "mqtt-cn-0pp1abc", Limit: 500}, "Show all"},
		{"instance=gone", 200, notifier.Filter{Instance: "gone", Limit: 500}, "Show all"},
		{"from=2026-11-23T00:00&to=2026-11-24T00:00", 200, notifier.Filter{From: day, To: day.AddDate(0, 0, 1), Limit: 500}, "Show all"},
		{"from=yesterday", 400, notifier.Filter{}, "A time is not written like 2026-11-23T03:12."},
		{"from=2026-11-23T00:00&to=2026-11-22T00:00", 400, notifier.Filter{}, "The end of the range must lie after its beginning."},
	} {
		f := realistic()
		w := get(t, f, "/notices?"+tt.query)
		if w.Code != tt.status || f.filter != tt.want {
			t.Errorf("%s: answered %d, asked for %+v", tt.query, w.Code, f.filter)
		}
		wants(t, text(t, w), tt.said)
	}
	// A state keeps what else is chosen.
	if body := get(t, realistic(), "/notices?person=wei&code=K7Q2").Body.String(); !strings.Contains(body, `href="/notices?code=K7Q2&amp;person=wei&amp;state=dead"`) {
		t.Error("the link to another state loses the rest")
	}
}

func TestTryNow(t *testing.T) {
	f := realistic()
	if !strings.Contains(get(t, f, "/notices").Body.String(), `action="/notices/retry"`) {
		t.Error("there is no button, and something waits")
	}
	if w := post(t, f, "/notices/retry", nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/notices?tried=1" || f.retried != 1 {
		t.Errorf("answered %d, tried %d times", w.Code, f.retried)
	}
	wants(t, text(t, get(t, f, "/notices?tried=1")), "What waits for another attempt is tried now.")
	if w := post(t, f, "/notices/retry", nil, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden || f.retried != 1 {
		t.Errorf("a page of another site: answered %d, tried %d times", w.Code, f.retried)
	}
	f.records = slices.DeleteFunc(f.records, func(n notifier.Record) bool { return n.State == notifier.Pending })
	if strings.Contains(get(t, f, "/notices").Body.String(), `action="/notices/retry"`) {
		t.Error("there is a button, and nothing waits")
	}
}

func TestWhoTextedStopIsShown(t *testing.T) {
	f := realistic()
	f.optouts = []notifier.Optout{{Name: "bob", Since: now().Add(-48 * time.Hour)}}
	wants(t, text(t, get(t, f, "/notices")), "bob texted STOP 2 d ago ( 2026-11-21 03:12:04 UTC ) and gets no text messages. Ask them to text START to the sender.")
}
