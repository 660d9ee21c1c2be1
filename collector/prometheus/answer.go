package prometheus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

// path is where Prometheus and all that speak like it answer instant queries.
const path = "/api/v1/query"

// answer is what the query API says, as far as it is needed. Prometheus'
// documentation (HTTP API, format overview) gives the shape; isPartial is
// VictoriaMetrics'.
type answer struct {
	Status    string   `json:"status"`
	ErrorType string   `json:"errorType"`
	Error     string   `json:"error"`
	Warnings  []string `json:"warnings"`
	Infos     []string `json:"infos"`
	IsPartial bool     `json:"isPartial"`
	Data      struct {
		ResultType string          `json:"resultType"`
		Result     json.RawMessage `json:"result"`
	} `json:"data"`
}

// sample is one series of a vector, at one moment.
type sample struct {
	Metric    map[string]string `json:"metric"`
	Value     point             `json:"value"`
	Histogram json.RawMessage   `json:"histogram"`
}

// point is a moment and a value: [1795313399.855, "999.96"]. The moment is not
// used: VictoriaMetrics gives whole seconds, and not those it looked at.
type point struct {
	value float64
	given bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *point) UnmarshalJSON(data []byte) error {
	var pair []json.RawMessage
	if err := json.Unmarshal(data, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return errors.New("a value is not a pair of time and text")
	}
	var text string
	if err := json.Unmarshal(pair[1], &text); err != nil {
		return err
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) { // out of range is an infinity
		return errors.New("a value is not a number")
	}
	p.value, p.given = f, true
	return nil
}

// finding is what came of one query: a figure, or in plain words why there is none.
type finding struct {
	value  float64
	known  bool
	reason string
	slip   bool // the query itself is at fault: it will not do better next time
}

// ask sends one query. An error means that the server cannot be asked; a query
// that it refuses is an answer.
func (c *Collector) ask(ctx context.Context, query string) (*answer, error) {
	var a answer
	got, err := c.site.Get(ctx, httpget.Ask{
		Path: path,
		// VictoriaMetrics looks half a minute back unless nocache is set, whatever
		// time is asked for; others do not know the word and pass it over.
		Form: url.Values{"query": {query}, "nocache": {"1"}},
		// A query that is refused, with the reason in JSON: by Prometheus 400 for
		// its syntax and 422 for its execution, by VictoriaMetrics 422 for both.
		Also: []int{http.StatusBadRequest, http.StatusUnprocessableEntity},
	}, &a)
	if err != nil {
		return nil, err
	}
	if a.Status != "success" && a.Status != "error" || a.Status == "success" && got.Status != http.StatusOK {
		return nil, fmt.Errorf("%s: the answer (status %d) is JSON, but not that of Prometheus' query API: is the url right?", c.site.Place(), got.Status)
	}
	return &a, nil
}

// figure makes one figure of an answer; what is "usage" or "limit".
func (a *answer) figure(what string) (finding, error) {
	if a.Status == "error" {
		return slip("the %s query is refused: %s", what, a.refusal()), nil
	}
	if why := a.doubtful(); why != "" {
		return finding{reason: fmt.Sprintf("the %s query was answered, but %s", what, why)}, nil
	}
	switch a.Data.ResultType {
	case "vector":
		return a.vector(what)
	case "scalar":
		var p point
		if err := json.Unmarshal(a.Data.Result, &p); err != nil || !p.given {
			return finding{}, errShape(err)
		}
		return judge(what, p.value), nil
	case "matrix":
		return slip("the %s query gives a course of values, not one figure: leave the [range] out, or put a function such as rate(…) or max_over_time(…) around it", what), nil
	case "string":
		return slip("the %s query gives a text, not a figure", what), nil
	}
	return finding{}, errShape(fmt.Errorf("resultType %q", httpget.Clip(a.Data.ResultType, 40)))
}

func (a *answer) vector(what string) (finding, error) {
	samples, err := a.samples()
	switch {
	case err != nil:
		return finding{}, err
	case len(samples) == 0:
		return finding{reason: fmt.Sprintf("the %s query returned nothing: there is no such series at the moment%s", what, a.notes())}, nil
	case len(samples) > 1:
		return slip("the %s query returned %d series where one is needed: make one of them, as in sum(…) or max(…)", what, len(samples)), nil
	case !samples[0].Value.given && len(samples[0].Histogram) > 0:
		return slip("the %s query gives a histogram, not a figure: put histogram_count(…) or histogram_sum(…) around it", what), nil
	case !samples[0].Value.given:
		return finding{}, errShape(errors.New("a series without value"))
	}
	return judge(what, samples[0].Value.value), nil
}

func (a *answer) samples() ([]sample, error) {
	var samples []sample
	if err := json.Unmarshal(a.Data.Result, &samples); err != nil {
		return nil, errShape(err)
	}
	return samples, nil
}

// judge tells whether a value can be a figure.
func judge(what string, value float64) finding {
	switch {
	case math.IsNaN(value):
		return finding{reason: fmt.Sprintf("the %s query gives NaN, which is no figure: does it divide by nothing?", what)}
	case math.IsInf(value, 0):
		return finding{reason: fmt.Sprintf("the %s query gives an infinity, which is no figure: does it divide by zero?", what)}
	case value < 0:
		return finding{reason: fmt.Sprintf("the %s query gives %g, which is below zero", what, value)}
	}
	return finding{value: value, known: true}
}

func slip(format string, args ...any) finding {
	return finding{reason: fmt.Sprintf(format, args...), slip: true}
}

func errShape(cause error) error {
	words := "the answer has not the form of Prometheus' query API"
	if cause == nil {
		return errors.New(words)
	}
	return fmt.Errorf("%s: %s", words, httpget.Clip(cause.Error(), maxWords))
}

// maxWords is how much of a server's words is shown, in bytes.
const maxWords = 160

// doubtful says why a figure must not be taken although it came: what the server
// warns about may be a sum with parts missing.
func (a *answer) doubtful() string {
	switch {
	case len(a.Warnings) > 0:
		return "the server warns: " + httpget.Clip(strings.Join(a.Warnings, "; "), maxWords)
	case a.IsPartial:
		return "the answer is partial: some of the server's storage nodes are missing (isPartial)"
	}
	return ""
}

// notes are the server's hints, which stand beside a figure without harm but may
// say why there is none.
func (a *answer) notes() string {
	if len(a.Infos) == 0 {
		return ""
	}
	return "; the server notes: " + httpget.Clip(strings.Join(a.Infos, "; "), maxWords)
}

// refusal is the server's reason without what is known or repeats the query.
func (a *answer) refusal() string {
	text := strings.TrimPrefix(a.Error, `invalid parameter "query": `)
	if strings.HasPrefix(text, "error when executing query=") { // VictoriaMetrics
		if _, after, ok := strings.Cut(text, "): "); ok && after != "" {
			text = after
		}
	}
	if text == "" {
		text = a.ErrorType
	}
	if text == "" {
		return "no reason is given"
	}
	return httpget.Clip(text, maxWords)
}
