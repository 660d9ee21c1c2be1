package aliyun

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

const testKey = "LTAI5tTestAndNothingElse"

const testSecret = "the-secret-of-a-test"

// cms is a small CloudMonitor: DescribeMetricLast over points that a test sets.
type cms struct {
	secret string

	mu     sync.Mutex
	points map[string][]map[string]any // by MetricName
	period string
	page   int                         // the most points of a page; 0 is all
	fault  http.HandlerFunc            // answers instead, after the signature was checked
	asked  []map[string]string         // all questions, as parameters
	faults map[string]http.HandlerFunc // by MetricName
}

func newCMS() *cms {
	return &cms{secret: testSecret, points: make(map[string][]map[string]any), faults: make(map[string]http.HandlerFunc)}
}

// tell sets a point of one instance: figures and further dimensions by name.
func (s *cms) tell(metric, id string, age time.Duration, values map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := map[string]any{"timestamp": time.Now().Add(-age).UnixMilli(), "userId": "1234567890123456", "instanceId": id}
	for name, v := range values {
		p[name] = v
	}
	s.points[metric] = append(s.points[metric], p)
}

func (s *cms) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.points)
}

func (s *cms) setFault(f http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// questions returns the MetricNames that were asked for.
func (s *cms) questions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, q := range s.asked {
		out = append(out, q["MetricName"])
	}
	return out
}

func (s *cms) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if wrong := badSignature(r, testKey, s.secret); wrong != "" {
		refuse(w, http.StatusBadRequest, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation. "+wrong)
		return
	}
	q := make(map[string]string)
	for name, values := range r.URL.Query() {
		q[name] = values[0]
	}
	s.mu.Lock()
	s.asked = append(s.asked, q)
	fault := s.fault
	if one := s.faults[q["MetricName"]]; one != nil {
		fault = one
	}
	s.mu.Unlock()
	switch {
	case fault != nil:
		fault(w, r)
	case r.Method != http.MethodPost || r.URL.Path != "/" || r.Header.Get("x-acs-action") != "DescribeMetricLast" || r.Header.Get("x-acs-version") != "2019-01-01":
		refuse(w, http.StatusNotFound, "InvalidAction.NotFound", "no such operation")
	default:
		s.last(w, q)
	}
}

// last answers with the points of the instances that were asked for, and with
// those of one that was released, as CloudMonitor does without dimensions.
func (s *cms) last(w http.ResponseWriter, q map[string]string) {
	var dims []map[string]string
	if err := json.Unmarshal([]byte(q["Dimensions"]), &dims); err != nil || len(dims) == 0 || len(dims) > 50 {
		refuse(w, http.StatusBadRequest, "ParameterInvalid", "Dimensions")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	points := []map[string]any{}
	for _, p := range s.points[q["MetricName"]] {
		id := p["instanceId"]
		if id == "ghost" || slices.ContainsFunc(dims, func(d map[string]string) bool { return d["instanceId"] == id }) {
			points = append(points, p)
		}
	}
	from, _ := strconv.Atoi(q["NextToken"])
	to := len(points)
	token := ""
	if s.page > 0 && to > from+s.page {
		to = from + s.page
		token = strconv.Itoa(to)
	}
	text, _ := json.Marshal(points[from:to])
	answer := map[string]any{"Code": "200", "Success": true, "RequestId": "0", "Datapoints": string(text)}
	if token != "" {
		answer["NextToken"] = token
	}
	if s.period != "" {
		answer["Period"] = s.period
	}
	body, _ := json.Marshal(answer)
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	_, _ = w.Write(body)
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	body, _ := json.Marshal(map[string]string{"Code": code, "Message": message, "RequestId": "0", "HostId": "cloud.test"})
	_, _ = w.Write(body)
}

func refusing(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { refuse(w, status, code, message) }
}

// badSignature computes the signature ACS3-HMAC-SHA256 of a request, from its
// public description alone, and tells what is wrong with the one it has.
func badSignature(r *http.Request, id, secret string) string {
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), "ACS3-HMAC-SHA256 ")
	if !ok {
		return "no ACS3-HMAC-SHA256 in Authorization"
	}
	parts := make(map[string]string)
	for _, part := range strings.Split(rest, ",") {
		name, value, _ := strings.Cut(part, "=")
		parts[name] = value
	}
	if parts["Credential"] != id {
		return "another key"
	}
	body, _ := io.ReadAll(r.Body)
	sum := sha256.Sum256(body)
	signed := strings.Split(parts["SignedHeaders"], ";")
	canonical := r.Method + "\n" + r.URL.EscapedPath() + "\n" + canonicalQuery(r.URL.Query()) + "\n"
	for _, name := range signed {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		canonical += name + ":" + strings.TrimSpace(value) + "\n"
	}
	for _, name := range []string{"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"} {
		if !slices.Contains(signed, name) {
			return name + " is not signed"
		}
	}
	canonical += "\n" + parts["SignedHeaders"] + "\n" + hex.EncodeToString(sum[:])
	hashed := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + hex.EncodeToString(hashed[:])))
	if want := hex.EncodeToString(mac.Sum(nil)); parts["Signature"] != want {
		return "server string to sign is:" + canonical
	}
	return ""
}

func canonicalQuery(q url.Values) string {
	escape := func(s string) string {
		return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(url.QueryEscape(s))
	}
	var pairs []string
	for name, values := range q {
		for _, v := range values {
			pairs = append(pairs, escape(name)+"="+escape(v))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// serve starts a server and returns its address.
func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// newTestAccount builds an account with the test's keys, which ends with the test.
func newTestAccount(t testing.TB, endpoint string, change ...func(*AccountOptions)) *Account {
	t.Helper()
	o := AccountOptions{Name: "acme", AccessKeyID: testKey, AccessKeySecret: testSecret, Endpoint: endpoint}
	for _, f := range change {
		f(&o)
	}
	a, err := NewAccount(o)
	if err != nil {
		t.Fatalf("NewAccount: %v", err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Errorf("close the account: %v", err)
		}
	})
	return a
}

// newTestCollector builds a Collector, which ends with the test.
func newTestCollector(t testing.TB, a *Account, kind Kind, ids ...string) *Collector {
	t.Helper()
	return collectortest.Build(t, New, CollectorOptions{Account: a, Region: "cn-hangzhou", Kind: kind, Instances: ids})
}

// handlerTransport answers requests in the process, so that a test in a bubble
// of its own time needs no network.
type handlerTransport struct{ h http.Handler }

func (t handlerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	in := r.Clone(r.Context())
	in.Header = make(http.Header) // a server sees the names in their usual form
	for name, values := range r.Header {
		in.Header[http.CanonicalHeaderKey(name)] = values
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	t.h.ServeHTTP(w, in)
	return w.Result(), nil
}

// inProcess lets an account's requests go to h.
func inProcess(a *Account, h http.Handler) {
	a.transport.RegisterProtocol("http", handlerTransport{h})
}

// visit collects once.
func visit(ctx context.Context, c *Collector) ([]collector.Visit, error) {
	visits := make([]collector.Visit, len(c.ids))
	err := c.Collect(ctx, visits)
	return visits, err
}

// read collects once and wants it to go well.
func read(t testing.TB, c *Collector) []collector.Visit {
	t.Helper()
	v, err := visit(t.Context(), c)
	if err != nil {
		t.Fatalf("Collect: %v", err)
	}
	return v
}

// gauges returns all figures of a visit, in words that can be compared.
func gauges(v *collector.Visit) map[string]float64 {
	out := make(map[string]float64)
	for _, m := range fleet.Metrics() {
		if f, ok := v.GaugeOf(m); ok {
			out[m.String()] = math.Round(f*1e6) / 1e6
		}
	}
	return out
}

func values(pairs ...any) map[string]any {
	out := make(map[string]any)
	for i := 0; i < len(pairs); i += 2 {
		out[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return out
}

// pass lets time pass in a bubble, where that takes none, until all is done that
// was due in it.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// quiet is a log for what servers say about clients that fail on purpose.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
