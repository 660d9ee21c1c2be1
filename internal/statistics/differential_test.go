package statistics

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang/snappy"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/prometheus/prompb"

	"github.com/brimwatch/brimwatch/test/server"
)

// feed writes what the oracle says into the Prometheus at addr.
func feed(t testing.TB, o *oracle, addr string) {
	t.Helper()
	var all []point
	for _, s := range o.order {
		all = append(all, s.points...)
	}
	first := slices.MinFunc(all, func(a, b point) int { return int(a.t - b.t) }).t
	last := slices.MaxFunc(all, func(a, b point) int { return int(a.t - b.t) }).t
	const window = 300_000 // all series together go forward in time
	for from := first; from <= last; from += window {
		var request prompb.WriteRequest
		for _, s := range o.order {
			var one prompb.TimeSeries
			for _, name := range slices.Sorted(maps.Keys(s.labels)) {
				one.Labels = append(one.Labels, prompb.Label{Name: name, Value: s.labels[name]})
			}
			for _, p := range s.points {
				if p.t >= from && p.t < from+window {
					one.Samples = append(one.Samples, prompb.Sample{Timestamp: p.t, Value: p.v})
				}
			}
			if len(one.Samples) > 0 {
				request.Timeseries = append(request.Timeseries, one)
			}
		}
		raw, err := request.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		status, body := over(t, addr, http.MethodPost, "/api/v1/write", string(snappy.Encode(nil, raw)))
		if status != http.StatusNoContent && status != http.StatusOK {
			t.Fatalf("Prometheus does not take the samples: %d %s", status, body)
		}
	}
}

// over sends a request to a server.
func over(t testing.TB, addr, method, path, body string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+addr+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := (&http.Client{Timeout: server.Patience}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, got
}

// both are a Prometheus and a history that have been told the same.
type both struct {
	t0      time.Time
	addr    string // of the Prometheus
	history http.Handler
}

func tellBoth(t testing.TB) *both {
	t.Helper()
	b := &both{t0: start(), addr: server.Prometheus(t).Addr}
	feed(t, consult(b.t0), b.addr)
	b.history = tell(t, b.t0).Handler()
	return b
}

// reply is an answer in a form that can be compared.
type reply struct {
	Status    int
	ErrorType string
	Type      string // of a result
	Result    []row
	Data      []string // of a look-up
}

// row is one series of a result, or what is in its place.
type row struct {
	Labels string
	Values []string
}

// prometheus asks the Prometheus.
func (b *both) prometheus(t testing.TB, method, path string, form url.Values) reply {
	t.Helper()
	target, body := "/api/v1/"+path, ""
	if method == http.MethodGet {
		target += "?" + form.Encode()
	} else {
		body = form.Encode()
	}
	status, answer := over(t, b.addr, method, target, body)
	return read(t, status, answer)
}

// brimwatch asks the history.
func (b *both) brimwatch(t testing.TB, method, path string, form url.Values) reply {
	t.Helper()
	target, body := "/prometheus/api/v1/"+path, ""
	if method == http.MethodGet {
		target += "?" + form.Encode()
	} else {
		body = form.Encode()
	}
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	b.history.ServeHTTP(w, r)
	return read(t, w.Code, w.Body.Bytes())
}

// read takes an answer apart, and leaves out what is meant for people: the text of
// errors, warnings and infos.
func read(t testing.TB, status int, body []byte) reply {
	t.Helper()
	var in struct {
		Status, ErrorType string
		Data              json.RawMessage
	}
	if err := json.Unmarshal(body, &in); err != nil {
		t.Fatalf("status %d, and no JSON: %.200s", status, body)
	}
	out := reply{Status: status, ErrorType: in.ErrorType}
	if in.Status != "success" {
		return out
	}
	if bytes.HasPrefix(in.Data, []byte("[")) {
		var list []json.RawMessage
		mustUnmarshal(t, in.Data, &list)
		out.Data = []string{}
		for _, one := range list {
			out.Data = append(out.Data, sortedJSON(t, one))
		}
		return out
	}
	var data struct {
		ResultType string
		Result     json.RawMessage
	}
	mustUnmarshal(t, in.Data, &data)
	out.Type, out.Result = data.ResultType, []row{}
	switch data.ResultType {
	case "scalar", "string":
		out.Result = append(out.Result, row{Values: pairOf(t, data.Result)})
	default:
		var list []struct {
			Metric json.RawMessage
			Value  json.RawMessage
			Values []json.RawMessage
		}
		mustUnmarshal(t, data.Result, &list)
		for _, one := range list {
			r := row{Labels: sortedJSON(t, one.Metric)}
			if one.Value != nil {
				r.Values = pairOf(t, one.Value)
			}
			for _, v := range one.Values {
				r.Values = append(r.Values, pairOf(t, v)...)
			}
			out.Result = append(out.Result, r)
		}
	}
	return out
}

// pairOf takes [time, "value"] apart. There are millions of them, so plain ones are not
// handed to a decoder.
func pairOf(t testing.TB, pair json.RawMessage) []string {
	t.Helper()
	if at, v, ok := strings.Cut(strings.Trim(string(pair), "[]"), ","); ok && !strings.Contains(v, `\`) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(v), `"`); ok && strings.IndexByte(v, '"') == len(v)-1 {
			return []string{at, v[:len(v)-1]}
		}
	}
	var list []any
	d := json.NewDecoder(bytes.NewReader(pair))
	d.UseNumber()
	if err := d.Decode(&list); err != nil || len(list) != 2 {
		t.Fatalf("no pair of a time and a value: %s", pair)
	}
	return []string{fmt.Sprint(list[0]), fmt.Sprint(list[1])}
}

// sortedJSON writes JSON with its keys in order.
func sortedJSON(t testing.TB, raw json.RawMessage) string {
	t.Helper()
	var v any
	mustUnmarshal(t, raw, &v)
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func mustUnmarshal(t testing.TB, raw json.RawMessage, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%v: %.200s", err, raw)
	}
}

// unordered puts the rows in order, for answers that have none.
func (r reply) unordered() reply {
	r.Result = slices.Clone(r.Result)
	slices.SortFunc(r.Result, func(a, b row) int { return strings.Compare(a.Labels, b.Labels) })
	r.Data = slices.Sorted(slices.Values(r.Data))
	return r
}

// nearly takes values for the same that differ in the last digits.
func nearly() cmp.Option {
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return math.NaN()
		}
		return v
	}
	return cmp.FilterPath(func(p cmp.Path) bool { return strings.Contains(p.GoString(), ".Values") },
		cmp.FilterValues(func(a, b string) bool { return a != b }, cmp.Comparer(func(a, b string) bool {
			return cmp.Equal(number(a), number(b), cmpopts.EquateApprox(1e-9, 1e-9))
		})))
}

// expression is a line of the list.
type expression struct {
	text    string
	ordered bool
	nearly  bool
}

func expressions(t testing.TB) []expression {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "expressions.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	names := strings.NewReplacer(
		"USAGE", "brimwatch_instance_usage", "CAPACITY", "brimwatch_instance_capacity", "RATIO", "brimwatch_instance_utilization_ratio",
		"UP", "brimwatch_instance_up", "EXPIRY", "brimwatch_instance_expiry_timestamp_seconds", "STATE", "brimwatch_instance_lifecycle_state",
		"MOMENT", "brimwatch_instance_lifecycle_moment_timestamp_seconds",
	)
	var out []expression
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		e := expression{text: line}
		e.text, e.ordered = strings.CutPrefix(e.text, "= ")
		e.text, e.nearly = strings.CutPrefix(e.text, "~ ")
		e.text = names.Replace(e.text)
		out = append(out, e)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// seconds writes a moment as the API takes it.
func seconds(at time.Time) string {
	return strconv.FormatFloat(float64(at.UnixMilli())/1000, 'f', 3, 64)
}

// TestAsAPrometheus asks a real Prometheus and a history, which have been told the
// same, many things: at moments on the grid of the readings and off it, over
// ranges, by GET and by POST.
func TestAsAPrometheus(t *testing.T) {
	b := tellBoth(t)
	all := expressions(t)
	if len(all) < 200 {
		t.Fatalf("the list has %d expressions, and should have 200", len(all))
	}
	at := func(minutes, seconds float64) time.Time {
		return b.t0.Add(time.Duration(minutes*60e9 + seconds*1e9))
	}
	moments := []time.Time{at(10, 0), at(20, 37.345), at(27, 50.001), at(38, 15)}
	ranges := []struct {
		from, to time.Time
		step     string
	}{
		{at(0, 0), at(39, 45), "15"},
		{at(-2, 3.217), at(39, 11.5), "37.5"},
	}
	answered := 0
	for _, e := range all {
		t.Run(e.text, func(t *testing.T) {
			same := func(method, path string, ordered bool, form url.Values) {
				t.Helper()
				want := b.prometheus(t, http.MethodGet, path, form)
				options := cmp.Options{}
				if e.nearly {
					options = append(options, nearly())
				}
				if want.Status == http.StatusOK && len(want.Result) > 0 {
					answered++
				}
				got := b.brimwatch(t, method, path, form)
				if !ordered {
					want, got = want.unordered(), got.unordered()
				}
				if reflect.DeepEqual(want, got) {
					return // cmp takes its time
				}
				if diff := cmp.Diff(want, got, options); diff != "" {
					t.Errorf("%s by %s, %v (-Prometheus +Brimwatch)\n%s", path, method, form, diff)
				}
			}
			methods := []string{http.MethodGet, http.MethodPost} // in turn
			for i, at := range moments {
				same(methods[i%2], "query", e.ordered, url.Values{"query": {e.text}, "time": {seconds(at)}})
			}
			for i, r := range ranges {
				same(methods[i%2], "query_range", false, url.Values{"query": {e.text}, "start": {seconds(r.from)}, "end": {seconds(r.to)}, "step": {r.step}})
			}
		})
	}
	if most := len(all) * (len(moments) + len(ranges)); answered < most/2 {
		t.Errorf("only %d of %d answers had anything in them", answered, most)
	}
}

// TestLookUpsAsAPrometheus asks for series, names and values of labels.
func TestLookUpsAsAPrometheus(t *testing.T) {
	b := tellBoth(t)
	all := url.Values{"start": {seconds(b.t0.Add(-time.Hour))}, "end": {seconds(b.t0.Add(storyOver - 5*time.Minute))}}
	before := url.Values{"start": {seconds(b.t0.Add(-2 * time.Hour))}, "end": {seconds(b.t0.Add(-time.Hour))}}
	with := func(base url.Values, more ...string) url.Values {
		out := maps.Clone(base)
		for i := 0; i < len(more); i += 2 {
			out[more[i]] = append(slices.Clone(out[more[i]]), more[i+1])
		}
		return out
	}
	selectors := [][]string{
		{`brimwatch_instance_usage`},
		{`brimwatch_instance_usage{metric="message_tps"}`},
		{`brimwatch_instance_up`, `brimwatch_instance_capacity`},
		{`brimwatch_instance_up`, `{__name__="brimwatch_instance_up"}`},
		{`{__name__=~".+"}`},
		{`{instance_id="mqtt-1"}`},
		{`{instance_id=~"订单.*",metric!=""}`},
		{`{instance_id="` + longID() + `"}`},
		{`{product="redis",__name__!~".*usage"}`},
		{`{state=~".+"}`},
		{`{state=""  ,metric=""  ,product="mqtt"}`},
		{`no_such_metric`},
		{`{`}, {`{}`}, {`{metric=~".*"}`}, {`up{`, `up`}, {`sum(up)`}, {`up[5m]`}, {``},
	}
	same := func(t *testing.T, path string, form url.Values, methods ...string) {
		t.Helper()
		want := b.prometheus(t, http.MethodGet, path, form).unordered()
		for _, method := range methods {
			if diff := cmp.Diff(want, b.brimwatch(t, method, path, form).unordered()); diff != "" {
				t.Errorf("%s by %s, %v (-Prometheus +Brimwatch)\n%s", path, method, form, diff)
			}
		}
	}
	labels := []string{"__name__", "instance_id", "product", "edition", "metric", "state", "nothing"}
	for _, base := range []url.Values{{}, all, before} {
		for _, set := range append(selectors, nil) {
			form := base
			for _, s := range set {
				form = with(form, "match[]", s)
			}
			t.Run(fmt.Sprint(set, len(base)), func(t *testing.T) {
				same(t, "series", form, http.MethodGet, http.MethodPost)
				same(t, "labels", form, http.MethodGet, http.MethodPost)
				for _, name := range labels {
					same(t, "label/"+name+"/values", form, http.MethodGet)
				}
			})
		}
	}
	t.Run("bad times", func(t *testing.T) {
		for _, form := range []url.Values{{"start": {"x"}}, {"end": {"x"}}, {"start": {"1e"}}} {
			for _, path := range []string{"series", "labels", "label/metric/values"} {
				same(t, path, with(form, "match[]", "up"), http.MethodGet)
			}
		}
	})
	t.Run("in order", func(t *testing.T) {
		for _, path := range []string{"labels", "label/instance_id/values", "label/__name__/values"} {
			if diff := cmp.Diff(b.prometheus(t, http.MethodGet, path, all), b.brimwatch(t, http.MethodGet, path, all)); diff != "" {
				t.Errorf("%s (-Prometheus +Brimwatch)\n%s", path, diff)
			}
		}
	})
}

// TestParametersAsAPrometheus asks with parameters that are wrong, odd or missing.
func TestParametersAsAPrometheus(t *testing.T) {
	b := tellBoth(t)
	from, to := seconds(b.t0.Add(10*time.Minute)), seconds(b.t0.Add(20*time.Minute))
	year, far := seconds(b.t0.AddDate(1, 0, 0)), seconds(b.t0.AddDate(200, 0, 0))
	const up, heavy = "brimwatch_instance_up", `sum(max_over_time(brimwatch_instance_usage[30m5s]))`
	for _, c := range []struct {
		path string
		form []string
	}{
		{"query", nil},
		{"query", []string{"query", ""}},
		{"query", []string{"query", " "}},
		{"query", []string{"query", "# nothing"}},
		{"query", []string{"query", up, "time", from}},
		{"query", []string{"query", up, "time", b.t0.Add(10 * time.Minute).Format(time.RFC3339)}},
		{"query", []string{"query", up, "time", "x"}},
		{"query", []string{"query", up, "time", "0"}},
		{"query", []string{"query", up, "time", "-1"}},
		{"query", []string{"query", up, "time", year}},
		{"query", []string{"query", up, "time", far}},
		{"query", []string{"query", "1", "time", "-9e9"}},
		{"query", []string{"query", up, "time", from, "timeout", "x"}},
		{"query", []string{"query", up, "time", from, "timeout", "10s"}},
		{"query", []string{"query", heavy, "time", to, "timeout", "0.000000001"}},
		{"query", []string{"query", heavy, "time", to, "timeout", "0"}},
		{"query", []string{"query", heavy, "time", to, "timeout", "-1"}},
		{"query", []string{"query", up, "time", from, "stats", "all"}},
		{"query_range", nil},
		{"query_range", []string{"query", up}},
		{"query_range", []string{"query", up, "start", from, "end", to}},
		{"query_range", []string{"query", up, "start", from, "step", "15"}},
		{"query_range", []string{"query", up, "end", to, "step", "15"}},
		{"query_range", []string{"start", from, "end", to, "step", "15"}},
		{"query_range", []string{"query", up, "start", from, "end", to, "step", "0"}},
		{"query_range", []string{"query", up, "start", from, "end", to, "step", "-15"}},
		{"query_range", []string{"query", up, "start", from, "end", to, "step", "x"}},
		{"query_range", []string{"query", up, "start", from, "end", to, "step", "1e300"}},
		{"query_range", []string{"query", up, "start", from, "end", to, "step", "1h"}},
		{"query_range", []string{"query", up, "start", from, "end", to, "step", "0.05"}},
		{"query_range", []string{"query", up, "start", from, "end", to, "step", "500ms"}},
		{"query_range", []string{"query", up, "start", from, "end", to, "step", "1m30s"}},
		{"query_range", []string{"query", up, "start", to, "end", from, "step", "15"}},
		{"query_range", []string{"query", up, "start", from, "end", from, "step", "15"}},
		{"query_range", []string{"query", up, "start", to, "end", year, "step", "1h"}},
		{"query_range", []string{"query", up, "start", year, "end", far, "step", "1w"}},
		{"query_range", []string{"query", up, "start", from, "end", far, "step", "15"}},
		{"query_range", []string{"query", up, "start", "x", "end", to, "step", "15"}},
		{"query_range", []string{"query", up, "start", from, "end", to, "step", "15", "timeout", "x"}},
		{"query_range", []string{"query", heavy, "start", from, "end", to, "step", "1", "timeout", "0.000000001"}},
		{"query_range", []string{"query", up + "[5m]", "start", from, "end", to, "step", "15"}},
		{"query_range", []string{"query", `"text"`, "start", from, "end", to, "step", "15"}},
		{"query_range", []string{"query", "1", "start", from, "end", to, "step", "15"}},
		{"query_range", []string{"query", "time()", "start", from, "end", to, "step", "15"}},
	} {
		form := url.Values{}
		for i := 0; i < len(c.form); i += 2 {
			form.Add(c.form[i], c.form[i+1])
		}
		t.Run(c.path+" "+form.Encode(), func(t *testing.T) {
			want := b.prometheus(t, http.MethodGet, c.path, form).unordered()
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				if diff := cmp.Diff(want, b.brimwatch(t, method, c.path, form).unordered()); diff != "" {
					t.Errorf("by %s (-Prometheus +Brimwatch)\n%s", method, diff)
				}
			}
		})
	}
}
