package promread

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics"
)

func isRange(err error) bool { return errors.Is(err, statistics.ErrRange) }

// far is a database made of a function.
type far func(r *http.Request) (*http.Response, error)

func (f far) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(status int, body string) *http.Response {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.WriteString(body)
	return w.Result()
}

// prometheus2Answer is what a database says that takes ranges as Prometheus 2 does.
const prometheus2Answer = `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1700000040,"2"]}]}}`

// TestWhatIsSaid lets a database fail in every way. People are told in plain words, with
// where it is, and without secrets.
func TestWhatIsSaid(t *testing.T) {
	for _, c := range []struct {
		name string
		far  far
		want string
	}{
		{"nobody is there", func(*http.Request) (*http.Response, error) { return nil, errors.New("dial tcp: connection refused") }, "http://vm.test/prom does not answer: dial tcp: connection refused"},
		{"wrong password", func(*http.Request) (*http.Response, error) { return answer(401, "no"), nil }, "http://vm.test/prom: it does not let Brimwatch in (client error: 401); mend"},
		{"a page", func(*http.Request) (*http.Response, error) { return answer(200, "<html>"), nil }, "http://vm.test/prom: it does not answer as Prometheus does"},
		{"a redirect", func(*http.Request) (*http.Response, error) {
			resp := answer(302, "")
			resp.Header.Set("Location", "http://elsewhere.test/")
			return resp, nil
		}, "http://vm.test/prom: it does not answer as Prometheus does"},
		{"trouble", func(*http.Request) (*http.Response, error) { return answer(503, "later"), nil }, "http://vm.test/prom: it does not answer as Prometheus does (server error: 503)"},
		{"another kind", func(*http.Request) (*http.Response, error) {
			return answer(200, `{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}`), nil
		}, "http://vm.test/prom does not answer as Prometheus does"},
		{"a bound", func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/query") {
				return answer(200, prometheus2Answer), nil
			}
			return answer(422, `{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory"}`), nil
		}, "http://vm.test/prom: query processing would load too many samples into memory"},
		{"an endless answer", func(*http.Request) (*http.Response, error) {
			resp := answer(200, "")
			resp.Body = io.NopCloser(endless{})
			return resp, nil
		}, "http://vm.test/prom: the answer is longer than 64 MiB; ask for less"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := New(Options{URL: "http://u:hunter2@vm.test/prom?token=hunter2", Transport: c.far})
			if err != nil {
				t.Fatal(err)
			}
			to := time.Unix(1_800_000_000, 0)
			_, err = r.Statistics(t.Context(), "a", to.Add(-time.Hour), to, time.Minute)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v\nwant %s", err, c.want)
			}
		})
	}
}

// endless is a body that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// TestSignIn looks at who a request says that it is, and what else it carries.
func TestSignIn(t *testing.T) {
	for _, c := range []struct {
		options Options
		want    string
	}{
		{Options{URL: "http://vm.test/?tenant=7", Username: "me", Password: "hush"}, "Basic bWU6aHVzaA=="},
		{Options{URL: "http://vm.test/?tenant=7", Bearer: "token"}, "Bearer token"},
		{Options{URL: "http://vm.test/?tenant=7"}, ""},
	} {
		var got *http.Request
		c.options.Version = "1.2.3"
		c.options.Transport = far(func(r *http.Request) (*http.Response, error) {
			got = r
			return answer(200, prometheus2Answer), nil
		})
		r, err := New(c.options)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		if auth := got.Header.Get("Authorization"); auth != c.want || got.Header.Get("User-Agent") != "brimwatch/1.2.3" {
			t.Errorf("Authorization %q, want %q; by %q", auth, c.want, got.Header.Get("User-Agent"))
		}
		if q := got.URL.Query(); q.Get("tenant") != "7" || q.Get("nocache") != "1" || got.URL.Path != "/api/v1/query" {
			t.Errorf("asked %s", got.URL)
		}
	}
}

func TestURLsThatCannotBe(t *testing.T) {
	for _, url := range []string{"", "http://", "ftp://u:hunter2@vm.test", "http://u:hunter2@vm.test:port/"} {
		if _, err := New(Options{URL: url}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestLongAnswersAreAskedForInParts has a database whose answer for a day is too long:
// halves of it are asked for, and the samples come once and in order.
func TestLongAnswersAreAskedForInParts(t *testing.T) {
	begin := time.Unix(1_800_000_000, 0)
	requests := 0
	r, err := New(Options{URL: "http://vm.test", Transport: far(func(r *http.Request) (*http.Response, error) {
		requests++
		if err := r.ParseForm(); err != nil {
			return nil, err
		}
		form := r.Form
		length, err := time.ParseDuration(strings.TrimSuffix(form.Get("query")[strings.LastIndex(form.Get("query"), "[")+1:], "]"))
		if err != nil {
			return nil, err
		}
		if length > 6*time.Hour {
			resp := answer(200, "")
			resp.Body = io.NopCloser(endless{})
			return resp, nil
		}
		at, err := time.ParseDuration(form.Get("time") + "s")
		if err != nil {
			return nil, err
		}
		end := time.Unix(0, int64(at))
		var b strings.Builder
		for t := begin; !t.After(end); t = t.Add(time.Hour) {
			if !t.Before(end.Add(-length)) { // both ends are in it
				b.WriteString(",[" + timeText(t) + `,"1"]`)
			}
		}
		return answer(200, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"instance_id":"a","metric":"connections"},"values":[`+strings.TrimPrefix(b.String(), ",")+`]}]}}`), nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	err = r.EachUsage(t.Context(), []string{"a"}, fleet.MetricSet(0).With(fleet.Connections), begin, begin.Add(24*time.Hour), func(_ string, _ fleet.Metric, samples statistics.Samples) {
		for ms, _, ok := samples(); ok; ms, _, ok = samples() {
			got = append(got, (ms-begin.UnixMilli())/time.Hour.Milliseconds())
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 24 {
		t.Errorf("%d samples: %v", len(got), got)
	}
	for i, hour := range got {
		if hour != int64(i) {
			t.Errorf("sample %d is of hour %d", i, hour)
		}
	}
	if requests != 1+2+4 {
		t.Errorf("%d requests", requests)
	}
}

// TestTwiceStored has a database that keeps what a repeated remote write brought twice.
func TestTwiceStored(t *testing.T) {
	begin := time.Unix(1_800_000_000, 0)
	r, err := New(Options{URL: "http://vm.test", Transport: far(func(*http.Request) (*http.Response, error) {
		one := "[" + timeText(begin) + `,"1"]`
		return answer(200, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"instance_id":"a","metric":"connections"},"values":[`+
			one+","+one+",["+timeText(begin.Add(time.Minute))+`,"2"]]}]}}`), nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	var got []float64
	err = r.EachUsage(t.Context(), []string{"a"}, fleet.MetricSet(0).With(fleet.Connections), begin, begin.Add(time.Hour), func(_ string, _ fleet.Metric, samples statistics.Samples) {
		for _, v, ok := samples(); ok; _, v, ok = samples() {
			got = append(got, v)
		}
	})
	if err != nil || len(got) != 2 || got[0] != 1 || got[1] != 2 {
		t.Errorf("%v, %v", got, err)
	}
}

func timeText(t time.Time) string { return model.TimeFromUnix(t.Unix()).String() }
