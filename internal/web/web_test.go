package web_test

import (
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/web"
)

// get asks for a page of f.
func get(t *testing.T, f *fake, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	handler(t, f).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// post sends a form as the page itself would.
func post(t *testing.T, f *fake, path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler(t, f).ServeHTTP(w, r)
	return w
}

// text returns what a page says, without its markup, in one line.
func text(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	plain := regexp.MustCompile(`(?s)<title>.*?</title>|<[^>]*>`).ReplaceAllString(w.Body.String(), " ")
	return strings.Join(strings.Fields(html.UnescapeString(plain)), " ")
}

func wants(t *testing.T, where string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(where, p) {
			t.Errorf("%q is missing in:\n%s", p, where)
		}
	}
}

func TestListShowsHowFull(t *testing.T) {
	w := get(t, realistic(), "/")
	if w.Code != http.StatusOK {
		t.Fatal(w.Code)
	}
	wants(t, text(t, w),
		"8 instances", "3 raised", "2 critical", "1 unknown", "1 expiring", "1 past the term or frozen",
		"Orders mqtt-cn-0pp1abc env=prod team=orders MQ for MQTT, Basic Edition acme Message TPS 51% 512 / 1,000",
		"Connections 72% 3,612 / 5,000 ▲ warning", "Connections 104% 5,204 / 5,000 ▲▲ critical", "2 critical", "Without a capacity: Send TPS 210 · Receive TPS 302", "expiring expires 2026-11-27 , in 4 d 5 h",
		"Memory 65% 2.61 GiB / 4 GiB", "Connections no data – / 5,000 ? unknown", "No source is configured: only its calendar is watched.",
		"Payments <EU>", "Connections 104%", "Without a capacity: Message TPS 3.27 · Subscriptions 31 · Connections 14",
	)
	wants(t, w.Body.String(),
		`aria-label="Connections: 3,612 of 5,000, 72%, threshold 70%; alarm raised"`,
		`aria-label="Connections: usage unknown, capacity 5,000, threshold 70%; no data: dial tcp 10.4.1.9:1883: connect: connection refused"`,
		`<rect class="fill" width="72.2" height="10"/><line class="tick" x1="70.0"`, `<rect class="fill" width="100.0"`,
	)
}

// listed returns the IDs on the list page in their order.
func listed(w *httptest.ResponseRecorder) []string {
	var out []string
	for _, m := range regexp.MustCompile(`<a class="name" href="/instances/([^"]*)"`).FindAllStringSubmatch(w.Body.String(), -1) {
		out = append(out, m[1])
	}
	return out
}

func TestListFiltersAndSorts(t *testing.T) {
	const over, telemetry, orders, cache, old, lab, iot, silent = "mqtt-cn-5over", "mqtt-cn-7hk2telemetry", "mqtt-cn-0pp1abc", "r-bp1zxszhcgatnx", "rmq-cn-9old", "broker-lab", "iot-060a0nk0", "mqtt-cn-3silent"
	for query, want := range map[string][]string{
		"":                                {over, telemetry, orders, cache, old, lab, iot, silent},
		"sort=name":                       {lab, iot, old, orders, over, cache, telemetry, silent},
		"sort=account":                    {orders, over, cache, telemetry, silent, old, lab, iot},
		"sort=term":                       {old, orders, telemetry, over, cache, lab, iot, silent},
		"account=acme&sort=name":          {orders, over, cache, telemetry, silent},
		"account=nobody":                  nil,
		"label=env%3Dprod&sort=name":      {orders, cache, telemetry, silent},
		"label=env%3Dprod&label=team":     {telemetry, orders},
		"label=team%3Dorders&label=tier":  nil,
		"label=env%3D":                    nil,
		"label=+&label=&label=Env":        nil,
		"state=critical":                  {over, telemetry},
		"q=ORDERS":                        {orders},
		"q=env%3Dprod+gold":               {telemetry},
		"q=team%3Dp":                      {over},
		"product=redis":                   {cache},
		"state=raised":                    {over, telemetry, orders},
		"state=raised&q=fleet":            {telemetry},
		"state=unknown":                   {silent},
		"state=ok":                        {cache, old},
		"state=unwatched":                 {lab, iot},
		"state=expiring":                  {orders},
		"state=past":                      {old},
		"q=no-such-thing":                 nil,
		"state=nonsense":                  nil,
		"sort=nonsense&page=-3&q=orders":  {orders},
		"page=99999999999999999&q=orders": {orders},
		"page=77&q=orders":                {orders},
	} {
		t.Run(query, func(t *testing.T) {
			w := get(t, realistic(), "/?"+query)
			if diff := cmp.Diff(want, listed(w)); diff != "" || w.Code != http.StatusOK {
				t.Errorf("%d, -want +got:\n%s", w.Code, diff)
			}
		})
	}
}

func TestListPagesByHundred(t *testing.T) {
	f := &fake{}
	for i := range 250 {
		f.standings = append(f.standings, instance(fmt.Sprintf("broker-%03d", i), "", "mqtt", "Basic Edition", amounts{fleet.Connections: 1000}, amounts{fleet.Connections: 100}, nil))
	}
	for page, want := range map[int]struct {
		first, last, said, links string
	}{
		1: {"broker-000", "broker-099", "1–100 of 250 page 1 of 3 Next → Last To page Go", `rel="next" href="/?page=2&amp;q=broker&amp;sort=name"`},
		2: {"broker-100", "broker-199", "101–200 of 250 that match, of 250 in all First ← Previous page 2 of 3 Next → Last To page Go", `rel="prev" href="/?q=broker&amp;sort=name"`},
		3: {"broker-200", "broker-249", "201–250 of 250 that match, of 250 in all First ← Previous page 3 of 3 To page Go", `rel="prev" href="/?page=2&amp;q=broker&amp;sort=name"`},
	} {
		w := get(t, f, fmt.Sprintf("/?page=%d&sort=name&q=broker", page))
		ids := listed(w)
		if ids[0] != want.first || ids[len(ids)-1] != want.last {
			t.Errorf("page %d: from %s to %s", page, ids[0], ids[len(ids)-1])
		}
		wants(t, strings.ReplaceAll(text(t, w), "1–100 of 250 that match, of 250 in all", "1–100 of 250"), want.said)
		wants(t, w.Body.String(), want.links)
	}
}

func TestEmptyPagesSayWhatToDo(t *testing.T) {
	for path, want := range map[string]string{
		"/":               "Nothing is watched yet Name your instances under instances: in the configuration file",
		"/alarms":         "No alarm is open",
		"/notices":        "Nobody was told anything yet",
		"/oncall":         "There is no rota Name one under oncall: in the configuration file",
		"/people":         "No contact is configured",
		"/instances/gone": "No instance has the ID gone",
		"/no/such/page":   "There is no such page",
	} {
		wants(t, text(t, get(t, &fake{}, path)), want)
	}
	if got := get(t, &fake{}, "/instances/gone").Code; got != http.StatusNotFound {
		t.Errorf("an instance that is not there: %d", got)
	}
	if got := get(t, &fake{}, "/instances/"); got.Code != http.StatusSeeOther || got.Header().Get("Location") != "/" {
		t.Errorf("/instances/: %d to %q, want the list of instances", got.Code, got.Header().Get("Location"))
	}
	if got := get(t, &fake{}, "/no/such/page").Code; got != http.StatusNotFound {
		t.Errorf("a page that is not there: %d", got)
	}
}

func TestRemarks(t *testing.T) {
	f := realistic()
	for i := range 23 {
		f.remarks = append(f.remarks, fmt.Sprintf("remark %d about <this>", i))
	}
	body := text(t, get(t, f, "/"))
	wants(t, body, "To see to: 20 and 3 more", "remark 19 about <this>", "All of them: brimwatch check")
	if strings.Contains(body, "remark 20") {
		t.Error("more remarks are shown than fit")
	}
	if body := text(t, get(t, realistic(), "/")); strings.Contains(body, "To see to") {
		t.Error("remarks where there are none")
	}
}

func TestInstanceInformation(t *testing.T) {
	wants(t, text(t, get(t, realistic(), orders())),
		"Instance Information Statistics Monitoring Alarms",
		"K7Q2 Capacity Connections Orders mqtt-cn-0pp1abc 72% 3,612 of 5,000 peak 81% threshold 70% warning 2026-11-23 03:00:04 12 min ago",
		"Message TPS 512 1,000 51% threshold 70% below the threshold configured", "alarm raised server 12 min ago", "below the threshold catalogue",
		"Account acme", "answers , read 9 s ago",
	)
	old := realistic()
	old.standings[0].Reading.Limits[fleet.Connections].At = now().Add(-25 * time.Hour).Unix()
	wants(t, text(t, get(t, old, orders())), "server 1 d 1 h ago It could not be read again for more than a day. Alarms still go by it.")
	wants(t, text(t, get(t, realistic(), "/instances/mqtt-cn-3silent")), "does not answer , tried 9 s ago", "Reason dial tcp 10.4.1.9:1883: connect: connection refused")
	wants(t, text(t, get(t, realistic(), "/instances/iot-060a0nk0")), "only the calendar of this instance is watched", "Source none")
}

func TestAnInstanceMayBeCalledAnything(t *testing.T) {
	f := &fake{standings: []fleet.Standing{instance(`a/b?c#d <i>"é`, `<script>alert(1)</script>`, "mqtt", "x", amounts{fleet.Connections: 10}, amounts{fleet.Connections: 9}, map[string]string{"<b>": "</td>"})}}
	list := get(t, f, "/")
	if strings.Contains(list.Body.String(), "<script>alert") || strings.Contains(list.Body.String(), "<b>=") {
		t.Error("a name is not escaped")
	}
	ids := listed(list)
	if len(ids) != 1 {
		t.Fatal(ids)
	}
	for _, tab := range []string{"", "?tab=statistics", "?tab=alarms", "?tab=nonsense"} {
		w := get(t, f, "/instances/"+html.UnescapeString(ids[0])+tab)
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", tab, w.Code)
		}
		wants(t, text(t, w), "<script>alert(1)</script>")
	}
}

func TestStatisticsRange(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for query, want := range map[string]struct {
		from, to time.Time
		step     time.Duration
	}{
		"":          {at("2026-11-22T21:12:00Z"), at("2026-11-23T03:13:00Z"), time.Minute},
		"&last=1h":  {at("2026-11-23T02:12:00Z"), at("2026-11-23T03:12:15Z"), 15 * time.Second},
		"&last=7d":  {at("2026-11-16T03:00:00Z"), at("2026-11-23T03:30:00Z"), 30 * time.Minute},
		"&last=99y": {at("2026-11-22T21:12:00Z"), at("2026-11-23T03:13:00Z"), time.Minute},
		"&from=2026-11-01T10:00&to=2026-11-01T11:30":                {at("2026-11-01T02:00:00Z"), at("2026-11-01T03:30:00Z"), 15 * time.Second}, // in the zone of the account
		"&zone=server&from=2026-11-01T10:00&to=2026-11-01T11:30":    {at("2026-11-01T10:00:00Z"), at("2026-11-01T11:30:00Z"), 15 * time.Second},
		"&zone=UTC&from=2026-11-01T10:00:30&to=2026-11-02T10:00:30": {at("2026-11-01T10:00:00Z"), at("2026-11-02T10:05:00Z"), 5 * time.Minute},
		"&from=2026-11-01T10:00:00Z&to=2026-11-01T13:00:00%2B02:00": {at("2026-11-01T10:00:00Z"), at("2026-11-01T11:00:00Z"), 15 * time.Second},
	} {
		t.Run(query, func(t *testing.T) {
			f := realistic()
			w := get(t, f, orders()+"?tab=statistics"+query)
			if w.Code != http.StatusOK || !f.asked.from.Equal(want.from) || !f.asked.to.Equal(want.to) || f.asked.step != want.step {
				t.Errorf("%d: asked from %s to %s each %s, want %+v", w.Code, f.asked.from, f.asked.to, f.asked.step, want)
			}
			wants(t, w.Body.String(), "capacity 5,000", "threshold 70% = 3,500", "Connections as a table", `<button type="submit" id="search">Search</button>`)
			if n := strings.Count(w.Body.String(), `<svg class="chart"`); n != 5 {
				t.Errorf("%d charts, want one for each of 5 metrics", n)
			}
		})
	}
}

func TestStatisticsRefusesWhatIsNoRange(t *testing.T) {
	for query, want := range map[string]string{
		"&from=yesterday&to=2026-11-01T11:30":        "not written like 2026-11-23T11:12",
		"&from=2026-11-01T10:00":                     "A time is missing",
		"&from=2026-11-01T10:00&to=2026-11-01T10:00": "must lie after its beginning",
		"&from=2026-11-02T10:00&to=2026-11-01T10:00": "must lie after its beginning",
		"&from=1980-01-01T00:00&to=2026-11-01T10:00": "longer than ten years",
		"&from=1980-01-01T00:00&to=9999-11-01T10:00": "longer than ten years",
	} {
		w := get(t, realistic(), orders()+"?tab=statistics"+query)
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", query, w.Code)
		}
		wants(t, text(t, w), want)
		wants(t, w.Body.String(), `name="to" value="`+strings.Split(query+"&to=", "&to=")[1]+`"`)
	}
	f := realistic()
	f.broken = errors.New("disk full")
	wants(t, text(t, get(t, f, orders()+"?tab=statistics")), "The history could not be read: disk full")
}

func TestAlarmsPage(t *testing.T) {
	codes := func(path string) []string {
		var out []string
		for _, m := range regexp.MustCompile(`class="code" href="/notices\?code=([A-Z0-9]+)"`).FindAllStringSubmatch(get(t, realistic(), path).Body.String(), -1) {
			out = append(out, m[1])
		}
		return out
	}
	for path, want := range map[string][]string{
		"/alarms":                             {"T6JP", "C3QY", "K7Q2", "H8TN", "W5BA", "M4RX", "P2KD", "A9ZF"},
		"/alarms?state=nonsense":              {"T6JP", "C3QY", "K7Q2", "H8TN", "W5BA", "M4RX", "P2KD", "A9ZF"},
		"/alarms?state=open":                  {"T6JP", "C3QY", "K7Q2", "H8TN", "W5BA", "M4RX"},
		"/alarms?state=raised":                {"T6JP", "C3QY", "K7Q2", "W5BA", "M4RX"},
		"/alarms?state=unknown":               {"H8TN"},
		"/alarms?state=cleared":               {"P2KD", "A9ZF"},
		"/alarms?instance=mqtt-cn-0pp1abc":    {"K7Q2", "W5BA"},
		"/alarms?instance=none&state=cleared": nil,
	} {
		if diff := cmp.Diff(want, codes(path)); diff != "" {
			t.Errorf("%s, -want +got:\n%s", path, diff)
		}
	}
	said := text(t, get(t, realistic(), "/alarms"))
	wants(t, said,
		"T6JP Capacity Connections Payments <EU> mqtt-cn-5over 104% 5,204 of 5,000 threshold 70% critical 2026-11-23 03:09:04 3 min ago Acknowledge",
		"held: no data now", "✓ wei 31 min ago", "A9ZF Capacity Connections mqtt-cn-gone 80% 4,000 of 5,000 threshold 70% the instance is no longer in the configuration", "after 1 h",
	)
}

func TestAcknowledge(t *testing.T) {
	f := realistic()
	w := post(t, f, "/alarms/k7q2/ack", url.Values{"by": {"  wei   Zhang \r\n"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/alarms?acked=K7Q2" || !slices.Equal(f.acks, []string{"K7Q2 by wei Zhang"}) {
		t.Fatal(w.Code, w.Header(), f.acks)
	}
	wants(t, text(t, get(t, f, "/alarms?acked=K7Q2")), "Alarm K7Q2 is acknowledged.", "✓ wei Zhang")

	t.Run("the name is remembered", func(t *testing.T) {
		r := httptest.NewRequest(http.MethodGet, "/alarms", nil)
		for _, c := range w.Result().Cookies() {
			r.AddCookie(c)
		}
		again := httptest.NewRecorder()
		handler(t, f).ServeHTTP(again, r)
		wants(t, again.Body.String(), `name="by" value="wei Zhang"`)
	})
	t.Run("back to the instance", func(t *testing.T) {
		w := post(t, realistic(), "/alarms/K7Q2/ack", url.Values{"by": {"wei"}, "instance": {"//evil.example/a"}})
		if got := w.Header().Get("Location"); got != "/instances/%2F%2Fevil.example%2Fa?acked=K7Q2" {
			t.Error(got)
		}
	})
	for name, c := range map[string]struct {
		path, by string
		status   int
		said     string
	}{
		"no name":    {"/alarms/K7Q2/ack", " \t", http.StatusUnprocessableEntity, "Who acknowledges K7Q2?"},
		"two lines":  {"/alarms/K7Q2/ack", "wei\nroot", http.StatusBadRequest, "This name cannot be taken A name is one line of plain text, and here character 4 is U+000A, a line break."},
		"it turns":   {"/alarms/K7Q2/ack", "wei\u202etoor", http.StatusBadRequest, "character 4 is U+202E, which turns the direction of the text"},
		"no UTF-8":   {"/alarms/K7Q2/ack", "wei\xff", http.StatusBadRequest, "character 4 is the byte 0xFF"},
		"no episode": {"/alarms/ZZZZ/ack", "wei", http.StatusNotFound, "No open alarm has the code ZZZZ"},
		"ended":      {"/alarms/P2KD/ack", "wei", http.StatusNotFound, "It may have ended by itself"},
	} {
		t.Run(name, func(t *testing.T) {
			f := realistic()
			w := post(t, f, c.path, url.Values{"by": {c.by}})
			if w.Code != c.status || len(f.acks) != 0 {
				t.Error(w.Code, f.acks)
			}
			wants(t, text(t, w), c.said)
		})
	}
	if w := get(t, realistic(), "/alarms?acked=%3Cb%3E"); strings.Contains(w.Body.String(), "is acknowledged") {
		t.Error("a made-up code is said to be acknowledged")
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	for name, header := range map[string][]string{
		"fetch metadata": {"Sec-Fetch-Site", "cross-site"},
		"same site":      {"Sec-Fetch-Site", "same-site"},
		"origin":         {"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
	} {
		t.Run(name, func(t *testing.T) {
			f := realistic()
			w := post(t, f, "/alarms/K7Q2/ack", url.Values{"by": {"eve"}}, header...)
			if w.Code != http.StatusForbidden || len(f.acks) != 0 {
				t.Error(w.Code, f.acks)
			}
			wants(t, text(t, w), "The form came from another site Nothing was changed.")
			if w := post(t, f, orders()+"/alarms", url.Values{"was.connections": {"70"}, "threshold.connections": {"99"}}, header...); w.Code != http.StatusForbidden || f.edits != 0 {
				t.Error(w.Code, f.edits)
			}
		})
	}
}

func TestNoticesPage(t *testing.T) {
	said := text(t, get(t, realistic(), "/notices"))
	wants(t, said,
		"2026-11-23 03:09:04 3 min ago T6JP raised warning https://hooks.example.com webhook, payments pending HTTP 503 Service Unavailable: try again later next in 40 s 4 Orders: connections 3,612 of 5,000 (72%)",
		"wei sms, oncall delivered sent 2026-11-23 03:00:06 1 K7Q2 WARNING Orders", "held quiet hours until 08:00 (Europe/Berlin) next in 4 h 0", "dead provider twilio: 21211",
		"one of 37 in one message: 37 alarms, 2 critical: K7Q2 Orders connections 97%",
	)
	held := text(t, get(t, realistic(), "/notices?state=held"))
	wants(t, held, "W5BA")
	if strings.Contains(held, "T6JP") {
		t.Error("the filter lets a pending notice through")
	}
	wants(t, text(t, get(t, realistic(), "/notices?code=p2kd")), "only about alarm P2KD", "ENDED Session cache")
	wants(t, text(t, get(t, realistic(), "/notices?code=NONE")), "No notice matches")
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	f := realistic()
	f.broken = errors.New("the state database is locked")
	for _, path := range []string{"/alarms", "/notices", "/people", orders()} {
		w := get(t, f, path)
		if w.Code != http.StatusInternalServerError {
			t.Errorf("%s: %d", path, w.Code)
		}
		wants(t, text(t, w), "could not be read the state database is locked", "Try again")
	}
}

func TestHeadersAndFiles(t *testing.T) {
	page := get(t, realistic(), "/")
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options":  "nosniff", "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
	} {
		if got := page.Header().Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if strings.Contains(page.Body.String(), "style=") || strings.Contains(page.Body.String(), "<style") {
		t.Error("inline style, which the policy forbids")
	}
	for _, m := range regexp.MustCompile(`"(/static/[^"]+)"`).FindAllStringSubmatch(page.Body.String(), -1) {
		w := get(t, realistic(), m[1])
		if w.Code != http.StatusOK || w.Body.Len() == 0 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %d bytes, %v", m[1], w.Code, w.Body.Len(), w.Header())
		}
	}
	for path, want := range map[string]int{"/static/none.css": http.StatusNotFound, "/static/": http.StatusNotFound, "/static/style.css": http.StatusOK, "/static/..%2fweb.go": http.StatusNotFound} {
		if got := get(t, realistic(), path).Code; got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	if got := post(t, realistic(), "/alarms", nil).Code; got != http.StatusMethodNotAllowed {
		t.Errorf("POST /alarms: %d", got)
	}
}

func TestNewWantsItsReaders(t *testing.T) {
	if _, err := web.New(web.Options{}); err == nil {
		t.Error("New without anything to read from returned a handler")
	}
}
