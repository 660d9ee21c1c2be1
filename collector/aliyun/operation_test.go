package aliyun

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// TestPausesGrowAndBeginAnew throttles one operation again and again: each pause
// is longer, up to a bound, another operation is not held up, and after a call
// that went well the first pause is a short one again.
func TestPausesGrowAndBeginAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		throttling := true
		a := newTestAccount(t, "http://cloud.test")
		inProcess(a, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if throttling && r.Header.Get("x-acs-action") == "DescribeMetricLast" {
				refuse(w, http.StatusBadRequest, "Throttling.User", "Request was denied due to user flow control.")
				return
			}
			_, _ = w.Write([]byte(`{"Code":"200","Success":true,"Datapoints":"[]"}`))
		}))
		last := Call{API: "metrics", Version: "2019-01-01", Action: "DescribeMetricLast", Region: "cn-hangzhou"}
		pause := func() time.Duration {
			t.Helper()
			err := a.Call(t.Context(), last, &lastAnswer{})
			refusal, ok := errors.AsType[*CallError](err)
			if !ok || !refusal.Throttled() {
				t.Fatalf("got %v", err)
			}
			return refusal.RetryAfter
		}
		for n := 1; n <= 10; n++ {
			d, most := pause(), min(firstPause<<(n-1), longestPause)
			if d < most/2 || d > most {
				t.Errorf("pause %d is %v, want %v to %v", n, d, most/2, most)
			}
			pass(d / 2)
			if left := pause(); left != d-d/2 {
				t.Errorf("after half of a pause of %v, %v are left", d, left)
			}
			if err := a.Call(t.Context(), balance(), &lastAnswer{}); err != nil {
				t.Errorf("another operation: %v", err)
			}
			pass(d)
		}
		throttling = false
		if err := a.Call(t.Context(), last, &lastAnswer{}); err != nil {
			t.Fatal(err)
		}
		throttling = true
		if d := pause(); d > firstPause {
			t.Errorf("after a call that went well, the first pause is %v", d)
		}
	})
}
