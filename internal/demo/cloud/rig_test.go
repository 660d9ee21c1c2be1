package cloud_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sort"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	keyID  = "LTAI5tOfATestAndNothingElse"
	secret = "the-secret-of-a-test"
	uid    = "1234567890123456"
)

// rig is a cloud with a clock, asked without a network unless a test needs one.
type rig struct {
	*cloud.Server
	t      *testing.T
	now    time.Time
	nonces int
}

func newRig(t *testing.T, a cloud.Account, change ...func(*cloud.Options)) *rig {
	t.Helper()
	r := &rig{t: t, now: time.Date(2026, 11, 22, 14, 3, 20, 0, time.UTC)}
	if a.UID == "" {
		a.UID = uid
	}
	if a.Keys == nil {
		a.Keys = []cloud.Key{{ID: keyID, Secret: secret}}
	}
	o := cloud.Options{Accounts: []cloud.Account{a}, Now: func() time.Time { return r.now }}
	for _, f := range change {
		f(&o)
	}
	s, err := cloud.New(o)
	if err != nil {
		t.Fatalf("make the cloud: %v", err)
	}
	r.Server = s
	return r
}

// ask is a request before it is signed.
type ask struct {
	method, host, path string
	action, version    string
	query              map[string]string
	body               string
	keyID, secret      string
	token              string
	nonce              string    // "" is a new one
	at                 time.Time // zero is now
}

// asks returns the request of an operation.
func asks(op cloud.Operation, query map[string]string) ask {
	product, action, _ := strings.Cut(string(op), ":")
	version := map[string]string{"cms": "2019-01-01", "onsmqtt": "2020-04-20", "rocketmq": "2022-08-01",
		"ons": "2019-02-14", "r-kvstore": "2015-01-01", "bss": "2017-12-14", "dysms": "2017-05-25", "dyvms": "2017-05-25"}[product]
	a := ask{method: "POST", host: "cloud.test", path: "/", action: action, version: version, query: query, keyID: keyID, secret: secret}
	switch op {
	case cloud.ListRocketMQ5:
		a.method, a.path = "GET", "/instances"
	case cloud.GetRocketMQ5:
		a.method, a.path = "GET", "/instances/"+query["id"]
		a.query = nil
	}
	return a
}

// escape is the percent-encoding of RFC 3986, written apart from the server's.
func escape(s string) string {
	return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(url.QueryEscape(s))
}

func sortedQuery(q map[string]string) string {
	names := make([]string, 0, len(q))
	for name := range q {
		names = append(names, name)
	}
	sort.Strings(names)
	for i, name := range names {
		names[i] = escape(name) + "=" + escape(q[name])
	}
	return strings.Join(names, "&")
}

func (r *rig) fill(a *ask) {
	if a.at.IsZero() {
		a.at = r.now
	}
	if a.nonce == "" {
		r.nonces++
		a.nonce = fmt.Sprintf("nonce-%d", r.nonces)
	}
}

// signV3 makes a request whose signature stands in the headers.
func (r *rig) signV3(a ask) *http.Request {
	r.fill(&a)
	query := sortedQuery(a.query)
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(a.body)))
	headers := map[string]string{
		"host": a.host, "x-acs-action": a.action, "x-acs-version": a.version, "x-acs-content-sha256": sum,
		"x-acs-date": a.at.UTC().Format("2006-01-02T15:04:05Z"), "x-acs-signature-nonce": a.nonce,
	}
	if a.token != "" {
		headers["x-acs-security-token"] = a.token
	}
	names := make([]string, 0, len(headers))
	for name := range headers {
		names = append(names, name)
	}
	sort.Strings(names)
	canonical := a.method + "\n" + a.path + "\n" + query + "\n"
	for _, name := range names {
		canonical += name + ":" + headers[name] + "\n"
	}
	canonical += "\n" + strings.Join(names, ";") + "\n" + sum
	mac := hmac.New(sha256.New, []byte(a.secret))
	fmt.Fprintf(mac, "ACS3-HMAC-SHA256\n%x", sha256.Sum256([]byte(canonical)))

	req := httptest.NewRequestWithContext(r.t.Context(), a.method, "http://"+a.host+a.path+"?"+query, strings.NewReader(a.body))
	for name, value := range headers {
		if name != "host" {
			req.Header.Set(name, value)
		}
	}
	req.Header.Set("Authorization", fmt.Sprintf("ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=%s,Signature=%x",
		a.keyID, strings.Join(names, ";"), mac.Sum(nil)))
	return req
}

// signV1 makes a request whose signature stands in the query.
func (r *rig) signV1(a ask) *http.Request {
	r.fill(&a)
	all := map[string]string{
		"Action": a.action, "Version": a.version, "Format": "JSON", "AccessKeyId": a.keyID, "SignatureMethod": "HMAC-SHA1",
		"SignatureVersion": "1.0", "SignatureNonce": a.nonce, "Timestamp": a.at.UTC().Format("2006-01-02T15:04:05Z"),
	}
	if a.token != "" {
		all["SecurityToken"] = a.token
	}
	for name, value := range a.query {
		all[name] = value
	}
	mac := hmac.New(sha1.New, []byte(a.secret+"&"))
	mac.Write([]byte(a.method + "&%2F&" + escape(sortedQuery(all))))
	all["Signature"] = base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return httptest.NewRequestWithContext(r.t.Context(), a.method, "http://"+a.host+"/?"+sortedQuery(all), nil)
}

// send asks without a network.
func (r *rig) send(req *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	return w
}

// refusal is an error answer, of the gateway or of a product.
type refusal struct {
	Status int
	Code   string
}

func (r *rig) refused(req *http.Request) refusal {
	r.t.Helper()
	w := r.send(req)
	var said struct{ Code, Message string }
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil {
		r.t.Fatalf("answer %q: %v", w.Body, err)
	}
	return refusal{w.Code, said.Code}
}

// get asks for an operation and reads its answer.
func get[T any](r *rig, a ask) T {
	r.t.Helper()
	w := r.send(r.signV3(a))
	if w.Code != http.StatusOK {
		r.t.Fatalf("%s: status %d: %s", a.action, w.Code, w.Body)
	}
	var v T
	dec := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
	if err := dec.Decode(&v); err != nil {
		r.t.Fatalf("answer %q: %v", w.Body, err)
	}
	return v
}
