package web_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"html"
	"io"
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
	"github.com/brimwatch/brimwatch/internal/readers"
	"github.com/brimwatch/brimwatch/notifier"
)

// renewed asks for a page as the script does that has parts of it.
func renewed(t *testing.T, f *fake, path, version string, has []string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Brimwatch-Parts", strings.Join(has, ","))
	if version != "" {
		r.Header.Set("If-None-Match", version)
	}
	w := httptest.NewRecorder()
	handler(t, f).ServeHTTP(w, r)
	return w
}

// hashes are of the parts of a page.
func hashes(w *httptest.ResponseRecorder) (out []string) {
	for _, m := range regexp.MustCompile(`data-hash="([^"]*)"`).FindAllStringSubmatch(w.Body.String(), -1) {
		out = append(out, m[1])
	}
	return out
}

// TestOnlyWhatChangedIsSentAgain: a page that is as it was is none, and of one that changed come the
// parts that did.
func TestOnlyWhatChangedIsSentAgain(t *testing.T) {
	f := realistic()
	for _, path := range []string{"/", "/alarms", "/notices", orders()} {
		page := get(t, f, path)
		version, has := page.Header().Get("ETag"), hashes(page)
		if version == "" || len(has) < 3 {
			t.Fatalf("%s: version %q, %d parts", path, version, len(has))
		}
		again := renewed(t, f, path, version, has)
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 || again.Header().Get("Brimwatch-As-Of") != "2026-11-23T03:12:04Z 2026-11-23 03:12:04 UTC" {
			t.Errorf("%s, as it was: %d, %d bytes, %v", path, again.Code, again.Body.Len(), again.Header())
		}
		if strings.Contains(page.Body.String(), "\x00") {
			t.Errorf("%s has marks left in it", path)
		}
	}
	page := get(t, f, "/")
	renamed := *f.standings[0].Instance
	renamed.Name = "Orders of tomorrow"
	f.standings[0].Instance = &renamed
	after := renewed(t, f, "/", page.Header().Get("ETag"), hashes(page))
	body := after.Body.String()
	if after.Code != http.StatusOK || after.Header().Get("ETag") == page.Header().Get("ETag") {
		t.Errorf("%d, %v", after.Code, after.Header())
	}
	wants(t, body, "Orders of tomorrow")
	if n := strings.Count(body, "data-same="); n != len(f.standings)-1+3 { // the other rows, the summary, the filter and the pager
		t.Errorf("%d parts are the same in\n%s", n, body)
	}
	if strings.Contains(body, "Vehicle telemetry") || strings.Contains(body, "<html") {
		t.Errorf("what did not change is sent again:\n%s", body)
	}
	whole := renewed(t, f, "/", "", nil).Body.String()
	wants(t, whole, "Vehicle telemetry", "<main")
}

// TestPartsOfNames: what instances are called makes no marks.
func TestPartsOfNames(t *testing.T) {
	f := &fake{}
	for _, name := range []string{"\x00e\x00", "\x00m\x00", `" data-part="x`, "</tr></tbody></table>", "\u202edlrow", strings.Repeat("long ", 40)} {
		f.standings = append(f.standings, instance(name, name, "mqtt", "x", amounts{fleet.Connections: 10}, amounts{fleet.Connections: 9}, map[string]string{name: name + `"'<>&`}))
	}
	page := get(t, f, "/")
	if n := len(hashes(page)); n != len(f.standings)+3 || strings.Contains(page.Body.String(), "\x00") {
		t.Errorf("%d parts", n)
	}
	if n := strings.Count(page.Body.String(), "<tr "); n != len(f.standings) {
		t.Errorf("%d rows", n)
	}
}

// TestPagesAreCompressed for browsers that take it, and are the same then.
func TestPagesAreCompressed(t *testing.T) {
	f := realistic()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Encoding", "br, gzip")
	w := httptest.NewRecorder()
	handler(t, f).ServeHTTP(w, r)
	if w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Content-Length") != "" {
		t.Fatal(w.Header())
	}
	size := w.Body.Len()
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if plain := get(t, f, "/").Body.String(); plain != string(body) || size > len(plain)/3 {
		t.Errorf("%d bytes of %d, the same: %t", size, len(plain), plain == string(body))
	}
}

// TestFilterIsOnThePage: what is chosen stands in the fields, each label leads to the list without
// it, and the jump to a page keeps all of it.
func TestFilterIsOnThePage(t *testing.T) {
	f := realistic()
	body := get(t, f, "/?account=acme&label=env%3Dprod&label=%3Cb%3E%22&state=&sort=term").Body.String()
	wants(t, body, `name="account" value="acme"`, `<input type="hidden" name="label" value="env=prod">`, `<input type="hidden" name="label" value="&lt;b&gt;&#34;">`,
		`href="/?account=acme&amp;label=%3Cb%3E%22&amp;sort=term" aria-label="Not only with env=prod"`, `<option value="term" selected>`, `<option value="acme">`, `<option value="env=prod">`)
	rows := get(t, f, "/?account=acme").Body.String()
	wants(t, rows, `<a class="label" href="/?account=acme&amp;label=team%3Dorders"><bdi>team=orders</bdi></a>`, `<a class="sub" href="/?account=acme">`)
	many := &fake{}
	for i := range 201 {
		many.standings = append(many.standings, instance(fmt.Sprintf("b-%03d", i), "", "mqtt", "x", nil, nil, map[string]string{"env": "a/b&c"}))
	}
	pager := get(t, many, "/?label=env%3Da%2Fb%26c&sort=name&page=2").Body.String()
	wants(t, pager, `<input type="hidden" name="label" value="env=a/b&amp;c">`, `<input type="number" name="page" min="1" max="3" value="2" required>`, `<a href="/?label=env%3Da%2Fb%26c&amp;sort=name">First</a>`,
		`<a href="/?label=env%3Da%2Fb%26c&amp;page=3&amp;sort=name">Last</a>`)
}

// TestVocabularyIsBounded: the fields of a large fleet propose some, and the page stays small.
func TestVocabularyIsBounded(t *testing.T) {
	f := &fake{}
	for i := range 2000 {
		st := instance(fmt.Sprintf("b-%04d", i), "", "mqtt", "x", nil, nil, map[string]string{"host": fmt.Sprint("h", i), "env": "prod"})
		st.Instance.Account = fmt.Sprintf("account-%04d", i)
		f.standings = append(f.standings, st)
	}
	body := get(t, f, "/").Body.String()
	if n := strings.Count(body, `<option value="account-`); n != 500 {
		t.Errorf("%d accounts are proposed", n)
	}
	if n := strings.Count(body, `<option value="host=`); n != 99 {
		t.Errorf("%d labels are proposed", n)
	}
	wants(t, body, `<option value="env=prod">`)
}

// Full has Orders full in nine days, and Payments now.
func (f *fake) Full(id string, capacity *fleet.Amounts, at time.Time) (out [fleet.NumMetrics]time.Time) {
	switch {
	case capacity[fleet.Connections] != 5000:
	case id == "mqtt-cn-0pp1abc":
		out[fleet.Connections], out[fleet.MessageTPS] = at.AddDate(0, 0, 9), at.AddDate(0, 0, 90)
	case id == "mqtt-cn-5over":
		out[fleet.Connections] = at
	}
	return out
}

// LastDay is known of Orders: a morning at 40 %, a gap, and an evening that rises above what fits.
func (f *fake) LastDay(id string, _ time.Time) (out readers.Day, known bool) {
	if id != "mqtt-cn-0pp1abc" {
		return out, false
	}
	for m := range out {
		for i := range out[m] {
			out[m][i] = -1
			if fleet.Metric(m) == fleet.Connections && (i < 12 || i > 20) {
				out[m][i] = 0.4 + max(0, float32(i-20))*0.03
			}
		}
	}
	return out, true
}

func TestForecastOrdersAndIsSaid(t *testing.T) {
	f := realistic()
	w := get(t, f, "/?sort=forecast")
	if ids := listed(w); ids[0] != "mqtt-cn-5over" || ids[1] != "mqtt-cn-0pp1abc" {
		t.Error(ids)
	}
	wants(t, text(t, w), "Connections: full about 2026-12-02, in 9 d", "Receive TPS 47 Connections: full ", "Full soonest")
}

func TestSparkline(t *testing.T) {
	body := get(t, realistic(), "/?q=orders").Body.String()
	const line = `M0 60h0l1 0l1 0l1 0l1 0l1 0l1 0l1 0l1 0l1 0l1 0l1 0M21 57h0l1 -3`
	wants(t, body, `aria-label="last 24 hours: 40% to 121%"`, `<path d="`+line)
	if n := strings.Count(body, `class="spark"`); n != 1 {
		t.Errorf("%d lines, want one: of the others nothing is known", n)
	}
}

// sendTo sends the form below the list.
func sendTo(t *testing.T, f *fake, path string, change func(url.Values)) *httptest.ResponseRecorder {
	t.Helper()
	v := url.Values{"list": {"/?state=raised"}, "seen": {now().Format(time.RFC3339)}, "by": {"wei"}}
	change(v)
	return post(t, f, path, v)
}

func TestAcknowledgeInstances(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(url.Values)
		acks   []string
		to     string
		says   string
	}{
		{"chosen", func(v url.Values) { v["id"] = []string{"mqtt-cn-0pp1abc", "mqtt-cn-5over", "r-bp1zxszhcgatnx"} }, []string{"K7Q2", "T6JP", "W5BA"}, "/?acked=3&state=raised", "3 alarms are acknowledged."},
		{"all of the page, and a chosen one that left it", func(v url.Values) {
			v["id"], v["shown"], v["all"] = []string{"mqtt-cn-5over"}, []string{"mqtt-cn-0pp1abc", "mqtt-cn-5over"}, []string{"on"}
		}, []string{"K7Q2", "T6JP", "W5BA"}, "/?acked=3&state=raised", ""},
		{"shown is not chosen", func(v url.Values) { v["id"], v["shown"] = []string{"mqtt-cn-5over"}, []string{"mqtt-cn-0pp1abc"} }, []string{"T6JP"}, "/?acked=1&state=raised", "1 alarm is acknowledged."},
		{"acknowledged already", func(v url.Values) { v["id"] = []string{"mqtt-cn-7hk2telemetry"} }, nil, "/?acked=0&state=raised", "No alarm was acknowledged."},
		{"raised since", func(v url.Values) {
			v["id"], v["seen"] = []string{"mqtt-cn-0pp1abc", "mqtt-cn-5over"}, []string{now().Add(-5 * time.Minute).Format(time.RFC3339)}
		}, []string{"K7Q2", "W5BA"}, "/?acked=2&later=1&state=raised", "1 was raised since the page was shown, and waits."},
		{"to nowhere else", func(v url.Values) {
			v["id"], v["list"] = []string{"mqtt-cn-5over"}, []string{"https://evil.example/?q=a&x=1"}
		}, []string{"T6JP"}, "/?acked=1&q=a", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := realistic()
			w := sendTo(t, f, "/instances/ack", tt.change)
			var got []string
			for _, a := range f.acks {
				got = append(got, strings.TrimSuffix(a, " by wei"))
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.acks, got); diff != "" || w.Code != http.StatusSeeOther || w.Header().Get("Location") != tt.to {
				t.Errorf("%d to %s, -want +got:\n%s", w.Code, w.Header().Get("Location"), diff)
			}
			wants(t, text(t, get(t, f, w.Header().Get("Location"))), tt.says)
		})
	}
	for name, tt := range map[string]struct {
		change func(url.Values)
		status int
		says   string
		broken error
	}{
		"nothing chosen":      {func(url.Values) {}, http.StatusUnprocessableEntity, "No instance is chosen", nil},
		"one that is no more": {func(v url.Values) { v["id"] = []string{`<script>"`} }, http.StatusUnprocessableEntity, "No instance is chosen", nil},
		"nobody":              {func(v url.Values) { v["id"] = []string{"mqtt-cn-5over"}; v.Del("by") }, http.StatusUnprocessableEntity, "Who acknowledges them?", nil},
		"a broken journal":    {func(v url.Values) { v["id"] = []string{"mqtt-cn-5over"} }, http.StatusInternalServerError, "Not all of them were acknowledged the disk is gone", errors.New("the disk is gone")},
	} {
		t.Run(name, func(t *testing.T) {
			f := realistic()
			f.broken = tt.broken
			w := sendTo(t, f, "/instances/ack", tt.change)
			if w.Code != tt.status || len(f.acks) != 0 {
				t.Error(w.Code, f.acks)
			}
			wants(t, text(t, w), tt.says)
		})
	}
}

func TestSilenceInstances(t *testing.T) {
	choose := func(v url.Values) { v["id"] = []string{"mqtt-cn-5over", "mqtt-cn-0pp1abc"} }
	f := realistic()
	w := sendTo(t, f, "/instances/silence", choose)
	if w.Code != http.StatusOK || len(f.silences) != 0 {
		t.Fatal(w.Code, f.silences)
	}
	wants(t, text(t, w), "Silence 2 instances Orders , Payments <EU>", "Add 2 silences")
	wants(t, w.Body.String(), `<input type="hidden" name="list" value="/?state=raised"><input type="hidden" name="id" value="mqtt-cn-0pp1abc"><input type="hidden" name="id" value="mqtt-cn-5over">`)

	add := func(change ...string) func(url.Values) {
		return func(v url.Values) {
			choose(v)
			v.Set("add", "on")
			v.Set("for", "4h")
			v.Set("comment", "moving house")
			for i := 0; i+1 < len(change); i += 2 {
				v.Set(change[i], change[i+1])
			}
		}
	}
	w = sendTo(t, f, "/instances/silence", add())
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/?silenced=2&state=raised" {
		t.Fatal(w.Code, w.Header())
	}
	wants(t, text(t, get(t, f, w.Header().Get("Location"))), "2 silences are in force.")
	want := func(id, instance string) notifier.Silence {
		return notifier.Silence{ID: id, Matchers: map[string]string{"instance_id": instance}, Until: now().Add(4 * time.Hour), By: "wei", Comment: "moving house", CreatedAt: now()}
	}
	if diff := cmp.Diff([]notifier.Silence{want("sil_1", "mqtt-cn-0pp1abc"), want("sil_2", "mqtt-cn-5over")}, f.silences); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}

	f = realistic()
	w = sendTo(t, f, "/instances/silence", add("for", "", "until", "2020-01-01T00:00"))
	if w.Code != http.StatusUnprocessableEntity || len(f.silences) != 0 {
		t.Error(w.Code, f.silences)
	}
	wants(t, text(t, w), "No silence was added. It would end in the past.")
	wants(t, html.UnescapeString(w.Body.String()), `value="moving house"`, `value="2020-01-01T00:00"`)

	f.refuse = errors.New("the disk is gone")
	w = sendTo(t, f, "/instances/silence", add())
	if w.Code != http.StatusInternalServerError {
		t.Error(w.Code)
	}
	wants(t, text(t, w), "0 of 2 silences were added the disk is gone")
}
