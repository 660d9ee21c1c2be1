package cloud_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

func TestThrottling(t *testing.T) {
	r := newRig(t, cloud.Account{Keys: []cloud.Key{{ID: keyID, Secret: secret}, {ID: "LTAIuser", Secret: "u"}}}, func(o *cloud.Options) { o.Rate = 3 })
	call := func(key, secret string) refusal {
		a := asks(cloud.ListMQTT, nil)
		a.keyID, a.secret = key, secret
		return r.refused(r.signV3(a))
	}
	for i := range 3 {
		if got := call(keyID, secret); got.Status != http.StatusOK {
			t.Fatalf("call %d: %+v", i+1, got)
		}
	}
	for range 2 {
		if got := call("LTAIuser", "u"); got != (refusal{400, "Throttling.User"}) {
			t.Errorf("a user of the same account: %+v", got)
		}
	}
	if got := r.refused(r.signV3(asks(cloud.QueryAccountBalance, nil))); got.Status != http.StatusOK {
		t.Errorf("another operation: %+v", got)
	}
	r.now = r.now.Add(time.Second)
	if got := call(keyID, secret); got.Status != http.StatusOK {
		t.Errorf("a second later: %+v", got)
	}
	if got, want := r.Count(cloud.ListMQTT), (cloud.Count{Calls: 6, Throttled: 2}); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
	r.SetRate(1)
	if got := call(keyID, secret); got.Code != "Throttling.User" {
		t.Errorf("at a lower rate: %+v", got)
	}
}

func TestFaults(t *testing.T) {
	tests := []struct {
		name   string
		fault  cloud.Fault
		status int
		body   string // how it begins
	}{
		{"an error of the cloud's", cloud.Fault{Answer: cloud.AnswerFault}, 500, `{"RequestId":"0"`},
		{"a proxy's page", cloud.Fault{Answer: cloud.AnswerPage}, 502, "<html>"},
		{"a portal's page", cloud.Fault{Answer: cloud.AnswerHTML}, 200, "<html>"},
		{"nothing in it", cloud.Fault{Answer: cloud.AnswerEmpty}, 200, ""},
		{"a body of the test's", cloud.Fault{Answer: cloud.AnswerBody, Body: `{"Success":false}`}, 200, `{"Success":false}`},
		{"16 MiB", cloud.Fault{Answer: cloud.AnswerBig}, 200, `{"Message":"xxxx`},
		{"elsewhere", cloud.Fault{Answer: cloud.AnswerElsewhere, Body: "http://elsewhere.test/"}, 307, ""},
		{"refused", cloud.Fault{Refuse: &cloud.Refusal{Status: 429, Code: "Throttling", RetryAfter: "7"}}, 429, `{"RequestId"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, cloud.Account{})
			r.SetFault(cloud.ListMQTT, tt.fault)
			for range 2 {
				w := r.send(r.signV3(asks(cloud.ListMQTT, nil)))
				if w.Code != tt.status || !strings.HasPrefix(w.Body.String(), tt.body) {
					t.Errorf("status %d, %.40q", w.Code, w.Body)
				}
				if tt.fault.Refuse != nil && w.Header().Get("Retry-After") != "7" {
					t.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
				}
			}
			if got := r.refused(r.signV3(asks(cloud.QueryAccountBalance, nil))); got.Status != http.StatusOK {
				t.Errorf("another operation: %+v", got)
			}
			r.SetFault(cloud.ListMQTT, cloud.Fault{})
			if got := r.refused(r.signV3(asks(cloud.ListMQTT, nil))); got.Status != http.StatusOK {
				t.Errorf("afterwards: %+v", got)
			}
		})
	}
}

func TestFaultOfEverythingForSomeCalls(t *testing.T) {
	r := newRig(t, cloud.Account{})
	r.SetFault("", cloud.Fault{Answer: cloud.AnswerPage, Times: 2})
	r.SetFault(cloud.ListMQTT, cloud.Fault{Answer: cloud.AnswerEmpty})
	want := []int{502, 502, 200, 200}
	for i, status := range want {
		if w := r.send(r.signV3(asks(cloud.QueryAccountBalance, nil))); w.Code != status {
			t.Errorf("call %d: status %d, want %d", i+1, w.Code, status)
		}
	}
	if w := r.send(r.signV3(asks(cloud.ListMQTT, nil))); w.Body.Len() != 0 {
		t.Errorf("its own fault: %q", w.Body)
	}
}

// Faults of the connection need one.
func TestFaultsOfTheConnection(t *testing.T) {
	for name, answer := range map[string]cloud.Answer{"cut": cloud.AnswerCut, "stalls": cloud.AnswerStall, "says nothing": cloud.AnswerNothing} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, cloud.Account{Balance: cloud.Balance{AvailableAmount: "1.00"}})
			r.SetFault(cloud.QueryAccountBalance, cloud.Fault{Answer: answer})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if answer == cloud.AnswerNothing {
					cancel() // the caller goes away once its call has arrived
				}
				r.ServeHTTP(w, req)
			}))
			defer front.Close()
			client := front.Client()
			defer client.CloseIdleConnections()

			a := asks(cloud.QueryAccountBalance, nil)
			a.host = strings.TrimPrefix(front.URL, "http://")
			req := r.signV3(a).WithContext(ctx)
			req.RequestURI = ""
			resp, err := client.Do(req)
			if answer == cloud.AnswerNothing {
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatalf("ask: %v", err)
			}
			defer resp.Body.Close()
			first := make([]byte, 20)
			if _, err := io.ReadFull(resp.Body, first); err != nil || !strings.HasPrefix(string(first), `{"Code":"200"`) {
				t.Fatalf("the first half: %q, %v", first, err)
			}
			if answer == cloud.AnswerStall {
				cancel()
			}
			if rest, err := io.ReadAll(resp.Body); err == nil {
				t.Errorf("the whole body came: %q", rest)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for name, keys := range map[string][]cloud.Key{
		"a key without a secret": {{ID: "a"}},
		"a key without an id":    {{Secret: "a"}},
		"a key given twice":      {{ID: "a", Secret: "b"}, {ID: "a", Secret: "c"}},
	} {
		if _, err := cloud.New(cloud.Options{Accounts: []cloud.Account{{Keys: keys}}}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Whatever comes, it is answered, and nobody gets in without a key.
func FuzzServeHTTP(f *testing.F) {
	f.Add("Action=ListInstances&Version=2020-04-20", "", "/")
	f.Add("", "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=b", "/instances/x")
	f.Add("Action=DescribeMetricLast&Version=2019-01-01&AccessKeyId=a&Signature=b&SignatureNonce=c&Timestamp=d&Format=JSON&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0", "", "/")
	f.Fuzz(func(t *testing.T, query, authorization, path string) {
		r := newRig(t, cloud.Account{})
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
		req.URL.RawQuery, req.URL.Path = query, path
		req.Header.Set("Authorization", authorization)
		if w := r.send(req); w.Code < 400 || w.Code > 499 {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
	})
}
