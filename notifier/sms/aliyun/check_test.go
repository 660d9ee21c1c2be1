package aliyun_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/internal/demo/cloud"
	"github.com/brimwatch/brimwatch/notifier/sms/aliyun"
	"github.com/brimwatch/brimwatch/notifier/sms/template"
)

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name      string
		templates []cloud.SMSTemplate
		want      []string
	}{
		{"all is well", []cloud.SMSTemplate{{Code: "SMS_1", Content: content, Status: 1}, {Code: "SMS_2", Content: content, Status: 1}}, nil},
		{"one is missing", []cloud.SMSTemplate{{Code: "SMS_1", Content: content, Status: 1}}, []string{"the account has no template SMS_2; correct templates"}},
		{"reviews", []cloud.SMSTemplate{{Code: "SMS_1", Content: content}, {Code: "SMS_2", Content: content, Status: 2, Reason: "变量过多"}}, []string{
			"template SMS_1 is still under review, so nothing can be sent by it",
			"template SMS_2 is not approved (status 2), so nothing can be sent by it: 变量过多",
		}},
		{"other variables", []cloud.SMSTemplate{{Code: "SMS_1", Content: content + "${x}", Status: 1}, {Code: "SMS_2", Content: "告警${t1}，${t2}", Status: 1}}, []string{
			"template SMS_1 has variables that are not filled: x; name them in variables",
			"template SMS_2 lacks variables that hold a part of the text: t3, t4, t5; apply for one that has them, or take them out of variables",
		}},
	} {
		r := newRig(t, cloud.SMS{Templates: tt.templates}, func(o *aliyun.Options) {
			o.Templates = template.Set{Default: "SMS_1", ByRule: map[string]string{"expiry": "SMS_2"}}
		})
		got, err := r.Check(t.Context())
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", tt.name, err, diff)
		}
	}
}

// TestCheckByTheOlderOperation: a key may be allowed only one of the two.
func TestCheckByTheOlderOperation(t *testing.T) {
	r := newRig(t, cloud.SMS{})
	r.Change(func(a []*cloud.Account) { a[0].Keys[0].Denied = []cloud.Operation{cloud.GetSmsTemplate} })
	if faults, err := r.Check(t.Context()); err != nil || faults != nil {
		t.Errorf("%v, %v", faults, err)
	}
	r.Change(func(a []*cloud.Account) { a[0].Keys[0].Denied = append(a[0].Keys[0].Denied, cloud.QuerySmsTemplate) })
	if _, err := r.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "dysms:GetSmsTemplate") {
		t.Errorf("with neither: %v", err)
	}
}

// TestSegmentsAreCounted once the text of the template is known.
func TestSegmentsAreCounted(t *testing.T) {
	r := newRig(t, cloud.SMS{})
	if _, err := r.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := r.Send(t.Context(), message(raiseText))
	if err != nil || got.Segments != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}
