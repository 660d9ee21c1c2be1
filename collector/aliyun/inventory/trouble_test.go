package inventory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

// Whatever an API answers, what was known of it is kept, the others are read, and
// the error says in one line which it is.
func TestAnAPIThatFails(t *testing.T) {
	faults := map[string]cloud.Fault{
		"an error of the cloud's": {Answer: cloud.AnswerFault},
		"a proxy's page":          {Answer: cloud.AnswerPage},
		"a portal's page":         {Answer: cloud.AnswerHTML},
		"nothing in it":           {Answer: cloud.AnswerEmpty},
		"cut off":                 {Answer: cloud.AnswerCut},
		"16 MiB":                  {Answer: cloud.AnswerBig},
		"elsewhere":               {Answer: cloud.AnswerElsewhere, Body: "http://192.0.2.1/"},
		"no right to it":          {Refuse: &cloud.Refusal{Status: 403, Code: "Forbidden.RAM", Message: "User not authorized to operate on the specified resource."}},
		"throttled":               {Refuse: &cloud.Refusal{Status: 400, Code: "Throttling.User", Message: "Request was denied due to user flow control."}},
		"no success":              {Answer: cloud.AnswerBody, Body: `{"Code":"500","Success":false,"Message":"try\nlater"}`},
		"no success, in text":     {Answer: cloud.AnswerBody, Body: `{"code":500,"success":"false","message":"try later"}`},
		"a list":                  {Answer: cloud.AnswerBody, Body: `[]`},
		"rows that are none":      {Answer: cloud.AnswerBody, Body: `{"Instances":"x","Data":7,"data":"y"}`},
	}
	titles := map[cloud.Operation]string{
		cloud.ListMQTT: "MQTT in cn-hangzhou", cloud.ListRocketMQ4: "RocketMQ 4 in cn-hangzhou", cloud.ListRocketMQ5: "RocketMQ 5 in cn-hangzhou",
		cloud.DescribeRedis: "Redis in cn-hangzhou", cloud.QueryAvailableInstances: "billing",
	}
	for name, fault := range faults {
		for op, title := range titles {
			if name != "cut off" && name != "no right to it" && op != cloud.DescribeRedis {
				continue // one list that has pages stands for all of them
			}
			t.Run(name+", "+title, func(t *testing.T) {
				r := newRig(t, everything())
				r.sweep()
				before := r.Found()
				r.cloud.SetFault(op, fault)
				for range 4 {
					changed, err := r.trySweep()
					if changed || err == nil || !strings.HasPrefix(err.Error(), title+": ") {
						t.Fatalf("changed %v, error %v", changed, err)
					}
				}
				after := r.Found()
				for i := range after {
					after[i].At = before[i].At
				}
				if diff := cmp.Diff(before, after); diff != "" {
					t.Errorf("found (-before +after):\n%s", diff)
				}
				checkWords(t, r.Problems())
				if !strings.HasPrefix(r.Problems()[0], title+": ") || !strings.Contains(r.Problems()[0], "; ") {
					t.Errorf("problems: %q", r.Problems())
				}
				r.cloud.SetFault(op, cloud.Fault{})
				if name != "throttled" { // which the account leaves alone for a while
					r.sweep()
				}
			})
		}
	}
}

// checkWords holds problems against what a person may be shown.
func checkWords(t *testing.T, problems []string) {
	t.Helper()
	for _, p := range problems {
		if strings.ContainsAny(p, "\n\r\t") || strings.Contains(p, keyID) || strings.Contains(p, secret) || len(p) > 600 {
			t.Errorf("problem %q", p)
		}
	}
}

func TestFailsFromTheBeginning(t *testing.T) {
	r := newRig(t, everything())
	r.cloud.SetFault("", cloud.Fault{Answer: cloud.AnswerPage})
	changed, err := r.trySweep()
	if changed || err == nil || strings.Count(err.Error(), "; ") != 4 {
		t.Errorf("changed %v, error %v", changed, err)
	}
	if len(r.Found()) != 0 || len(r.Problems()) != 5 {
		t.Errorf("found %v, problems %q", r.Found(), r.Problems())
	}
	checkWords(t, r.Problems())
	r.cloud.SetFault("", cloud.Fault{})
	if !r.sweep() || len(r.Found()) != 7 {
		t.Errorf("afterwards: %v", r.ids())
	}
}

// A second page that fails is a list that fails: nothing is gone because of it.
func TestASecondPageThatFails(t *testing.T) {
	var a cloud.Account
	for n := range 75 {
		a.Redis = append(a.Redis, cloud.RedisInstance{InstanceID: fmt.Sprintf("r-%02d", n), RegionID: region})
	}
	r := newRig(t, a)
	r.sweep()
	calls := 0
	whole := r.ask
	r.ask = func(ctx context.Context, q question, into any) error {
		if q.operation == describeRedis {
			if calls++; calls%2 == 0 {
				return errors.New("no answer")
			}
		}
		return whole(ctx, q, into)
	}
	for range 5 {
		if _, err := r.trySweep(); err == nil {
			t.Error("no error")
		}
	}
	if len(r.Found()) != 75 {
		t.Errorf("%d instances are left", len(r.Found()))
	}
}

func TestDetailsThatFail(t *testing.T) {
	var a cloud.Account
	for n := range 20 {
		a.RocketMQ5 = append(a.RocketMQ5, cloud.RocketMQ5Instance{InstanceID: fmt.Sprintf("rmq-cn-%02d", n), RegionID: region, SeriesCode: "standard", Status: "RUNNING",
			PaymentType: "PayAsYouGo", ProductInfo: &cloud.RocketMQ5Product{MsgProcessSpec: "rmq.s2.2xlarge"}})
	}
	r := newRig(t, a)
	r.cloud.SetFault(cloud.GetRocketMQ5, cloud.Fault{Refuse: &cloud.Refusal{Status: 403, Code: "Forbidden.RAM"}})
	r.sweep()
	if got := r.cloud.Count(cloud.GetRocketMQ5).Calls; got != 3 {
		t.Errorf("asked %d times for what is refused, want 3", got)
	}
	checkWords(t, r.Problems())
	if all := strings.Join(r.Problems(), "\n"); !strings.Contains(all, "the details of rmq-cn-00, rmq-cn-01, rmq-cn-02 cannot be read") ||
		!strings.Contains(all, "give capacity: {message_tps: …, connections: …} for rmq-cn-00, rmq-cn-01, rmq-cn-02, rmq-cn-03, rmq-cn-04 and 15 more") {
		t.Errorf("problems: %s", all)
	}
	if len(r.Found()) != 20 {
		t.Errorf("%d instances found", len(r.Found()))
	}
	r.cloud.SetFault(cloud.GetRocketMQ5, cloud.Fault{})
	r.sweep()
	if f := r.one("rmq-cn-19"); f.Spec != "rmq.s2.2xlarge" || len(f.Missing) != 0 || len(r.Problems()) != 0 {
		t.Errorf("afterwards: %+v, problems %q", f, r.Problems())
	}
	// From now on they are known, and stay when they cannot be read again.
	r.cloud.SetFault(cloud.GetRocketMQ5, cloud.Fault{Answer: cloud.AnswerEmpty})
	r.now = r.now.Add(3 * time.Hour)
	r.sweep()
	if f := r.one("rmq-cn-19"); f.Spec != "rmq.s2.2xlarge" || r.now.Sub(f.At) < 3*time.Hour {
		t.Errorf("known for long: %+v", f)
	}
}

// One answer with an earlier end, or with none, is not believed; a second is.
func TestEndsThatMoveCloser(t *testing.T) {
	const later, sooner = "2027-06-30T16:00:00Z", "2026-11-22T16:00:00Z"
	tests := []struct {
		name  string
		told  []string // by sweep
		known []string
	}{
		{"renewed", []string{sooner, later, later}, []string{sooner, later, later}},
		{"one old answer", []string{later, sooner, later, later}, []string{later, later, later, later}},
		{"really sooner", []string{later, sooner, sooner, sooner}, []string{later, later, sooner, sooner}},
		{"one answer without", []string{later, "", later}, []string{later, later, later}},
		{"none any more", []string{later, "", ""}, []string{later, later, ""}},
		{"two different ones", []string{later, sooner, "", sooner, sooner}, []string{later, later, later, later, sooner}},
		{"cannot be read once", []string{later, "soon", later}, []string{later, later, later}},
		{"cannot be read", []string{later, "soon", "soon"}, []string{later, later, ""}},
		{"never known", []string{"", "soon", sooner}, []string{"", "", sooner}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, cloud.Account{Redis: []cloud.RedisInstance{{InstanceID: "r-1", RegionID: region, ChargeType: "PrePaid"}}})
			for n := range tt.told {
				r.cloud.Change(func(a []*cloud.Account) { a[0].Redis[0].EndTime = tt.told[n] })
				r.sweep()
				var want time.Time
				if tt.known[n] != "" {
					want, _ = time.Parse(time.RFC3339, tt.known[n])
				}
				if got := r.one("r-1").Expires; !got.Equal(want) {
					t.Errorf("sweep %d, told %q: %v, want %v", n+1, tt.told[n], got, want)
				}
				if problems := strings.Join(r.Problems(), "\n"); strings.Contains(problems, `its EndTime "soon" cannot be read as a time`) != (tt.told[n] == "soon") {
					t.Errorf("sweep %d: problems %q", n+1, problems)
				}
			}
		})
	}
}

func TestBillingAndProductDisagree(t *testing.T) {
	a := everything()
	a.MQTT[0].ExpireTime = china(2027, 2, 1).UnixMilli()
	r := newRig(t, a)
	r.sweep()
	if f := r.one("mqtt-cn-a"); !f.Expires.Equal(china(2027, 1, 1)) {
		t.Errorf("expires %v", f.Expires)
	}
	const want = "mqtt-cn-a: MQTT says that it expires 2027-01-31T16:00:00Z, billing says 2026-12-31T16:00:00Z; billing is believed"
	if got := r.Problems()[0]; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestACancelledSweep(t *testing.T) {
	r := newRig(t, everything())
	r.sweep()
	before, problems := r.Found(), r.Problems()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if changed, err := r.Sweep(ctx, r.now); changed || !errors.Is(err, context.Canceled) {
		t.Errorf("changed %v, error %v", changed, err)
	}
	if cmp.Diff(before, r.Found()) != "" || cmp.Diff(problems, r.Problems()) != "" {
		t.Error("a cancelled sweep was told as one")
	}
	late, stop := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer stop()
	if _, err := r.Sweep(late, r.now); !errors.Is(err, context.DeadlineExceeded) || len(r.Problems()) <= len(problems) {
		t.Errorf("a sweep that took too long: %v, problems %q", err, r.Problems())
	}
}

func TestStatusBringsDetails(t *testing.T) {
	a := everything()
	r := newRig(t, a)
	r.sweep()
	r.cloud.Change(func(a []*cloud.Account) {
		a[0].RocketMQ5[0].Status = "CHANGING"
		a[0].RocketMQ5[0].ProductInfo = &cloud.RocketMQ5Product{MsgProcessSpec: "rmq.u2.20xlarge"}
		a[0].RocketMQ4[1].InstanceStatus, a[0].RocketMQ4[1].MaxTPS = 7, 20000
	})
	r.sweep()
	if f := r.one("rmq-cn-a"); f.Spec != "rmq.u2.20xlarge" {
		t.Errorf("RocketMQ 5: %+v", f)
	}
	if f := r.one("MQ_INST_1_BXplatinum"); f.Spec != "tps-20k" || f.Capacity[fleet.MessageTPS] != 20000 {
		t.Errorf("RocketMQ 4: %+v", f)
	}
}

// An account of the international site is told so by the Chinese one.
func TestTheOtherSite(t *testing.T) {
	r := newRig(t, everything())
	r.cloud.SetFault(cloud.QueryAvailableInstances, cloud.Fault{Times: 1,
		Refuse: &cloud.Refusal{Status: 400, Code: "NotApplicable", Message: "This API is not applicable for caller."}})
	r.sweep()
	if !r.abroad || len(r.Found()) != 7 {
		t.Errorf("abroad %v, %d instances", r.abroad, len(r.Found()))
	}
	r.sweep()
	if got := r.cloud.Count(cloud.QueryAvailableInstances).Calls; got != 3 {
		t.Errorf("%d calls, want 3", got)
	}
}

// Keys that may not see an instance any more are told a list without it. What is
// still paid for is not gone.
func TestNotListedButPaidFor(t *testing.T) {
	r := newRig(t, everything())
	r.sweep()
	r.cloud.Change(func(a []*cloud.Account) { a[0].MQTT = nil })
	for n := range 5 {
		if r.sweep() {
			t.Errorf("sweep %d changed something", n)
		}
	}
	const want = "MQTT in cn-hangzhou: mqtt-cn-a is not listed any more, but billing still has it: may the keys still see it? It is kept"
	if got := r.Problems()[0]; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	r.cloud.Change(func(a []*cloud.Account) { a[0].Bills[0].Status = "Expired" })
	r.sweep() // the list is asked before billing
	if !r.sweep() || strings.Contains(strings.Join(r.ids(), " "), "mqtt") {
		t.Errorf("not paid for any more: %v", r.ids())
	}
}
