package aliyun_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/internal/demo/cloud"
	"github.com/brimwatch/brimwatch/notifier"
)

// aged is a message whose first attempt began a while ago.
func aged(d time.Duration) notifier.Message {
	m := message(raiseText)
	m.Age = d
	return m
}

func TestFind(t *testing.T) {
	mine := func(at time.Time, outID string) cloud.SMSText {
		return cloud.SMSText{BizID: "1^0", To: "13800138000", OutID: outID, At: at, Content: arrives}
	}
	for _, tt := range []struct {
		name  string
		sent  func(now time.Time) []cloud.SMSText
		age   time.Duration
		fails string
		found bool
		want  notifier.ReceiptStatus
	}{
		{"there", func(now time.Time) []cloud.SMSText { return []cloud.SMSText{mine(now.Add(-time.Minute), "msg_2kq7")} }, time.Minute, "", true, notifier.Delivered},
		{"another one", func(now time.Time) []cloud.SMSText { return []cloud.SMSText{mine(now, "msg_other")} }, time.Minute, "", false, ""},
		{"nothing", func(time.Time) []cloud.SMSText { return nil }, time.Minute, "", false, ""},
		{"yesterday", func(now time.Time) []cloud.SMSText {
			return []cloud.SMSText{mine(now.Add(-23*time.Hour), "msg_2kq7")}
		}, 23 * time.Hour, "", true, notifier.Delivered},
		{"days ago", func(now time.Time) []cloud.SMSText {
			return []cloud.SMSText{mine(now.Add(-70*time.Hour), "msg_2kq7")}
		}, 70 * time.Hour, "", true, notifier.Delivered},
		{"behind a hundred others", func(now time.Time) (out []cloud.SMSText) {
			out = append(out, mine(now, "msg_2kq7"))
			for range 120 {
				out = append(out, mine(now, "msg_other"))
			}
			return out
		}, time.Minute, "", true, notifier.Delivered},
		{"refused by the carrier", func(now time.Time) []cloud.SMSText { return []cloud.SMSText{mine(now, "msg_2kq7")} }, time.Minute, "MOBILE_IN_BLACK", true, notifier.Failed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, cloud.SMS{Sent: tt.sent(time.Now()), Fails: map[string]string{"13800138000": tt.fails}})
			got, found, err := r.Find(t.Context(), aged(tt.age))
			if err != nil || found != tt.found || got.Status != tt.want {
				t.Fatalf("found %t as %+v, %v", found, got, err)
			}
			if found && (got.ProviderID != "msg_2kq7" || got.Segments != 2) {
				t.Errorf("receipt %+v", got)
			}
			if tt.want == notifier.Failed && (!got.AboutRecipient || !strings.Contains(got.Detail, "want no messages")) {
				t.Errorf("receipt %+v", got)
			}
		})
	}
}

// TestFoundIsTracked: a message that was found is asked about by the id that went along.
func TestFoundIsTracked(t *testing.T) {
	r := newRig(t, cloud.SMS{ReceiptAfter: time.Hour})
	if _, err := r.Send(t.Context(), message(raiseText)); err != nil {
		t.Fatal(err)
	}
	found, ok, err := r.Find(t.Context(), aged(time.Minute))
	if !ok || err != nil || found.Status != notifier.Accepted {
		t.Fatalf("found %t as %+v, %v", ok, found, err)
	}
	r.change(func(s *cloud.SMS) { s.ReceiptAfter = 0 })
	if got, err := r.Track(t.Context(), track(found)); err != nil || got.Status != notifier.Delivered {
		t.Errorf("what became of it: %+v, %v", got, err)
	}
}

// TestNotListedYet: what the cloud accepted a moment ago may not be listed, and is looked up
// again before it counts as lost.
func TestNotListedYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, cloud.SMS{Lag: 15 * time.Second})
		m := message(raiseText)
		if _, err := r.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		<-time.After(5 * time.Second)
		m.Age = time.Since(began)
		_, found, err := r.Find(t.Context(), m)
		wait, asked := notifier.RetryAfter(err)
		if found || !asked || wait != 15*time.Second || notifier.IsUndecidable(err) {
			t.Fatalf("after 5 s: found %t, %v", found, err)
		}
		<-time.After(wait)
		m.Age = time.Since(began)
		if _, found, err := r.Find(t.Context(), m); !found || err != nil {
			t.Errorf("after %s: found %t, %v", m.Age, found, err)
		}
	})
}

// TestMidnight: the cloud's day is that of Beijing, and a look-up after midnight finds what was
// sent before.
func TestMidnight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		<-time.After(15*time.Hour + 59*time.Minute + 50*time.Second) // 2000-01-01 23:59:50 in Beijing
		r := newRig(t, cloud.SMS{})
		m := message(raiseText)
		receipt, err := r.Send(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		sent := track(receipt)
		<-time.After(30 * time.Second)
		m.Age = 30 * time.Second
		if _, found, err := r.Find(t.Context(), m); !found || err != nil {
			t.Errorf("found %t, %v", found, err)
		}
		if got, err := r.Track(t.Context(), sent); err != nil || got.Status != notifier.Delivered {
			t.Errorf("what became of it: %+v, %v", got, err)
		}
		sent.At = sent.At.Add(20 * time.Second) // by a clock of ours that is ahead
		if got, err := r.Track(t.Context(), sent); err != nil || got.Status != notifier.Delivered {
			t.Errorf("what became of it, by a clock that is ahead: %+v, %v", got, err)
		}
	})
}

func TestLookupsThatCannotTell(t *testing.T) {
	refuse := func(code string, status int) func(*rig) {
		return func(r *rig) {
			r.SetFault(cloud.QuerySendDetails, cloud.Fault{Refuse: &cloud.Refusal{Status: status, Code: code, Message: "no"}})
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*rig)
		age    time.Duration
		never  bool
		says   string
	}{
		{"no right to look", refuse("isp.RAM_PERMISSION_DENY", 403), time.Minute, true, "dysms:QuerySendDetails"},
		{"too often", refuse("Throttling.User", 400), time.Minute, false, "too often"},
		{"a fault of the cloud", func(r *rig) { r.SetFault(cloud.QuerySendDetails, cloud.Fault{Answer: cloud.AnswerFault}) }, time.Minute, false, "500"},
		{"a portal", func(r *rig) { r.SetFault(cloud.QuerySendDetails, cloud.Fault{Answer: cloud.AnswerHTML}) }, time.Minute, false, "not what Alibaba Cloud writes"},
		{"something new", refuse("isv.NEW", 200), time.Minute, true, "isv.NEW"},
		{"too long ago", func(*rig) {}, 40 * 24 * time.Hour, true, "30 days"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, cloud.SMS{})
			tt.change(r)
			_, found, err := r.Find(t.Context(), aged(tt.age))
			if found || err == nil || notifier.IsUndecidable(err) != tt.never || notifier.IsUnknown(err) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("found %t, %v", found, err)
			}
			if tt.age == time.Minute {
				if _, err := r.Track(t.Context(), track(notifier.Receipt{ProviderID: "1^0"})); err == nil {
					t.Error("asking what became of it went well")
				}
			}
		})
	}
}

func TestReceipts(t *testing.T) {
	for code, want := range map[string]notifier.Receipt{
		"MOBILE_NOT_ON_SERVICE": {Again: true}, "INVALID_NUMBER": {AboutRecipient: true}, "USER_REJECT": {AboutRecipient: true}, "CONTENT_KEYWORD": {}, "XY:99": {},
	} {
		r := newRig(t, cloud.SMS{Fails: map[string]string{"13800138000": code}})
		receipt, err := r.Send(t.Context(), message(raiseText))
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Track(t.Context(), track(receipt))
		if err != nil || got.Status != notifier.Failed || got.Again != want.Again || got.AboutRecipient != want.AboutRecipient || !strings.Contains(got.Detail, code) {
			t.Errorf("%s: %+v, %v", code, got, err)
		}
	}
}
