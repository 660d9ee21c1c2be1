package web_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/links"
)

// recorded is a history of what a test says, in place of the fake's own.
type recorded struct {
	*fake

	series func(from, to time.Time, step time.Duration) []fleet.Series
	asked  []time.Duration // the lengths of the ranges
}

func (r *recorded) Statistics(_ context.Context, _ string, from, to time.Time, step time.Duration) ([]fleet.Series, error) {
	r.asked = append(r.asked, to.Sub(from))
	return r.series(from, to, step), nil
}

// between is a usage of 7 at each step from one moment to another.
func between(begin, end time.Time) func(from, to time.Time, step time.Duration) []fleet.Series {
	return func(from, to time.Time, step time.Duration) []fleet.Series {
		s := fleet.Series{Metric: fleet.Connections}
		for t := from; !t.After(to); t = t.Add(step) {
			if !t.Before(begin) && !t.After(end) {
				s.Usage = append(s.Usage, fleet.Point{T: t, V: 7})
			}
		}
		if len(s.Usage) == 0 {
			return nil
		}
		s.Average = s.Usage
		return []fleet.Series{s}
	}
}

// serve answers with another history.
func serve(t *testing.T, f *fake, history *recorded, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	handlerOver(t, f, history).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// field is what a field of the form says.
func field(t *testing.T, w *httptest.ResponseRecorder, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(w.Body.String(), `name="`+name+`" value="`)
	if !ok {
		t.Fatalf("there is no field %s in\n%s", name, text(t, w))
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// TestStatisticsOpensOnWhatThereIs: on the part of six hours that has data, or on the six hours
// that had any.
func TestStatisticsOpensOnWhatThereIs(t *testing.T) {
	for name, tt := range map[string]struct {
		begin, end time.Time
		from, to   string
	}{
		"all of six hours":         {now().Add(-24 * time.Hour), now(), "2026-11-22T21:12", "2026-11-23T03:12"},
		"the last hour":            {now().Add(-time.Hour), now(), "2026-11-23T02:10", "2026-11-23T03:12"},
		"a minute":                 {now().Add(-time.Minute), now(), "2026-11-23T03:02", "2026-11-23T03:12"},
		"until yesterday":          {now().Add(-72 * time.Hour), now().Add(-24 * time.Hour), "2026-11-21T21:12", "2026-11-22T03:12"},
		"until a month ago":        {now().Add(-60 * 24 * time.Hour), now().Add(-30 * 24 * time.Hour), "2026-10-23T21:12", "2026-10-24T03:12"},
		"nothing at all":           {now().Add(time.Hour), now(), "2026-11-22T21:12", "2026-11-23T03:12"},
		"before what is looked at": {now().AddDate(-3, 0, 0), now().AddDate(-2, 0, 0), "2026-11-22T21:12", "2026-11-23T03:12"},
	} {
		t.Run(name, func(t *testing.T) {
			f := realistic()
			w := serve(t, f, &recorded{fake: f, series: between(tt.begin, tt.end)}, orders()+"?tab=statistics&zone=UTC")
			if from, to := field(t, w, "from"), field(t, w, "to"); from != tt.from || to != tt.to {
				t.Errorf("it opens on %s to %s, want %s to %s", from, to, tt.from, tt.to)
			}
		})
	}
}

// TestStatisticsBadInput: what makes no sense is said in words, with the right status, on the
// page and in its files alike.
func TestStatisticsBadInput(t *testing.T) {
	id := "instance=mqtt-cn-0pp1abc"
	nine := ""
	for range 9 {
		nine += "&instance=" + string(rune('a'+len(nine)%26)) + "x" + strings.Repeat("y", len(nine))
	}
	for name, tt := range map[string]struct {
		query  string
		status int
		want   string
	}{
		"backwards":             {id + "&from=2026-11-02T10:00&to=2026-11-01T10:00", 400, "must lie after its beginning"},
		"in the future":         {id + "&from=2026-12-02T10:00&to=2026-12-03T10:00", 400, "lies in the future"},
		"eleven years":          {id + "&from=2015-12-02T10:00&to=2026-11-01T10:00", 400, "longer than ten years"},
		"no time at all":        {id + "&from=%3Cb%3E&to=2026-11-01T10:00", 400, "not written like"},
		"an end alone":          {id + "&to=2026-11-01T10:00", 400, "A time is missing"},
		"a step of nothing":     {id + "&last=6h&step=0s", 400, "whole number with its unit"},
		"a step below nothing":  {id + "&last=6h&step=-5m", 400, "whole number with its unit"},
		"a step without a unit": {id + "&last=6h&step=5", 400, "whole number with its unit"},
		"a huge step":           {id + "&last=6h&step=99999999999999d", 400, "whole number with its unit"},
		"a step beyond 64 bits": {id + "&last=6h&step=4000000000d", 400, "whole number with its unit"},
		"a step of a year":      {id + "&last=6h&step=365d", 400, "longer than the range"},
		"too fine a step":       {id + "&last=30d&step=1s", 400, "take a step of 30 min or more"},
		"no zone":               {id + "&zone=Mars/Base", 400, "no time zone of that name"},
		"a file as a zone":      {id + "&zone=../../etc/passwd", 400, "no time zone of that name"},
		"an unknown instance":   {"instance=a%2Fb%3Cscript%3E", 404, "No instance has the ID a/b<script>"},
		"nine instances":        {nine[1:], 404, "No instance has the ID"},
	} {
		t.Run(name, func(t *testing.T) {
			f := realistic()
			page := get(t, f, "/statistics?"+tt.query)
			if page.Code != tt.status {
				t.Errorf("the page answers %d, want %d", page.Code, tt.status)
			}
			wants(t, text(t, page), tt.want)
			if strings.Contains(page.Body.String(), "<script>") || strings.Contains(page.Body.String(), `value="<b>"`) {
				t.Error("what was asked for is not escaped")
			}
			for _, kind := range []string{"csv", "json", "svg", "png"} {
				file := get(t, f, "/statistics."+kind+"?metric=connections&"+tt.query)
				if file.Code != tt.status || !strings.Contains(file.Body.String(), tt.want) || !strings.HasPrefix(file.Header().Get("Content-Type"), "text/plain") {
					t.Errorf("%s: %d %s %s", kind, file.Code, file.Header().Get("Content-Type"), file.Body)
				}
			}
		})
	}
	f := realistic()
	for i := range 9 {
		f.standings = append(f.standings, instance("n"+string(rune('a'+i)), "", "mqtt", "", nil, amounts{fleet.Connections: 1}, nil))
	}
	w := get(t, f, "/statistics?instance=na&instance=nb&instance=nc&instance=nd&instance=ne&instance=nf&instance=ng&instance=nh&instance=ni&last=1h")
	if w.Code != http.StatusBadRequest {
		t.Errorf("nine instances: %d", w.Code)
	}
	wants(t, text(t, w), "9 instances are too many; up to 8 stand side by side.", "Eight instances stand side by side; take one away")
	for _, path := range []string{"/statistics.svg?" + id, "/statistics.png?" + id + "&metric=love", "/statistics.svg?" + id + "&instance=broker-lab&metric=connections"} {
		if w := get(t, f, path); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "A picture shows one metric of one instance") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if w := get(t, f, "/statistics.csv"); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "Say which instance") {
		t.Errorf("no instance: %d %s", w.Code, w.Body)
	}
}

// TestStatisticsOfOddNames: whatever an instance is called, nothing of it is markup, on the page
// and in the files.
func TestStatisticsOfOddNames(t *testing.T) {
	for _, name := range []string{`a/b?c#d <i>"é`, "</svg><script>alert(1)</script>", "\u202eאבג", strings.Repeat("界", 200), `'=1+1`, "a\nb", "%2e%2e"} {
		f := &fake{standings: []fleet.Standing{instance("=x/"+name, name, "mqtt", "x", amounts{fleet.Connections: 10}, amounts{fleet.Connections: 9}, map[string]string{`"><b>`: name})}}
		query := "?last=1h&instance=" + url.QueryEscape("=x/"+name)
		for _, path := range []string{"/statistics" + query, "/instances/" + url.PathEscape("=x/"+name) + "?tab=statistics"} {
			w := get(t, f, path)
			if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "<script>alert") || strings.Contains(w.Body.String(), "<i>") {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
		svg := get(t, f, "/statistics.svg"+query+"&metric=connections")
		d := xml.NewDecoder(bytes.NewReader(svg.Body.Bytes()))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%q: %v", name, err)
			}
			if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "script" || e.Name.Local == "i") {
				t.Errorf("%q became an element", name)
			}
		}
		rows, err := csv.NewReader(get(t, f, "/statistics.csv"+query).Body).ReadAll()
		if err != nil || len(rows) < 2 || !strings.HasPrefix(rows[1][0], "'=x/") {
			t.Errorf("%q: %v %q", name, err, rows[:min(2, len(rows))])
		}
		for _, kind := range []string{"csv", "json", "png"} {
			w := get(t, f, "/statistics."+kind+query+"&metric=connections")
			if disposition := w.Header().Get("Content-Disposition"); w.Code != http.StatusOK || strings.ContainsAny(disposition, "/<>\n") {
				t.Errorf("%q: %d %s", name, w.Code, disposition)
			}
		}
	}
}

// TestStatisticsFiles: the figures of the page, in its zone, as plain numbers.
func TestStatisticsFiles(t *testing.T) {
	f := realistic()
	query := "?instance=mqtt-cn-0pp1abc&from=2026-11-23T08:00&to=2026-11-23T09:00&step=15m" // in the zone of the account
	w := get(t, f, "/statistics.csv"+query)
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(rows) != 1+5*5 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if got := strings.Join(rows[0], " "); got != "instance_id instance time metric highest average capacity utilization" {
		t.Errorf("the heads are %s", got)
	}
	if got := rows[1]; got[0] != "mqtt-cn-0pp1abc" || got[1] != "Orders" || got[2] != "2026-11-23T08:00:00+08:00" || got[3] != "message_tps" || got[6] != "1000" || strings.ContainsAny(got[4]+got[5]+got[7], ", %k") {
		t.Errorf("the first row is %q", got)
	}
	if name := w.Header().Get("Content-Disposition"); name != "attachment; filename=mqtt-cn-0pp1abc-20261123T0800.csv" {
		t.Errorf("the file is called %s", name)
	}
	var out struct {
		From      string `json:"from"`
		Zone      string `json:"time_zone"`
		Step      int    `json:"step_seconds"`
		Instances []struct {
			ID      string `json:"id"`
			Metrics map[string]struct {
				Levels []struct{ Threshold, Clear float64 }
				Points []struct {
					At                         string
					Highest, Average, Capacity *float64
				}
			}
			Marks []struct{ What, From, To string }
		}
	}
	if err := json.Unmarshal(get(t, f, "/statistics.json"+query+"&instance=r-bp1zxszhcgatnx").Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	if out.Zone != "CST" || out.From != "2026-11-23T08:00:00+08:00" || len(out.Instances) != 2 {
		t.Fatalf("%+v", out)
	}
	c := out.Instances[0].Metrics["connections"]
	if out.Step != 900 || len(c.Levels) != 1 || c.Levels[0].Threshold != 0.7 || math.Abs(c.Levels[0].Clear-0.65) > 1e-9 || len(c.Points) != 5 || c.Points[0].Capacity == nil || *c.Points[0].Capacity != 5000 {
		t.Errorf("%+v", c)
	}
	if w := get(t, f, "/statistics.svg"+query+"&metric=connections"); w.Header().Get("Content-Type") != "image/svg+xml" || !strings.Contains(w.Body.String(), "Orders (mqtt-cn-0pp1abc): Connections") || !strings.Contains(w.Body.String(), "<style>") ||
		!strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'; style-src 'unsafe-inline'") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	picture, err := png.Decode(get(t, f, "/statistics.png"+query+"&metric=connections").Body)
	if err != nil || picture.Bounds().Dx() != 1920 {
		t.Errorf("the picture: %v", err)
	}
	if w := get(t, f, "/statistics.svg"+query+"&metric=memory_bytes"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "No usage was recorded") {
		t.Errorf("a chart of nothing: %d", w.Code)
	}
	f.broken = io.ErrUnexpectedEOF
	if w := get(t, f, "/statistics.csv"+query); w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "The history could not be read") {
		t.Errorf("a history that is away: %d %s", w.Code, w.Body)
	}
}

// TestStatisticsMarks: alarms of a metric and moments of the calendar are in the charts, and in a
// list below them.
func TestStatisticsMarks(t *testing.T) {
	f := realistic()
	f.episodes = append(f.episodes, alarm.Episode{
		Code: "Q9ZZ", Key: alarm.Key{Rule: alarm.NoData, Instance: "mqtt-cn-0pp1abc", Metric: alarm.NoMetric}, State: alarm.EpisodeCleared, Severity: alarm.Warning,
		RaisedAt: now().Add(-5 * time.Hour), EndedAt: now().Add(-4 * time.Hour),
	})
	w := get(t, f, orders()+"?tab=statistics&from=2026-11-22T21:00:00Z&to=2026-11-29T21:00:00Z&zone=UTC")
	body := w.Body.String()
	if n := strings.Count(body, `<g class="warning"><title>K7Q2: Connections, warning, since 2026-11-23 03:00:04</title>`); n != 1 {
		t.Errorf("the alarm of the connections is in %d charts", n)
	}
	if n := strings.Count(body, `<g class="unknown"><title>Q9ZZ: `); n != 5 {
		t.Errorf("the lost data is in %d charts, want all", n)
	}
	if n := strings.Count(body, `<g class="ahead"><title>2026-11-27 `); n < 5 {
		t.Errorf("the end of the term is in %d charts, want all", n)
	}
	if n := strings.Count(body, `<g class="now">`); n != 5 {
		t.Errorf("%d charts say where now is", n)
	}
	wants(t, text(t, w), "K7Q2: Connections, warning Orders, 2026-11-23 03:00:04", "Q9ZZ: ")
	f.broken = nil
	if strings.Contains(text(t, get(t, f, orders()+"?tab=statistics&from=2026-11-01T21:00&to=2026-11-02T21:00")), "K7Q2") {
		t.Error("an alarm lies outside the range, and is shown")
	}
}

// TestStatisticsZones: the viewer's zone goes before the account's, what was chosen before both.
func TestStatisticsZones(t *testing.T) {
	h := handler(t, realistic())
	for name, tt := range map[string]struct {
		cookie, query, to string
	}{
		"the account's":            {"", "", "2026-11-23T11:12"},
		"the viewer's":             {"America/New_York", "", "2026-11-22T22:12"},
		"the server's":             {"America/New_York", "&zone=server", "2026-11-23T03:12"},
		"one that was chosen":      {"America/New_York", "&zone=Asia/Kolkata", "2026-11-23T08:42"},
		"a cookie that is no zone": {"../../x", "", "2026-11-23T11:12"},
	} {
		t.Run(name, func(t *testing.T) {
			var cookies []*http.Cookie
			if tt.cookie != "" {
				cookies = append(cookies, &http.Cookie{Name: "brimwatch_zone", Value: tt.cookie})
			}
			w := ask(t, h, orders()+"?tab=statistics&last=6h"+tt.query, "en", cookies...)
			if to := field(t, w, "to"); to != tt.to {
				t.Errorf("the range ends at %s, want %s", to, tt.to)
			}
		})
	}
}

// TestStatisticsSideBySide: instances are found, added and taken away, and keep the range.
func TestStatisticsSideBySide(t *testing.T) {
	f := realistic()
	w := get(t, f, "/statistics")
	wants(t, text(t, w), "The fullest instances", "+ Payments <EU>")
	if strings.Contains(w.Body.String(), `class="chart"`) {
		t.Error("there are charts of nobody")
	}
	w = get(t, f, "/statistics?instance=mqtt-cn-0pp1abc&instance=mqtt-cn-5over&instance=mqtt-cn-0pp1abc&last=7d&q=cache")
	wants(t, text(t, w), "Orders", "Payments <EU>", "Found", "+ Session cache")
	wants(t, w.Body.String(), `href="/statistics?instance=mqtt-cn-0pp1abc&amp;instance=mqtt-cn-5over&amp;instance=r-bp1zxszhcgatnx&amp;last=7d"`, `href="/statistics?instance=mqtt-cn-5over&amp;last=7d"`)
	if n := strings.Count(w.Body.String(), `<svg class="chart"`); n != 10 {
		t.Errorf("%d charts, want five metrics of two instances", n)
	}
	wants(t, text(t, get(t, f, "/statistics?q=nobody-is-called-so")), "No other instance is called, labelled or kept under that.")
}

// TestLinkOfAPicture: each chart has a signed address, which shows what the page shows and ends
// where it says.
func TestLinkOfAPicture(t *testing.T) {
	f := realistic()
	f.links = links.New()
	read := func(query string) (out []links.Picture) {
		t.Helper()
		body := get(t, f, "/statistics?instance=mqtt-cn-0pp1abc&zone=UTC"+query).Body.String()
		for _, m := range regexp.MustCompile(`href="[^"]*/c/([^"]+)"`).FindAllStringSubmatch(body, -1) {
			p, err := f.links.ReadPicture(m[1], now())
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, p)
		}
		return out
	}
	got := read("&from=2026-11-23T00:00&to=2026-11-24T00:00")
	want := links.Picture{
		Instance: "mqtt-cn-0pp1abc", Metric: "connections", From: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), To: now(), Threshold: 0.7, Language: "en", Expires: now().Add(links.PictureLifetime),
	}
	if len(got) != 5 || !cmp.Equal(got[4], want) {
		t.Errorf("%d links, the last of %+v", len(got), got)
	}
	if got := read("&from=2024-11-23T00:00&to=2026-11-24T00:00"); len(got) != 0 {
		t.Errorf("there are links of two years: %v", got)
	}
	f.links = nil
	if body := get(t, f, orders()+"?tab=statistics").Body.String(); strings.Contains(body, "Link of this picture") {
		t.Error("there are links that nobody signs")
	}
}

// TestAnyAddressIsAnswered: whatever an address asks for, and whatever the history tells, the
// page and its files answer.
func TestAnyAddressIsAnswered(t *testing.T) {
	f := realistic()
	odd := []float64{0, 1, -1, math.NaN(), math.Inf(1), math.MaxFloat64, 5000}
	r := &recorded{fake: f}
	h := handlerOver(t, f, r)
	rapid.Check(t, func(t *rapid.T) {
		r.series = func(from, to time.Time, step time.Duration) []fleet.Series {
			var out []fleet.Series
			for _, m := range rapid.SliceOfNDistinct(rapid.SampledFrom(fleet.Metrics()), 0, 3, func(m fleet.Metric) fleet.Metric { return m }).Draw(t, "metrics") {
				s := fleet.Series{Metric: m}
				for i := range rapid.IntRange(0, 4).Draw(t, "points") {
					p := fleet.Point{T: from.Add(time.Duration(i) * step), V: rapid.SampledFrom(odd).Draw(t, "v")}
					s.Usage = append(s.Usage, p)
					if rapid.Bool().Draw(t, "more") {
						s.Capacity, s.Average = append(s.Capacity, p), append(s.Average, p)
					}
				}
				out = append(out, s)
			}
			return out
		}
		q := url.Values{"instance": {"mqtt-cn-0pp1abc"}, "metric": {"connections"}}
		for name, values := range map[string][]string{
			"from": {"", "2026-11-22T10:00", "1970-01-01T00:00:00Z", "9999-12-31T23:59", "0000-01-01T00:00", "x", "2026-11-23T03:12:03Z"},
			"to":   {"", "2026-11-23T10:00", "1970-01-01T00:00:01Z", "9999-12-31T23:59", "2020-01-01T00:00", "2027-11-23T03:12:04Z"},
			"last": {"", "1h", "1y", "-1h", "99y"}, "step": {"", "1s", "15s", "1d", "0s", "9999999d"}, "zone": {"", "UTC", "Asia/Shanghai", "Local", "server", "<x>"}, "scale": {"", "same", "own", "x"},
		} {
			if v := rapid.SampledFrom(values).Draw(t, name); v != "" {
				q.Set(name, v)
			}
		}
		for _, path := range []string{"/statistics", "/statistics.csv", "/statistics.json", "/statistics.svg", "/statistics.png"} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path+"?"+q.Encode(), nil))
			if !slices.Contains([]int{http.StatusOK, http.StatusBadRequest}, w.Code) || w.Body.Len() == 0 {
				t.Fatalf("%s?%s: %d %s", path, q.Encode(), w.Code, w.Body)
			}
			if path == "/statistics" && (strings.Contains(w.Body.String(), "NaN") || strings.Contains(w.Body.String(), "Inf")) {
				t.Fatalf("%s?%s shows what is no number", path, q.Encode())
			}
		}
	})
}
