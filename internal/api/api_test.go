package api

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/access"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/test/golden"
)

func TestAnswers(t *testing.T) {
	for name, target := range map[string]string{
		"instances.json":  "/api/v1/instances",
		"instance.json":   "/api/v1/instances/a%2Fb%20c%3F%C3%BC",
		"statistics.json": "/api/v1/instances/mqtt-1/statistics?from=-1m&step=15",
		"calendar.json":   "/api/v1/calendar",
		"accounts.json":   "/api/v1/accounts",
		"alarms.json":     "/api/v1/alarms",
		"notices.json":    "/api/v1/notices",
		"silences.json":   "/api/v1/silences",
		"people.json":     "/api/v1/people",
		"explain.json":    "/api/v1/instances/mqtt-1/explain",
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakes()
			f.explanation = explanation()
			w := ask(t, f.handler(t), http.MethodGet, target, "")
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("answered %d, %s", w.Code, w.Header().Get("Content-Type"))
			}
			golden.Equal(t, name, indented(t, w.Body))
		})
	}
}

func TestInstanceFilters(t *testing.T) {
	for query, want := range map[string]string{
		"":                               "mqtt-1 a/b c?ü rmq-2",
		"?product=redis":                 "a/b c?ü",
		"?state=raised":                  "mqtt-1",
		"?state=unknown":                 "a/b c?ü",
		"?state=unwatched":               "rmq-2",
		"?state=ok":                      "",
		"?state=expiring":                "",
		"?state=past":                    "rmq-2",
		"?account=acme":                  "mqtt-1",
		"?account=-":                     "a/b c?ü rmq-2",
		"?account=-&product=redis":       "a/b c?ü",
		"?account=other":                 "",
		"?label=team%3Dorders":           "mqtt-1",
		"?label=team=orders&label=env=x": "",
	} {
		t.Run(query, func(t *testing.T) {
			var ids []string
			for _, in := range decode[wire.Instances](t, ask(t, newFakes().handler(t), http.MethodGet, "/api/v1/instances"+query, "")).Instances {
				ids = append(ids, in.ID)
			}
			if got := strings.Join(ids, " "); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestRefusals holds every refusal: the status, and words that say what to do.
func TestRefusals(t *testing.T) {
	long := `{"by":"` + strings.Repeat("x", maxBody) + `"}`
	for _, tt := range []struct {
		name, method, target, body string
		status                     int
		words                      string
	}{
		{"no such path", "GET", "/api/v1/nothing", "", 404, "there is nothing at /api/v1/nothing"},
		{"no such path below the process", "GET", "/-/nothing", "", 404, "there is nothing at"},
		{"wrong method", "POST", "/api/v1/instances", "", 405, "it takes GET, HEAD"},
		{"metrics by POST", "POST", "/metrics", "", 405, "it takes GET, HEAD"},
		{"reload by GET", "GET", "/-/reload", "", 405, "it takes POST"},
		{"state of instances", "GET", "/api/v1/instances?state=full", "", 400, "raised, unknown, ok, unwatched"},
		{"label without a value", "GET", "/api/v1/instances?label=team", "", 400, "a name, = and a value"},
		{"no such instance", "GET", "/api/v1/instances/x", "", 404, `no instance has the id "x"`},
		{"statistics of none", "GET", "/api/v1/instances/x/statistics", "", 404, `no instance has the id "x"`},
		{"format", "GET", "/api/v1/instances/mqtt-1/statistics?format=xml", "", 400, "json or csv"},
		{"from that is no moment", "GET", "/api/v1/instances/mqtt-1/statistics?from=yesterday", "", 400, "from=yesterday: a moment is wanted"},
		{"milliseconds", "GET", "/api/v1/instances/mqtt-1/statistics?to=1795400000000", "", 400, "milliseconds?"},
		{"from after to", "GET", "/api/v1/instances/mqtt-1/statistics?from=-1h&to=-2h", "", 400, "must lie before to"},
		{"from and to the same", "GET", "/api/v1/instances/mqtt-1/statistics?from=now&to=now", "", 400, "must lie before to"},
		{"step of nothing", "GET", "/api/v1/instances/mqtt-1/statistics?step=0", "", 400, "whole number of seconds"},
		{"step below a second", "GET", "/api/v1/instances/mqtt-1/statistics?step=1.5", "", 400, "whole number of seconds"},
		{"too many points", "GET", "/api/v1/instances/mqtt-1/statistics?from=-7d&step=1", "", 400, "at least 55s"},
		{"a range of ages", "GET", "/api/v1/instances/mqtt-1/statistics?from=0001-01-01T00:00:00Z&to=9999-01-01T00:00:00Z", "", 400, "longer than"},
		{"accounts of no day", "GET", "/api/v1/accounts?days=0", "", 400, "days is a number from 1 to 366"},
		{"accounts of many years", "GET", "/api/v1/accounts?days=3660", "", 400, "days is a number from 1 to 366"},
		{"calendar of no day", "GET", "/api/v1/calendar?days=0", "", 400, "days is a number from 1 to 3660"},
		{"calendar of all times", "GET", "/api/v1/calendar?days=99999", "", 400, "days is a number from 1 to 3660"},
		{"calendar of words", "GET", "/api/v1/calendar?days=90d", "", 400, "days is a number from 1 to 3660"},
		{"state of alarms", "GET", "/api/v1/alarms?state=loud", "", 400, "raised, unknown, cleared"},
		{"limit", "GET", "/api/v1/alarms?limit=0", "", 400, "1 to 10000"},
		{"limit of notices", "GET", "/api/v1/notices?limit=x", "", 400, "1 to 10000"},
		{"state of notices", "GET", "/api/v1/notices?state=lost", "", 400, "pending, sending, sent, delivered, held, dropped, dead"},
		{"ack of none", "POST", "/api/v1/alarms/ZZZZ/ack", "", 404, `no open alarm has the code "ZZZZ"`},
		{"ack of one that ended", "POST", "/api/v1/alarms/P2BC/ack", "", 404, `no open alarm has the code "P2BC"`},
		{"ack by two lines", "POST", "/api/v1/alarms/K7Q2/ack", `{"by":"wei\nroot"}`, 400, "by must be one line of plain text: character 4 is U+000A, a line break"},
		{"ack by a name that turns", "POST", "/api/v1/alarms/K7Q2/ack", `{"by":"wei\u202etoor"}`, 400, "by must be one line of plain text: character 4 is U+202E, which turns the direction of the text"},
		{"ack by a terminal's command", "POST", "/api/v1/alarms/K7Q2/ack", `{"by":"\u001b[2J"}`, 400, "character 1 is U+001B, a control sign"},
		{"ack by a novel", "POST", "/api/v1/alarms/K7Q2/ack", `{"by":"` + strings.Repeat("ü", 201) + `"}`, 422, "longer than 200"},
		{"ack with a field too many", "POST", "/api/v1/alarms/K7Q2/ack", `{"who":"wei"}`, 400, `unknown field "who"`},
		{"ack with a wrong type", "POST", "/api/v1/alarms/K7Q2/ack", `{"by":7}`, 400, "by must not be a number"},
		{"ack with half a body", "POST", "/api/v1/alarms/K7Q2/ack", `{"by":`, 400, "ends in the middle"},
		{"ack with two bodies", "POST", "/api/v1/alarms/K7Q2/ack", `{} {}`, 400, "more than one JSON value"},
		{"ack that is no JSON", "POST", "/api/v1/alarms/K7Q2/ack", `by=wei`, 400, "not JSON at byte 1"},
		{"body too long", "POST", "/api/v1/alarms/K7Q2/ack", long, 413, "longer than 65536 bytes"},
		{"ack of several without any", "POST", "/api/v1/alarms/ack", `{"by":"wei"}`, 422, "nothing was acknowledged: name the codes"},
		{"ack of several and of all", "POST", "/api/v1/alarms/ack", `{"codes":["K7Q2"],"all":true}`, 422, "give codes or all, not both"},
		{"ack of several without a body", "POST", "/api/v1/alarms/ack", ``, 400, "it is empty"},
		{"ack of several by two lines", "POST", "/api/v1/alarms/ack", `{"codes":["K7Q2"],"by":"wei\nroot"}`, 400, "by must be one line of plain text"},
		{"ack of all by a novel", "POST", "/api/v1/alarms/ack", `{"all":true,"by":"` + strings.Repeat("ü", 201) + `"}`, 422, "longer than 200"},
		{"notices from nonsense", "GET", "/api/v1/notices?from=yesterday", "", 400, "from=yesterday: a moment is wanted here"},
		{"notices to nonsense", "GET", "/api/v1/notices?to=-x", "", 400, "to=-x: a duration is wanted here"},
		{"notices from after to", "GET", "/api/v1/notices?from=-1h&to=-2h", "", 400, "must lie before to"},
		{"preview of a silence of everything", "POST", "/api/v1/silences", `{"matchers":{},"for":"2h","preview":true}`, 422, "matchers is empty"},
		{"settings of none", "PUT", "/api/v1/instances/x/alarms", `{"connections":{"enabled":true}}`, 404, `no instance has the id "x"`},
		{"settings without a body", "PUT", "/api/v1/instances/mqtt-1/alarms", ``, 400, "it is empty"},
		{"settings of nothing", "PUT", "/api/v1/instances/mqtt-1/alarms", `{}`, 422, "no metric is named"},
		{"settings of no such metric", "PUT", "/api/v1/instances/mqtt-1/alarms", `{"speed":{"enabled":true}}`, 422, "there is no such metric; known are message_tps"},
		{"settings that say nothing", "PUT", "/api/v1/instances/mqtt-1/alarms", `{"connections":{}}`, 422, "threshold or enabled is missing"},
		{"settings with an empty threshold", "PUT", "/api/v1/instances/mqtt-1/alarms", `{"connections":{"threshold":""}}`, 400, "a threshold is empty"},
		{"settings with a list", "PUT", "/api/v1/instances/mqtt-1/alarms", `{"connections":{"threshold":[70]}}`, 400, `a threshold is a share such as "80%"`},
		{"silence of everything", "POST", "/api/v1/silences", `{"matchers":{},"for":"2h"}`, 422, "matchers is empty"},
		{"silence without an end", "POST", "/api/v1/silences", `{"matchers":{"env":"test"}}`, 422, "until or for is missing"},
		{"silence with two ends", "POST", "/api/v1/silences", `{"matchers":{"env":"test"},"for":"2h","until":"2027-01-01T00:00:00Z"}`, 422, "give one of them"},
		{"silence that has ended", "POST", "/api/v1/silences", `{"matchers":{"env":"test"},"until":"2020-01-01T00:00:00Z"}`, 422, "has passed"},
		{"silence of no length", "POST", "/api/v1/silences", `{"matchers":{"env":"test"},"for":"0s"}`, 422, "has passed"},
		{"silence for ever", "POST", "/api/v1/silences", `{"matchers":{"env":"test"},"for":"99w"}`, 422, "longer than a year"},
		{"silence for a while", "POST", "/api/v1/silences", `{"matchers":{"env":"test"},"for":"a while"}`, 422, "a duration is wanted"},
		{"silence with an empty value", "POST", "/api/v1/silences", `{"matchers":{"env":""},"for":"1h"}`, 422, "neither may be empty"},
		{"silence by two lines", "POST", "/api/v1/silences", `{"matchers":{"env":"x"},"for":"1h","by":"wei\nroot"}`, 400, "no silence was added: by must be one line of plain text: character 4 is U+000A"},
		{"silence with a comment of two lines", "POST", "/api/v1/silences", `{"matchers":{"env":"x"},"for":"1h","comment":"a\u2028b"}`, 400, "comment must be one line of plain text: character 2 is U+2028"},
		{"silence of a value that turns", "POST", "/api/v1/silences", `{"matchers":{"env":"\u2067x"},"for":"1h"}`, 400, `the value of matcher "env" must be one line of plain text: character 1 is U+2067`},
		{"silence of a name that turns", "POST", "/api/v1/silences", `{"matchers":{"e\u202env":"x"},"for":"1h"}`, 400, "the name of a matcher must be one line of plain text: character 2 is U+202E"},
		{"silence by a novel", "POST", "/api/v1/silences", `{"matchers":{"env":"x"},"for":"1h","by":"` + strings.Repeat("ü", 201) + `"}`, 422, "by is longer than 200"},
		{"silence with a time that is none", "POST", "/api/v1/silences", `{"matchers":{"env":"x"},"until":"soon"}`, 400, "the body cannot be read"},
		{"silence that does not exist", "DELETE", "/api/v1/silences/s9", "", 404, `no silence has the id "s9"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFakes()
			w := ask(t, f.handler(t), tt.method, tt.target, tt.body)
			if w.Code != tt.status {
				t.Errorf("answered %d, want %d", w.Code, tt.status)
			}
			if got := decode[wire.Error](t, w).Error; !strings.Contains(got, tt.words) {
				t.Errorf("said %q, want it to hold %q", got, tt.words)
			}
			if len(f.silences) != 1 || f.set != nil || f.episodes[0].AckedBy != "" {
				t.Error("something was changed all the same")
			}
		})
	}
}

// TestFailures holds that what cannot be read is an error, and not an empty list.
func TestFailures(t *testing.T) {
	for _, target := range []string{
		"/api/v1/instances/mqtt-1/statistics", "/api/v1/alarms", "/api/v1/notices", "/api/v1/silences", "/api/v1/people",
	} {
		t.Run(target, func(t *testing.T) {
			f := newFakes()
			f.err = errors.New("disk I/O error")
			w := ask(t, f.handler(t), http.MethodGet, target, "")
			if w.Code != http.StatusInternalServerError || !strings.Contains(decode[wire.Error](t, w).Error, "disk I/O error") {
				t.Errorf("answered %d: %s", w.Code, w.Body)
			}
			if !strings.Contains(f.log.String(), "disk I/O error") {
				t.Error("the log does not say why")
			}
		})
	}
}

func TestOtherSites(t *testing.T) {
	for _, tt := range []struct {
		name   string
		header []string
		status int
	}{
		{"a page of another site", []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		{"a page of a sister site", []string{"Sec-Fetch-Site", "same-site"}, http.StatusForbidden},
		{"an old browser on another site", []string{"Origin", "https://evil.example"}, http.StatusForbidden},
		{"a page of ours", []string{"Sec-Fetch-Site", "same-origin"}, http.StatusOK},
		{"an old browser on ours", []string{"Origin", "http://example.com"}, http.StatusOK},
		{"curl", nil, http.StatusOK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFakes()
			w := ask(t, f.handler(t), http.MethodPost, "/-/reload", "", tt.header...)
			if w.Code != tt.status || (f.reloaded == 1) != (tt.status == http.StatusOK) {
				t.Errorf("answered %d, reloaded %d times", w.Code, f.reloaded)
			}
		})
	}
}

func TestSpan(t *testing.T) {
	at := now().Truncate(time.Second)
	for query, want := range map[string]span{
		"":                            {at.Add(-time.Hour), at, 15 * time.Second},
		"?from=-1d":                   {at.Add(-24 * time.Hour), at, 5 * time.Minute},
		"?to=-1h":                     {at.Add(-2 * time.Hour), at.Add(-time.Hour), 15 * time.Second},
		"?from=now-2h&to=now&step=1m": {at.Add(-2 * time.Hour), at, time.Minute},
		"?from=1795400000&to=1795400060.7&step=20":                                  {time.Unix(1795400000, 0).UTC(), time.Unix(1795400060, 0).UTC(), 20 * time.Second},
		"?from=2026-11-23T08:00:00%2B08:00&to=2026-11-23T09:00:00+08:00&step=1m30s": {time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC), 90 * time.Second},
	} {
		t.Run(query, func(t *testing.T) {
			f := newFakes()
			if w := ask(t, f.handler(t), http.MethodGet, "/api/v1/instances/mqtt-1/statistics"+query, ""); w.Code != http.StatusOK {
				t.Fatalf("answered %d: %s", w.Code, w.Body)
			}
			if f.asked != want {
				t.Errorf("asked for %v, want %v", f.asked, want)
			}
		})
	}
}

func TestStatisticsOfThePast(t *testing.T) {
	w := ask(t, newFakes().handler(t), http.MethodGet, "/api/v1/instances/gone/statistics", "")
	if got := decode[wire.Statistics](t, w); w.Code != http.StatusOK || len(got.Metrics["connections"].Usage) != 2 {
		t.Errorf("answered %d: %+v", w.Code, got)
	}
}

func TestStatisticsCSV(t *testing.T) {
	f := newFakes()
	w := ask(t, f.handler(t), http.MethodGet, "/api/v1/instances/mqtt-1/statistics?format=csv", "")
	golden.Equal(t, "statistics.csv", w.Body.Bytes())
	if got := w.Header().Get("Content-Disposition"); got != "attachment; filename=mqtt-1.csv" {
		t.Errorf("Content-Disposition is %q", got)
	}

	// An ID that a spreadsheet would take for a formula, and that needs quotes.
	id := `=cmd|'/c "calc",1'!A0`
	f.standings[0].Instance.ID = id
	s := &server{Options: Options{}, log: slog.New(slog.DiscardHandler)}
	rec := httptest.NewRecorder()
	s.sendCSV(rec, id, f.series)
	rows, err := csv.NewReader(rec.Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := rows[1][0]; got != "'"+id {
		t.Errorf("the id is written as %q", got)
	}
	if strings.ContainsAny(rec.Header().Get("Content-Disposition"), `"|/'`) {
		t.Errorf("Content-Disposition is %q", rec.Header().Get("Content-Disposition"))
	}
}

func TestAlarmFilters(t *testing.T) {
	for query, want := range map[string]alarm.EpisodeFilter{
		"":                             {Limit: 1000},
		"?state=raised":                {State: alarm.EpisodeRaised, Limit: 1000},
		"?state=open&limit=5":          {Open: true, Limit: 5},
		"?code=k7q2&instance_id=a%2Fb": {Code: "K7Q2", Instance: "a/b", Limit: 1000},
	} {
		f := newFakes()
		ask(t, f.handler(t), http.MethodGet, "/api/v1/alarms"+query, "")
		if f.episode != want {
			t.Errorf("%s asks for %+v, want %+v", query, f.episode, want)
		}
	}
	f := newFakes()
	ask(t, f.handler(t), http.MethodGet, "/api/v1/notices?state=held&episode=k7q2&limit=7", "")
	if want := (notifier.Filter{State: notifier.Held, Code: "K7Q2", Limit: 7}); f.notice != want {
		t.Errorf("asks for %+v, want %+v", f.notice, want)
	}
}

func TestAck(t *testing.T) {
	for _, tt := range []struct {
		name, code, body string
		header           []string
		want             string
	}{
		{"by name", "K7Q2", `{"by":" wei "}`, nil, "wei"},
		{"by whom a proxy hands on", "k7q2", ``, []string{"Authorization", "Basic d2VpOnB3"}, "wei"},
		{"by name, whatever header is sent", "K7Q2", `{"by":"li"}`, []string{"Authorization", "Basic d2VpOnB3"}, "li"},
		{"by nobody", "K7Q2", `{}`, nil, "api"},
		{"by somebody before", "M3XA", `{"by":"wei"}`, nil, "alice"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFakes()
			w := ask(t, f.handler(t), http.MethodPost, "/api/v1/alarms/"+tt.code+"/ack", tt.body, tt.header...)
			got := decode[wire.Acked](t, w)
			if w.Code != http.StatusOK || got.AckedBy != tt.want || got.Code != strings.ToUpper(tt.code) || got.AckedAt == nil {
				t.Errorf("answered %d: %s", w.Code, w.Body)
			}
		})
	}
}

// behindSignIn puts a handler where everybody has to sign in.
func behindSignIn(t *testing.T, h http.Handler) http.Handler {
	t.Helper()
	file := filepath.Join(t.TempDir(), "web.yml")
	if err := os.WriteFile(file, []byte("basic_auth_users: {wei: x}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	gate, err := access.NewGate(access.Options{WebConfigFile: file, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry()},
		access.Rules{Hosts: []string{"example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	return gate.Wrap(h)
}

// TestByOfWhoeverSignedIn: a name in a body never stands in for who signed in.
func TestByOfWhoeverSignedIn(t *testing.T) {
	f := newFakes()
	h := behindSignIn(t, f.handler(t))
	wei := []string{"Authorization", "Basic d2VpOnB3"}
	w := ask(t, h, http.MethodPost, "/api/v1/alarms/K7Q2/ack", `{"by":"li"}`, wei...)
	if got := decode[wire.Acked](t, w); got.AckedBy != "wei" {
		t.Errorf("acknowledged by %q: %d %s", got.AckedBy, w.Code, w.Body)
	}
	w = ask(t, h, http.MethodPost, "/api/v1/silences", `{"matchers":{"env":"test"},"for":"1h","by":"li"}`, wei...)
	if got := decode[wire.Silence](t, w); got.By != "wei" {
		t.Errorf("silenced by %q: %d %s", got.By, w.Code, w.Body)
	}
}

func TestSetAlarms(t *testing.T) {
	on, off := true, false
	f := newFakes()
	w := ask(t, f.handler(t), http.MethodPut, "/api/v1/instances/a%2Fb%20c%3F%C3%BC/alarms",
		`{"connections":{"threshold":"80%","enabled":true},"subscriptions":{"enabled":false},"memory_bytes":{"threshold":82.5}}`)
	want := map[fleet.Metric]alarm.Setting{
		fleet.Connections: {Threshold: "80%", Enabled: &on}, fleet.Subscriptions: {Enabled: &off}, fleet.MemoryBytes: {Threshold: "82.5"},
	}
	if w.Code != http.StatusOK || f.setFor != "a/b c?ü" || !reflect.DeepEqual(f.set, want) {
		t.Errorf("answered %d, set %+v of %q", w.Code, f.set, f.setFor)
	}
	if got := decode[wire.Instances](t, w).Instances; len(got) != 1 || got[0].ID != "a/b c?ü" {
		t.Errorf("answered with %+v", got)
	}
}

func TestSetAlarmsFaults(t *testing.T) {
	f := newFakes()
	f.setErr = errors.New("a.yml:3:9: alarms.connections.threshold: 0.8 is 0.8 %; write 80%\na.yml:4:9: more")
	w := ask(t, f.handler(t), http.MethodPut, "/api/v1/instances/mqtt-1/alarms", `{"connections":{"threshold":"0.8"}}`)
	got := decode[wire.Error](t, w)
	if w.Code != http.StatusUnprocessableEntity || got.Error != "nothing was changed" || len(got.Faults) != 2 {
		t.Errorf("answered %d: %+v", w.Code, got)
	}
	f.setErr = fmt.Errorf("reload: %w", context.DeadlineExceeded)
	w = ask(t, f.handler(t), http.MethodPut, "/api/v1/instances/mqtt-1/alarms", `{"connections":{"enabled":true}}`)
	if w.Code != http.StatusInternalServerError {
		t.Errorf("a reload that ran out of time is answered with %d", w.Code)
	}
}

func TestSilences(t *testing.T) {
	f := newFakes()
	h := f.handler(t)
	w := ask(t, h, http.MethodPost, "/api/v1/silences", `{"matchers":{"instance_id":"mqtt-1"},"for":"1h30m","by":"wei","comment":"upgrade"}`)
	got := decode[wire.Silence](t, w)
	if w.Code != http.StatusCreated || w.Header().Get("Location") != "/api/v1/silences/s2" || got.By != "wei" || !got.Until.Equal(now().Add(90*time.Minute)) {
		t.Errorf("answered %d %s: %+v", w.Code, w.Header().Get("Location"), got)
	}
	w = ask(t, h, http.MethodPost, "/api/v1/silences", `{"matchers":{"env":"test"},"until":"2026-11-24T08:00:00+08:00"}`)
	if got := decode[wire.Silence](t, w); got.By != "api" || !got.Until.Equal(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("answered %d: %+v", w.Code, got)
	}
	if w := ask(t, h, http.MethodDelete, "/api/v1/silences/s2", ""); w.Code != http.StatusNoContent || w.Body.Len() != 0 {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
	if w := ask(t, h, http.MethodDelete, "/api/v1/silences/s2", ""); w.Code != http.StatusNotFound {
		t.Errorf("removed twice: %d", w.Code)
	}
}

// TestWhatSilencesHold: instances, accounts, open alarms and held notices, before a silence
// is stored and afterwards; one that fits nothing says so.
func TestWhatSilencesHold(t *testing.T) {
	labels := map[string]string{"alertname": "capacity", "instance_id": "mqtt-1", "env": "prod", "team": "orders", "account": "acme"}
	for _, tt := range []struct {
		name, matchers string
		want           wire.Holds
		remark         string
	}{
		{"an instance", `{"instance_id":"mqtt-1"}`, wire.Holds{Instances: []string{"mqtt-1"}, Accounts: []string{}, Alarms: []string{"K7Q2"}, Notices: 1}, ""},
		{"a label", `{"env":"prod","team":"orders"}`, wire.Holds{Instances: []string{"mqtt-1"}, Accounts: []string{}, Alarms: []string{"K7Q2"}, Notices: 1}, ""},
		{"another metric of it", `{"instance_id":"mqtt-1","metric":"subscriptions"}`, wire.Holds{Instances: []string{"mqtt-1"}, Accounts: []string{}, Alarms: []string{}}, ""},
		{"an account", `{"account":"acme"}`, wire.Holds{Instances: []string{"mqtt-1"}, Accounts: []string{"acme"}, Alarms: []string{"K7Q2"}, Notices: 1}, ""},
		{"the balance of an account", `{"account":"late","alertname":"low_balance"}`, wire.Holds{Instances: []string{}, Accounts: []string{"late"}, Alarms: []string{}}, ""},
		{"all that is critical", `{"severity":"critical"}`, wire.Holds{Instances: []string{"mqtt-1", "a/b c?ü", "rmq-2"}, Accounts: []string{"acme", "late", "unknown"}, Alarms: []string{}}, ""},
		{"an instance that is not there", `{"instance_id":"mqtt-7"}`, wire.Holds{Instances: []string{}, Accounts: []string{}, Alarms: []string{}},
			"It fits nothing now: no instance, account or open alarm has these labels. It holds what is raised with them before it ends. Nothing at all has instance_id=mqtt-7."},
		{"two labels that nothing has together", `{"instance_id":"mqtt-1","product":"redis"}`, wire.Holds{Instances: []string{}, Accounts: []string{}, Alarms: []string{}},
			"It fits nothing now: no instance, account or open alarm has these labels. It holds what is raised with them before it ends."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFakes()
			f.notices = append(f.notices, notifier.Record{State: notifier.Held, Reason: "quiet hours", Notice: notifier.Notice{Alert: notifier.Alert{Labels: labels}}})
			h := f.handler(t)
			w := ask(t, h, http.MethodPost, "/api/v1/silences", `{"matchers":`+tt.matchers+`,"for":"1h","preview":true}`)
			got := decode[wire.Silence](t, w)
			if w.Code != http.StatusOK || len(f.silences) != 1 || got.ID != "" || !reflect.DeepEqual(got.Holds, tt.want) || got.Remark != tt.remark {
				t.Errorf("preview: answered %d: %+v", w.Code, got)
			}
			w = ask(t, h, http.MethodPost, "/api/v1/silences", `{"matchers":`+tt.matchers+`,"for":"1h"}`)
			tt.want.Notices = 0 // those that wait for another reason are not held by it
			if got := decode[wire.Silence](t, w); w.Code != http.StatusCreated || !reflect.DeepEqual(got.Holds, tt.want) || got.Remark != tt.remark {
				t.Errorf("added: answered %d: %+v", w.Code, got)
			}
			f.notices[len(f.notices)-1].Reason = "silenced by s2"
			tt.want.Notices = 1
			if got := decode[wire.Silences](t, ask(t, h, http.MethodGet, "/api/v1/silences", "")).Silences; len(got) != 2 || got[1].Holds.Notices != 1 || got[0].Holds.Notices != 0 {
				t.Errorf("listed: %+v", got)
			}
		})
	}
}

func TestAckSeveral(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		want       []string
		missing    []string
	}{
		{"two, one by somebody before", `{"codes":["k7q2","M3XA"," K7Q2 "],"by":"wei"}`, []string{"K7Q2 by wei", "M3XA by alice"}, []string{}},
		{"one that ended, and one that never was", `{"codes":["P2BC","K7Q2","ZZZZ"],"by":"wei"}`, []string{"K7Q2 by wei"}, []string{"P2BC", "ZZZZ"}},
		{"all", `{"all":true}`, []string{"K7Q2 by api"}, []string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFakes()
			w := ask(t, f.handler(t), http.MethodPost, "/api/v1/alarms/ack", tt.body)
			answer := decode[wire.AckedSeveral](t, w)
			var got []string
			for _, a := range answer.Acked {
				got = append(got, a.Code+" by "+a.AckedBy)
				if a.AckedAt == nil {
					t.Errorf("%s: when is not said", a.Code)
				}
			}
			if w.Code != http.StatusOK || !reflect.DeepEqual(got, tt.want) || !reflect.DeepEqual(answer.Missing, tt.missing) {
				t.Errorf("answered %d: %s", w.Code, w.Body)
			}
		})
	}
	f := newFakes()
	f.ackErr = errors.New("disk full")
	if w := ask(t, f.handler(t), http.MethodPost, "/api/v1/alarms/ack", `{"all":true}`); w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "disk full") {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
}

func TestNoticesAskedFor(t *testing.T) {
	f := newFakes()
	h := f.handler(t)
	for target, want := range map[string]notifier.Filter{
		"/api/v1/notices": {Limit: 1000},
		"/api/v1/notices?state=dead&episode=k7q2&instance_id=a%2Fb&person=wei&receiver=oncall&limit=7": {
			State: notifier.Dead, Code: "K7Q2", Instance: "a/b", Person: "wei", Receiver: "oncall", Limit: 7,
		},
		"/api/v1/notices?code=k7q2&from=-1h&to=1795403520": {
			Code: "K7Q2", Limit: 1000, From: now().Add(-time.Hour).Truncate(time.Second), To: time.Unix(1795403520, 0).UTC(),
		},
	} {
		if w := ask(t, h, http.MethodGet, target, ""); w.Code != http.StatusOK || f.notice != want {
			t.Errorf("%s: answered %d, asked for %+v, want %+v", target, w.Code, f.notice, want)
		}
	}
}

func TestRetry(t *testing.T) {
	f := newFakes()
	h := f.handler(t)
	if w := ask(t, h, http.MethodPost, "/api/v1/notices/retry", ""); w.Code != http.StatusNoContent || f.retried != 1 || w.Body.Len() != 0 {
		t.Errorf("answered %d, retried %d times", w.Code, f.retried)
	}
	if w := ask(t, h, http.MethodPost, "/api/v1/notices/retry", "", "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden || f.retried != 1 {
		t.Errorf("a page of another site: answered %d, retried %d times", w.Code, f.retried)
	}
	if w := ask(t, h, http.MethodGet, "/api/v1/notices/retry", ""); w.Code != http.StatusMethodNotAllowed || f.retried != 1 {
		t.Errorf("GET: answered %d", w.Code)
	}
}

func TestProcess(t *testing.T) {
	f := newFakes()
	h := f.handler(t)
	if w := ask(t, h, http.MethodGet, "/-/healthy", ""); w.Code != http.StatusOK {
		t.Errorf("healthy answers %d", w.Code)
	}
	if w := ask(t, h, http.MethodGet, "/-/ready", ""); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != `{"status":"ready"}` {
		t.Errorf("ready answers %d: %s", w.Code, w.Body)
	}
	f.remarks = []string{"2 instances cannot be read"}
	if w := ask(t, h, http.MethodGet, "/-/ready", ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"remarks":["2 instances cannot be read"]`) {
		t.Errorf("ready answers %d: %s", w.Code, w.Body)
	}
	f.readyErr = errors.New("decisions cannot be stored: the disk is full")
	w := ask(t, h, http.MethodGet, "/-/ready", "")
	if got := decode[wire.Error](t, w).Error; w.Code != http.StatusServiceUnavailable || !strings.Contains(got, "the disk is full") {
		t.Errorf("ready answers %d: %s", w.Code, got)
	}

	w = ask(t, h, http.MethodPost, "/-/reload", "")
	if got := decode[map[string][]string](t, w); w.Code != http.StatusOK || len(got["instances_added"]) != 1 {
		t.Errorf("reload answers %d: %v", w.Code, got)
	}
	f.reloadErr = errors.New("a.yml:1:1: instnces: unknown key; did you mean instances?\nb.yml:2:3: capacity: 0 is not a capacity")
	w = ask(t, h, http.MethodPost, "/-/reload", "")
	if got := decode[wire.Error](t, w); w.Code != http.StatusUnprocessableEntity || len(got.Faults) != 2 || !strings.HasPrefix(got.Faults[1], "b.yml:2:3: ") {
		t.Errorf("reload answers %d: %+v", w.Code, got)
	}
	f.reloadErr = context.Canceled
	if w = ask(t, h, http.MethodPost, "/-/reload", ""); w.Code != http.StatusInternalServerError {
		t.Errorf("a reload that was given up answers %d", w.Code)
	}
}

func TestNewNeedsAll(t *testing.T) {
	if _, err := New(Options{}); err == nil {
		t.Error("an API without anything to read was built")
	}
}

func TestCompressed(t *testing.T) {
	f := many(200)
	w := ask(t, f.handler(t), http.MethodGet, "/api/v1/instances", "", "Accept-Encoding", "gzip")
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal("a long answer is not compressed")
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil || !strings.Contains(string(data), `"mqtt-00199"`) {
		t.Errorf("compressed answer: %v", err)
	}
}

// many returns a fleet of n instances, each with four metrics and a calendar.
func many(n int) *fakes {
	f := newFakes()
	f.standings = make([]fleet.Standing, n)
	levels := &fleet.Levels{}
	for m := range levels {
		levels[m] = []fleet.Level{{Severity: "warning", Threshold: 0.7}}
	}
	for i := range f.standings {
		in := &fleet.Instance{
			ID: fmt.Sprintf("mqtt-%05d", i), Name: fmt.Sprintf("Broker %d", i), Account: "acme", Product: "mqtt", Edition: "basic", Watched: true,
			Labels: fleet.SortLabels(map[string]string{"team": "orders", "env": "prod"}),
			Term:   fleet.Term{Method: fleet.Subscription, Expires: now().AddDate(0, 3, 0)},
		}
		st := fleet.Standing{Instance: in, Levels: levels}
		r := &fleet.Reading{Instance: in.ID, At: now(), Up: true}
		for _, m := range []fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS, fleet.Subscriptions, fleet.Connections} {
			in.Catalogue[m], st.States[m] = 1000*float64(m+1), fleet.MetricOK
			r.Known, r.Usage[m] = r.Known.With(m), float64(i%1000)*1.25
		}
		st.Reading = r
		withCourse(&st, fleet.Policy{Phases: []fleet.Phase{{State: fleet.LifecycleGrace, Days: 15}, {State: fleet.LifecycleSuspended, Days: 15}, {State: fleet.LifecycleReleased}}}, nil)
		f.standings[i] = st
	}
	return f
}

// discard is a ResponseWriter that keeps nothing.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

func benchmarkGet(b *testing.B, target, encoding string) {
	h := many(10_000).handler(b)
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, target, nil)
	r.Header.Set("Accept-Encoding", encoding)
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(discard{header: http.Header{}}, r)
	}
}

// The list of 10,000 instances.
func BenchmarkInstances(b *testing.B) {
	b.Run("plain", func(b *testing.B) { benchmarkGet(b, "/api/v1/instances", "") })
	b.Run("gzip", func(b *testing.B) { benchmarkGet(b, "/api/v1/instances", "gzip") })
}

// What lies ahead of 10,000 instances.
func BenchmarkCalendar(b *testing.B) { benchmarkGet(b, "/api/v1/calendar?days=365", "") }
