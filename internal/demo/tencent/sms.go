package tencent

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

type sendRequest struct {
	PhoneNumberSet   []string
	SmsSdkAppID      string `json:"SmsSdkAppId"`
	SignName         string
	TemplateID       string `json:"TemplateId"`
	TemplateParamSet []string
	SessionContext   string
}

// send takes a message over, or says why not: of the whole request, or of its number.
func (s *Server) send(in *sendRequest) (map[string]any, *refusal) {
	switch {
	case in.SmsSdkAppID != s.app.AppID:
		return nil, &refusal{"UnauthorizedOperation.SmsSdkAppIdVerifyFail", "SmsSdkAppId verify fail."}
	case len(in.PhoneNumberSet) != 1 || len(in.SessionContext) >= 512:
		return nil, &refusal{"InvalidParameter", "PhoneNumberSet or SessionContext"}
	}
	to := in.PhoneNumberSet[0]
	status := map[string]any{"SerialNo": "", "PhoneNumber": to, "Fee": 0, "SessionContext": in.SessionContext, "IsoCode": "CN"}
	text, code, message := s.compose(in, to)
	status["Code"], status["Message"] = code, message
	if code == "Ok" {
		text.SerialNo = fmt.Sprintf("5000:10457106691570536578494%05d", len(s.app.Sent))
		s.app.Sent = append(s.app.Sent, text)
		status["SerialNo"], status["Fee"] = text.SerialNo, segments(text.Content)
	}
	return map[string]any{"SendStatusSet": []any{status}}, nil
}

// segments counts as in mainland China: 70 signs, or parts of 67.
func segments(text string) int {
	n := utf8.RuneCountInString(text)
	if n <= 70 {
		return 1
	}
	return (n + 66) / 67
}

// compose looks at signature, template, values and number, in the cloud's order.
func (s *Server) compose(in *sendRequest, to string) (t Text, code, message string) {
	a := &s.app
	if !regexp.MustCompile(`^\+[1-9]\d{7,14}$`).MatchString(to) || strings.HasPrefix(to, "+86") && !regexp.MustCompile(`^\+861\d{10}$`).MatchString(to) {
		return t, "InvalidParameterValue.IncorrectPhoneNumber", "incorrect phone number"
	}
	if len(a.Countries) > 0 && !slices.ContainsFunc(a.Countries, func(c string) bool { return strings.HasPrefix(to, c) }) {
		return t, "UnsupportedOperation.UnsuportedRegion", "unsupported region"
	}
	if !slices.Contains(a.Signatures, in.SignName) {
		return t, "FailedOperation.SignatureIncorrectOrUnapproved", "signature is incorrect or unapproved"
	}
	i := slices.IndexFunc(a.Templates, func(t Template) bool { return strconv.FormatUint(t.ID, 10) == in.TemplateID })
	if i < 0 || a.Templates[i].Status != 0 {
		return t, "FailedOperation.TemplateIncorrectOrUnapproved", "template is incorrect or unapproved"
	}
	content := a.Templates[i].Content
	if len(regexp.MustCompile(`\{\d+\}`).FindAllString(content, -1)) != len(in.TemplateParamSet) {
		return t, "FailedOperation.TemplateParamSetNotMatchApprovedTemplate", "template params do not match"
	}
	for n, v := range in.TemplateParamSet {
		if code, message := a.value(v); code != "" {
			return t, code, message
		}
		content = strings.ReplaceAll(content, "{"+strconv.Itoa(n+1)+"}", v)
	}
	t = Text{To: to, Session: in.SessionContext, TemplateID: in.TemplateID, Values: in.TemplateParamSet, Content: "【" + in.SignName + "】" + content, At: s.now()}
	code, message = s.allows(to)
	return t, code, message
}

// value looks at one value.
func (a *App) value(v string) (code, message string) {
	switch {
	case v == "":
		return "InvalidParameterValue.TemplateParameterFormatError", "a parameter is empty"
	case a.VariableLength > 0 && utf8.RuneCountInString(v) > a.VariableLength:
		return "InvalidParameterValue.TemplateParameterLengthLimit", "template parameter length limit"
	case strings.Contains(v, "://"), regexp.MustCompile(`(?i)[a-z0-9-]+\.(com|cn|net|org|io)\b`).MatchString(v):
		return "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", "prohibited use url in template parameter"
	case strings.ContainsAny(v, "【】\r\n"):
		return "FailedOperation.TemplateIncorrectOrUnapproved", "template is incorrect or unapproved"
	}
	for _, w := range a.Words {
		if strings.Contains(v, w) {
			return "FailedOperation.ContainSensitiveWord", "contain sensitive word"
		}
	}
	return "", ""
}

// allows tells whether one more message to a number is taken.
func (s *Server) allows(to string) (code, message string) {
	if s.app.NoMoney {
		return "FailedOperation.InsufficientBalanceInSmsPackage", "insufficient balance in SMS package"
	}
	recent := 0
	for i := range s.app.Sent {
		if t := &s.app.Sent[i]; t.To == to && s.now().Sub(t.At) < time.Hour {
			recent++
		}
	}
	if s.app.PerHour > 0 && recent >= s.app.PerHour {
		return "LimitExceeded.PhoneNumberOneHourLimit", "the number of sms messages sent from a single mobile number within 1 hour exceeds the upper limit"
	}
	return "Ok", "send success"
}

type pullRequest struct {
	BeginTime, EndTime int64
	Offset, Limit      int
	PhoneNumber        string
	SmsSdkAppID        string `json:"SmsSdkAppId"`
}

// pull tells what became of the messages to a number, as far as a receipt has come.
func (s *Server) pull(in *pullRequest) (map[string]any, *refusal) {
	now := s.now()
	switch {
	case in.SmsSdkAppID != s.app.AppID:
		return nil, &refusal{"UnauthorizedOperation.SmsSdkAppIdVerifyFail", "SmsSdkAppId verify fail."}
	case in.BeginTime < now.Add(-7*24*time.Hour).Unix() || in.BeginTime > in.EndTime:
		return nil, &refusal{"InvalidParameterValue.BeginTimeVerifyFail", "BeginTime"}
	case in.Offset != 0:
		return nil, &refusal{"InvalidParameterValue.OffsetVerifyFail", "Offset"}
	case in.Limit < 1 || in.Limit > 100:
		return nil, &refusal{"InvalidParameterValue.LimitVerifyFail", "Limit"}
	}
	set := []any{}
	for i := range s.app.Sent {
		t := &s.app.Sent[i]
		told := t.At.Add(s.app.ReceiptAfter)
		if t.To != in.PhoneNumber || told.After(now) || t.At.Unix() < in.BeginTime || t.At.Unix() > in.EndTime || len(set) == in.Limit {
			continue
		}
		row := map[string]any{
			"UserReceiveTime": told.Unix(), "CountryCode": "86", "SubscriberNumber": strings.TrimPrefix(t.To, "+86"), "PhoneNumber": t.To,
			"SerialNo": t.SerialNo, "ReportStatus": "SUCCESS", "Description": "DELIVRD", "SessionContext": nil,
		}
		if s.app.Session {
			row["SessionContext"] = t.Session
		}
		if why := s.app.Fails[t.To]; why != "" {
			row["ReportStatus"], row["Description"] = "FAIL", why
		}
		set = append(set, row)
	}
	return map[string]any{"PullSmsSendStatusSet": set}, nil
}

type listRequest struct {
	International int
	TemplateIDSet []uint64 `json:"TemplateIdSet"`
}

// list tells the templates that are asked for; all are for mainland China.
func (s *Server) list(in *listRequest) map[string]any {
	set := []any{}
	for _, t := range s.app.Templates {
		if in.International == 0 && slices.Contains(in.TemplateIDSet, t.ID) {
			set = append(set, map[string]any{"TemplateId": t.ID, "International": 0, "StatusCode": t.Status, "ReviewReply": t.Reply, "TemplateName": "x", "CreateTime": 1617379200, "TemplateContent": t.Content})
		}
	}
	return map[string]any{"DescribeTemplateStatusSet": set}
}
