package cloud_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

func smsAccount() cloud.Account {
	return cloud.Account{SMS: cloud.SMS{Signatures: []string{"云监"}, Templates: []cloud.SMSTemplate{{Code: "SMS_1", Content: "告警${a}，${b}。", Status: 1}, {Code: "SMS_2", Content: "x"}}}}
}

type smsSaid struct {
	Code, Message     string
	BizID             string `json:"BizId"`
	TotalCount        string
	SmsSendDetailDTOs struct {
		SmsSendDetailDTO []struct {
			OutID      string `json:"OutId"`
			SendStatus int
		}
	}
}

func TestSendSms(t *testing.T) {
	for _, tt := range []struct{ name, to, sign, template, params, want string }{
		{"well", "13800138000", "云监", "SMS_1", `{"a":"x","b":"y"}`, "OK"},
		{"with its country", "+8613800138000", "云监", "SMS_1", `{"a":"x","b":"y"}`, "OK"},
		{"abroad", "85260000000", "云监", "SMS_1", `{"a":"x","b":"y"}`, "OK"},
		{"a landline", "862088886666", "云监", "SMS_1", `{"a":"x","b":"y"}`, "isv.MOBILE_NUMBER_ILLEGAL"},
		{"no number", "138-0013", "云监", "SMS_1", `{"a":"x","b":"y"}`, "isv.MOBILE_NUMBER_ILLEGAL"},
		{"another signature", "13800138000", "别人", "SMS_1", `{"a":"x","b":"y"}`, "isv.SMS_SIGNATURE_ILLEGAL"},
		{"under review", "13800138000", "云监", "SMS_2", `{}`, "isv.SMS_TEMPLATE_ILLEGAL"},
		{"no template", "13800138000", "云监", "SMS_9", `{}`, "isv.SMS_TEMPLATE_ILLEGAL"},
		{"no JSON", "13800138000", "云监", "SMS_1", `a=x`, "isv.INVALID_JSON_PARAM"},
		{"a number for text", "13800138000", "云监", "SMS_1", `{"a":1,"b":"y"}`, "isv.INVALID_JSON_PARAM"},
		{"one is missing", "13800138000", "云监", "SMS_1", `{"a":"x"}`, "isv.TEMPLATE_MISSING_PARAMETERS"},
		{"one is empty", "13800138000", "云监", "SMS_1", `{"a":"x","b":""}`, "isv.TEMPLATE_MISSING_PARAMETERS"},
		{"one too many", "13800138000", "云监", "SMS_1", `{"a":"x","b":"y","c":"z"}`, "isv.SMS_TEMPLATE_ILLEGAL"},
		{"as long as it may be", "13800138000", "云监", "SMS_1", `{"a":"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五","b":"y"}`, "OK"},
		{"too long", "13800138000", "云监", "SMS_1", `{"a":"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六","b":"y"}`, "isv.PARAM_LENGTH_LIMIT"},
		{"a link", "13800138000", "云监", "SMS_1", `{"a":"http://h","b":"y"}`, "isv.PARAM_NOT_SUPPORT_URL"},
		{"a host", "13800138000", "云监", "SMS_1", `{"a":"h.example.com","b":"y"}`, "isv.PARAM_NOT_SUPPORT_URL"},
		{"brackets", "13800138000", "云监", "SMS_1", `{"a":"【x】","b":"y"}`, "isv.UNSUPPORTED_CONTENT"},
	} {
		r := newRig(t, smsAccount())
		got := get[smsSaid](r, asks(cloud.SendSms, map[string]string{"PhoneNumbers": tt.to, "SignName": tt.sign, "TemplateCode": tt.template, "TemplateParam": tt.params, "OutId": "1"}))
		if got.Code != tt.want || (got.BizID != "") != (tt.want == "OK") {
			t.Errorf("%s: %+v, want %s", tt.name, got, tt.want)
		}
	}
}

// TestSmsDetails lists what was accepted, by day of Beijing and page by page, once it is listed.
func TestSmsDetails(t *testing.T) {
	account := smsAccount()
	account.SMS.Lag, account.SMS.ReceiptAfter, account.SMS.PerDay = 10*time.Second, time.Minute, 3
	r := newRig(t, account)
	r.now = time.Date(2026, 11, 22, 15, 59, 0, 0, time.UTC) // 23:59 in Beijing
	send := func(id string) string {
		return get[smsSaid](r, asks(cloud.SendSms, map[string]string{"PhoneNumbers": "13800138000", "SignName": "云监", "TemplateCode": "SMS_1", "TemplateParam": `{"a":"x","b":"y"}`, "OutId": id})).Code
	}
	list := func(day, page, biz string) smsSaid {
		q := map[string]string{"PhoneNumber": "13800138000", "SendDate": day, "PageSize": "1", "CurrentPage": page}
		if biz != "" {
			q["BizId"] = biz
		}
		return get[smsSaid](r, asks(cloud.QuerySendDetails, q))
	}
	send("first")
	if got := list("20261122", "1", ""); got.TotalCount != "0" {
		t.Errorf("at once: %+v", got)
	}
	r.now = r.now.Add(30 * time.Second)
	send("second")
	r.now = r.now.Add(2 * time.Minute) // the next day
	send("third")
	r.now = r.now.Add(20 * time.Second)
	for _, tt := range []struct{ day, page, biz, want string }{
		{"20261122", "1", "", "second 3 2"}, {"20261122", "2", "", "first 3 2"}, {"20261122", "3", "", " 0 2"}, {"20261123", "1", "", "third 1 1"}, {"20261122", "1", "900619746936498400^0", "first 3 1"},
	} {
		told := list(tt.day, tt.page, tt.biz)
		got := " 0 " + told.TotalCount
		for _, d := range told.SmsSendDetailDTOs.SmsSendDetailDTO {
			got = fmt.Sprintf("%s %d %s", d.OutID, d.SendStatus, told.TotalCount)
		}
		if got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
	if code := send("fourth"); code != "isv.BUSINESS_LIMIT_CONTROL" {
		t.Errorf("the fourth of three a day: %s", code)
	}
}
