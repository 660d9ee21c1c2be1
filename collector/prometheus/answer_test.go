package prometheus

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

const (
	prom     = "prometheus-2.42.0"
	victoria = "victoriametrics-1.79.5"
)

// TestCaptures reads what two real servers answered.
func TestCaptures(t *testing.T) {
	for _, tt := range []struct {
		server, name string
		status       int
		want         float64
		reason       string
	}{
		{prom, "vector-sum-rate", 0, 2495.48, ""},
		{victoria, "vector-sum-rate", 0, 2499.9, ""},
		{prom, "scalar", 0, 50, ""},
		{victoria, "scalar", 0, 50, ""},
		{prom, "empty", 0, 0, "returned nothing"},
		{victoria, "empty", 0, 0, "returned nothing"},
		{prom, "vector-gauge", 0, 0, "returned 2 series where one is needed: make one of them, as in sum(…)"},
		{victoria, "vector-gauge", 0, 0, "returned 2 series"},
		{prom, "up", 0, 0, "returned 3 series"},
		{victoria, "up", 0, 0, "returned 3 series"},
		{prom, "vector-rate", 0, 0, "returned 2 series"},
		{victoria, "vector-rate", 0, 0, "returned 2 series"},
		{prom, "vector-nan", 0, 0, "gives NaN"},
		{victoria, "vector-nan", 0, 0, "returned nothing"}, // it leaves NaN out
		{prom, "vector-inf", 0, 0, "divide by zero"},
		{victoria, "vector-inf", 0, 0, "divide by zero"},
		{prom, "matrix", 0, 0, "leave the [range] out"},
		{victoria, "matrix", 0, 0, "leave the [range] out"},
		{prom, "error-parse", 400, 0, "the usage query is refused: 1:20: parse error: unclosed left parenthesis"},
		{victoria, "error-parse", 422, 0, `the usage query is refused: argList: unexpected token ""`},
	} {
		t.Run(tt.server+" "+tt.name, func(t *testing.T) {
			url := script{"q": {tt.status, collectortest.Testdata(t, tt.server, tt.name+".json")}}.serve(t)
			v := collectortest.MustVisit(t, build(t, Options{URL: url, Queries: connections("q", "")}))
			got, known := v.GaugeOf(fleet.Connections)
			if known != (tt.reason == "") || got != tt.want {
				t.Errorf("%v, %v, want %v", got, known, tt.want)
			}
			if why := collectortest.GapOf(v, fleet.Connections); !strings.Contains(why, tt.reason) || (why == "") != (tt.reason == "") {
				t.Errorf("reason %q, want it to say %q", why, tt.reason)
			}
		})
	}
}

// TestAnswers reads what servers may answer besides.
func TestAnswers(t *testing.T) {
	const head = `{"status":"success",`
	for _, tt := range []struct {
		name, body string
		want       float64
		reason     string // of an unknown metric
		err        string // of the visit
	}{
		{"a warning", head + `"warnings":["remote read: timeout","b"],"data":{"resultType":"vector","result":[{"metric":{},"value":[1,"7"]}]}}`, 0, "the server warns: remote read: timeout; b", ""},
		{"a warning and nothing", head + `"warnings":["remote read: timeout"],"data":{"resultType":"vector","result":[]}}`, 0, "remote read: timeout", ""},
		{"an info beside a figure", head + `"infos":["PromQL info: might not be a counter"],"data":{"resultType":"vector","result":[{"metric":{},"value":[1,"7"]}]}}`, 7, "", ""},
		{"an info and nothing", head + `"infos":["PromQL info: might not be a counter"],"data":{"resultType":"vector","result":[]}}`, 0, "the server notes: PromQL info: might not be a counter", ""},
		{"partial", head + `"isPartial":true,"data":{"resultType":"vector","result":[{"metric":{},"value":[1,"7"]}]}}`, 0, "partial", ""},
		{"not partial", head + `"isPartial":false,"data":{"resultType":"vector","result":[{"metric":{},"value":[1,"7"]}]}}`, 7, "", ""},
		{"more keys", head + `"stats":{"seriesFetched":"1"},"data":{"resultType":"vector","analysis":{},"result":[{"metric":{},"value":[1,"7"],"x":1}]}}`, 7, "", ""},
		{"an exponent", head + `"data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1e+06"]}]}}`, 1e6, "", ""},
		{"below zero", head + `"data":{"resultType":"vector","result":[{"metric":{},"value":[1,"-1"]}]}}`, 0, "below zero", ""},
		{"minus infinity", head + `"data":{"resultType":"scalar","result":[1,"-Inf"]}}`, 0, "an infinity", ""},
		{"beyond all numbers", head + `"data":{"resultType":"scalar","result":[1,"1e999"]}}`, 0, "an infinity", ""},
		{"a text", head + `"data":{"resultType":"string","result":[1,"a"]}}`, 0, "gives a text", ""},
		{"a histogram", head + `"data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{"count":"3","sum":"4"}]}]}}`, 0, "histogram_count(…)", ""},
		{"an error with status 200", `{"status":"error","errorType":"execution","error":"too many samples"}`, 0, "refused: too many samples", ""},
		{"an error without words", `{"status":"error","errorType":"execution"}`, 0, "refused: execution", ""},
		{"an error without anything", `{"status":"error"}`, 0, "no reason is given", ""},
		{"no value", head + `"data":{"resultType":"vector","result":[{"metric":{}}]}}`, 0, "", "not the form"},
		{"a value of three", head + `"data":{"resultType":"vector","result":[{"metric":{},"value":[1,"7",3]}]}}`, 0, "", "not a pair"},
		{"a value that is no text", head + `"data":{"resultType":"vector","result":[{"metric":{},"value":[1,7]}]}}`, 0, "", "not the form"},
		{"a value that is no number", head + `"data":{"resultType":"vector","result":[{"metric":{},"value":[1,"seven"]}]}}`, 0, "", "not a number"},
		{"null for a scalar", head + `"data":{"resultType":"scalar","result":null}}`, 0, "", "not the form"},
		{"no data", `{"status":"success"}`, 0, "", "resultType"},
		{"another API", `{"status":"ok","clients":7}`, 0, "", "not that of Prometheus' query API"},
		{"an empty object", `{}`, 0, "", "not that of Prometheus' query API"},
		{"a list", `[1, 2]`, 0, "", "the right kind of server"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := collectortest.Visit(t, build(t, Options{URL: script{"q": {0, tt.body}}.serve(t), Queries: connections("q", "")}))
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Fatalf("error %v, want %q", err, tt.err)
			}
			if err != nil {
				if !v.Blank() {
					t.Error("something was told beside the error")
				}
				return
			}
			got, known := v.GaugeOf(fleet.Connections)
			if known != (tt.reason == "") || got != tt.want {
				t.Errorf("%v, %v, want %v", got, known, tt.want)
			}
			if why := collectortest.GapOf(v, fleet.Connections); !strings.Contains(why, tt.reason) {
				t.Errorf("reason %q, want it to say %q", why, tt.reason)
			}
		})
	}
}

// TestLongWords clips what a server says.
func TestLongWords(t *testing.T) {
	body, err := json.Marshal(map[string]string{"status": "error", "error": strings.Repeat("wörd\n", 1000)})
	if err != nil {
		t.Fatal(err)
	}
	v := collectortest.MustVisit(t, build(t, Options{URL: script{"q": {400, string(body)}}.serve(t), Queries: connections("q", "")}))
	why := collectortest.GapOf(v, fleet.Connections)
	if len(why) > 300 || !utf8.ValidString(why) || strings.Contains(why, "\n") {
		t.Errorf("%d bytes: %q", len(why), why)
	}
}

func FuzzAnswer(f *testing.F) {
	for _, server := range []string{prom, victoria} {
		files, err := filepath.Glob(filepath.Join("testdata", server, "*.json"))
		if err != nil || len(files) == 0 {
			f.Fatalf("no captures of %s: %v", server, err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var a answer
		if json.Unmarshal(data, &a) != nil {
			return
		}
		got, err := a.figure("usage")
		switch {
		case err != nil && got != finding{}:
			t.Errorf("an error and a finding: %v, %+v", err, got)
		case err == nil && got.known && (math.IsNaN(got.value) || math.IsInf(got.value, 0) || got.value < 0 || got.reason != ""):
			t.Errorf("not a figure: %+v", got)
		case err == nil && !got.known && got.reason == "":
			t.Error("unknown without a reason")
		case err == nil && (len(got.reason) > 400 || !utf8.ValidString(got.reason)):
			t.Errorf("not fit for people: %q", got.reason)
		}
		if byNumber, why, err := a.ages(); byNumber != nil && (why != "" || err != nil) {
			t.Errorf("ages and no ages: %v, %q, %v", byNumber, why, err)
		}
	})
}
