package promapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// pieces is a response that tells in how many pieces it was written, and what
// was going on at each.
type pieces struct {
	*httptest.ResponseRecorder
	at    func()
	sizes []int
	until []time.Time
	fail  bool
}

func (p *pieces) Write(b []byte) (int, error) {
	p.at()
	p.sizes = append(p.sizes, len(b))
	if p.fail {
		return 0, errors.New("nobody is there")
	}
	return p.ResponseRecorder.Write(b)
}

// SetWriteDeadline is called through http.ResponseController.
func (p *pieces) SetWriteDeadline(t time.Time) error {
	p.until = append(p.until, t)
	return nil
}

// TestAnswersInPieces: a small answer is let go of before it is sent, a large one
// is sent in pieces within its time, and let go of before the last.
func TestAnswersInPieces(t *testing.T) {
	opts := options(t, newCrowd(0), io.Discard)
	opts.MaxAnswer = 16 << 20
	opts.Engine = engineFor(t, 1e6)
	h := New(opts)
	ask := func(points string, fail bool) (out *pieces, running []int) {
		t.Helper()
		out = &pieces{ResponseRecorder: httptest.NewRecorder(), fail: fail}
		out.at = func() { running = append(running, len(h.gate.running)) }
		form := url.Values{"query": {`label_replace(vector(time()), "a", "b", "", "") or label_replace(vector(0.5), "a", "c", "", "") or label_replace(vector(0.25), "a", "d", "", "")`}, "start": {"0"}, "end": {points}, "step": {"1"}}
		r := request(t, http.MethodGet, "query_range", form)
		h.ServeHTTP(out, r)
		return out, running
	}
	small, running := ask("1000", false)
	if len(small.sizes) != 1 || running[0] != 0 || len(small.until) != 0 {
		t.Errorf("a small answer: pieces of %v bytes while %v run, to be taken until %v", small.sizes, running, small.until)
	}
	large, running := ask("10999", false)
	last := len(large.sizes) - 1
	if last < 1 || running[0] != 1 || running[last] != 0 || len(large.until) != 2 || !large.until[1].IsZero() {
		t.Errorf("a large answer: pieces of %v bytes while %v run, to be taken until %v", large.sizes, running, large.until)
	}
	for _, size := range large.sizes {
		if size > chunk+1024 {
			t.Errorf("a piece of %d bytes", size)
		}
	}
	var out struct {
		Data struct{ Result []struct{ Values [][]any } }
	}
	if err := json.Unmarshal(large.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Data.Result) != 3 || len(out.Data.Result[2].Values) != 11_000 {
		t.Errorf("the large answer has %d series", len(out.Data.Result))
	}
	gone, _ := ask("10999", true)
	if len(gone.sizes) != 1 || len(h.gate.running) != 0 {
		t.Errorf("to a client that is gone: pieces of %v bytes, %d still run", gone.sizes, len(h.gate.running))
	}
}

func TestAnswersThatAreTooLarge(t *testing.T) {
	opts := options(t, newCrowd(12), io.Discard)
	opts.MaxAnswer = 500
	h := New(opts)
	for _, c := range []struct {
		path string
		form []string
	}{
		{"query_range", []string{"query", "vector(1)", "start", "0", "end", "100", "step", "1"}},
		{"query", []string{"query", "vector(1)[100s:1s]"}},
		{"series", []string{"match[]", "x"}},
	} {
		w := get(t, h, c.path, c.form...)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `"errorType":"execution","error":"the answer would have about 1 MB, more than the 0 MB`) {
			t.Errorf("%s: %d %s", c.path, w.Code, w.Body)
		}
	}
	if w := get(t, h, "series", "match[]", "x", "limit", "3"); w.Code != http.StatusOK {
		t.Errorf("three series: %d %s", w.Code, w.Body)
	}
	if len(h.gate.running) != 0 {
		t.Errorf("%d still run", len(h.gate.running))
	}
}

// TestAnswerBytes holds the estimate against what is sent.
func TestAnswerBytes(t *testing.T) {
	opts := options(t, database(t), io.Discard)
	h := New(opts)
	for _, c := range []struct {
		path string
		form []string
	}{
		{path: "query", form: []string{"query", "mq_connections", "time", "1795313399.867"}},
		{path: "query_range", form: []string{"query", "mq_connections / 7", "start", "1795313380.123", "end", "1795313390", "step", "0.2"}},
		{path: "series", form: []string{"match[]", `{__name__=~".+"}`}},
		{path: "label/instance/values"},
	} {
		var got answer
		form := url.Values{}
		for i := 0; i < len(c.form); i += 2 {
			form.Add(c.form[i], c.form[i+1])
		}
		r := request(t, http.MethodGet, c.path, form)
		if err := r.ParseForm(); err != nil {
			t.Fatal(err)
		}
		switch c.path {
		case "query":
			got = h.query(r)
		case "query_range":
			got = h.queryRange(r)
		case "series":
			got = h.series(r)
		default:
			r.SetPathValue("name", "instance")
			got = h.labelValues(r)
		}
		if got.err != nil {
			t.Fatalf("%s: %v", c.path, got.err.err)
		}
		estimate := answerBytes(got.data)
		w := httptest.NewRecorder()
		if err := write(w, got); err != nil {
			t.Fatal(err)
		}
		if sent := w.Body.Len(); estimate < sent/2 || estimate > 2*sent {
			t.Errorf("%s: %d bytes are sent, %d were estimated", c.path, sent, estimate)
		}
	}
}
