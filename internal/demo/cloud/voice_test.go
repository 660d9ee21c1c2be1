package cloud_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

func voiceAccount() cloud.Account {
	return cloud.Account{Voice: cloud.Voice{Numbers: []string{"05715678"}, Templates: []cloud.VoiceTemplate{
		{Code: "TTS_1", Content: "您好，${a}。详情，${b}。", Approved: true},
		{Code: "TTS_2", Content: "您好，${a}，详情，${b}，另有，${c}。", Approved: true, Dedicated: true},
		{Code: "TTS_3", Content: "您好，${a}。"},
		{Code: "TTS_4", Content: "您好，${a}，${b}，${c}。", Approved: true},
	}}}
}

func TestSingleCallByTts(t *testing.T) {
	both := `{"a":"x","b":"y"}`
	for _, tt := range []struct {
		name, to, template, params string
		more                       map[string]string
		want                       string
	}{
		{"well", "13800138000", "TTS_1", both, nil, "OK"},
		{"a landline", "05712345678", "TTS_1", both, nil, "OK"},
		{"from a number of its own", "13800138000", "TTS_2", `{"a":"x","b":"y","c":"z"}`, map[string]string{"CalledShowNumber": "05715678", "PlayTimes": "2", "OutId": "bw1"}, "OK"},
		{"with its country", "+8613800138000", "TTS_1", both, nil, "isv.MOBILE_NUMBER_ILLEGAL"},
		{"abroad", "85260000000", "TTS_1", both, nil, "isv.MOBILE_NUMBER_ILLEGAL"},
		{"another number", "13800138000", "TTS_1", both, map[string]string{"CalledShowNumber": "05710000"}, "isv.DISPLAY_NUMBER_ILLEGAL"},
		{"another way of calling", "13800138000", "TTS_2", `{"a":"x","b":"y","c":"z"}`, nil, "isv.TTS_TEMPLATE_ILLEGAL"},
		{"under review", "13800138000", "TTS_3", `{"a":"x"}`, nil, "isv.TTS_TEMPLATE_ILLEGAL"},
		{"too many variables", "13800138000", "TTS_4", `{"a":"x","b":"y","c":"z"}`, nil, "isv.TTS_TEMPLATE_ILLEGAL"},
		{"one is empty", "13800138000", "TTS_1", `{"a":"x","b":""}`, nil, "isv.TEMPLATE_MISSING_PARAMETERS"},
		{"no JSON", "13800138000", "TTS_1", "a=x", nil, "isv.INVALID_PARAMETERS"},
		{"one too many", "13800138000", "TTS_1", `{"a":"x","b":"y","c":"z"}`, nil, "isv.TTS_TEMPLATE_ILLEGAL"},
		{"too long together", "13800138000", "TTS_1", `{"a":"` + strings.Repeat("一", 249) + `","b":"y"}`, nil, "isv.PARAM_LENGTH_LIMIT"},
		{"as long as it may be", "13800138000", "TTS_1", `{"a":"` + strings.Repeat("一", 248) + `","b":"y"}`, nil, "OK"},
		{"an address", "13800138000", "TTS_1", `{"a":"10.0.0.7","b":"y"}`, nil, "isv.PARAM_NOT_SUPPORT_URL"},
		{"read too often", "13800138000", "TTS_1", both, map[string]string{"PlayTimes": "4"}, "isv.INVALID_PARAMETERS"},
		{"a long reference", "13800138000", "TTS_1", both, map[string]string{"OutId": "sixteen-byteslong"}, "isv.INVALID_PARAMETERS"},
	} {
		r := newRig(t, voiceAccount())
		q := map[string]string{"CalledNumber": tt.to, "TtsCode": tt.template, "TtsParam": tt.params}
		for name, v := range tt.more {
			q[name] = v
		}
		got := get[struct {
			Code   string
			CallID string `json:"CallId"`
		}](r, asks(cloud.SingleCallByTts, q))
		if got.Code != tt.want || (got.CallID != "") != (tt.want == "OK") {
			t.Errorf("%s: %+v, want %s", tt.name, got, tt.want)
		}
	}
}

// TestCallsAreRare: one in a minute, five in an hour, and each refusal names its window.
func TestCallsAreRare(t *testing.T) {
	r := newRig(t, voiceAccount())
	said := func() string {
		got := get[struct{ Code, Message string }](r, asks(cloud.SingleCallByTts, map[string]string{"CalledNumber": "13800138000", "TtsCode": "TTS_1", "TtsParam": `{"a":"x","b":"y"}`}))
		return got.Message
	}
	for i := range 5 {
		if got := said(); got != "OK" {
			t.Fatalf("call %d: %s", i+1, got)
		}
		if got := said(); got != "触发分钟级流控Permits:1" {
			t.Errorf("at once after call %d: %s", i+1, got)
		}
		r.now = r.now.Add(time.Minute)
	}
	if got := said(); got != "触发小时级流控Permits:5" {
		t.Errorf("the sixth: %s", got)
	}
}

// TestCallDetails: they come late, and by the day of the call only.
func TestCallDetails(t *testing.T) {
	a := voiceAccount()
	a.Voice.DetailsAfter, a.Voice.Ends = 4*time.Minute, map[string]string{"13800138000": "200003"}
	r := newRig(t, a)
	made := get[struct {
		CallID string `json:"CallId"`
	}](r, asks(cloud.SingleCallByTts, map[string]string{"CalledNumber": "13800138000", "TtsCode": "TTS_1", "TtsParam": `{"a":"x","b":"y"}`}))
	begin, of := r.now, func(product string, at time.Time) string {
		return get[struct{ Data string }](r, asks(cloud.QueryCallDetail, map[string]string{"CallId": made.CallID, "ProdId": product, "QueryDate": strconv.FormatInt(at.UnixMilli(), 10)})).Data
	}
	for _, tt := range []struct {
		name    string
		after   time.Duration
		product string
		at      time.Time
		want    string
	}{
		{"at once", 0, "11000000300006", begin, ""},
		{"when it is not known yet", 3 * time.Minute, "11000000300006", begin, `"state":"200"`},
		{"when it is", 5 * time.Minute, "11000000300006", begin, `"state":"200003"`},
		{"of another product", 5 * time.Minute, "11010000138001", begin, ""},
		{"of another day", 5 * time.Minute, "11000000300006", begin.Add(-24 * time.Hour), ""},
		{"after the call", 5 * time.Minute, "11000000300006", begin.Add(time.Second), ""},
	} {
		r.now = begin.Add(tt.after)
		if got := of(tt.product, tt.at); !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
			t.Errorf("%s: %s", tt.name, got)
		}
	}
}
