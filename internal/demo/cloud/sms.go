package cloud

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SMS is what an account has of the Short Message Service (dysmsapi).
type SMS struct {
	Signatures []string // those that were approved
	Templates  []SMSTemplate
	// VariableLength is how many signs a variable may have; 0 is 35, as of a notification.
	VariableLength int
	// PerDay is how many messages of one signature and template a number gets in 24 hours; 0 is 50.
	PerDay int
	// Words are refused in variables.
	Words []string
	// NoMoney is an account that has none left.
	NoMoney bool
	// Lag is how long after a call its message is accepted and listed.
	Lag time.Duration
	// ReceiptAfter is how long the carrier takes to tell that a message arrived.
	ReceiptAfter time.Duration
	// Fails are the numbers that nothing reaches, with the code that the carrier tells.
	Fails map[string]string

	Sent []SMSText // all that was accepted, the oldest first
}

// SMSTemplate is a template as the console has it.
type SMSTemplate struct {
	Code          string // SMS_15305…
	Content       string // with variables as ${name}
	Status        int    // 0 under review, 1 approved, 2 refused
	Reason        string // of one that was refused
	International bool
}

// SMSText is a message that was accepted.
type SMSText struct {
	BizID        string
	To           string // as it is listed: eleven digits in mainland China
	OutID        string
	TemplateCode string
	SignName     string
	Values       map[string]string
	Content      string // as it arrives
	At           time.Time
}

// said is an answer of this product: what went wrong is a code in a 200.
type said struct {
	RequestID string `json:"RequestId"`
	Code      string `json:"Code"`
	Message   string `json:"Message"`
	BizID     string `json:"BizId,omitempty"`
}

func (s *Server) said(code, message string) said {
	return said{RequestID: s.nextRequestID(), Code: code, Message: message}
}

// sendSms takes a message over, or says why not.
func (s *Server) sendSms(a *Account, c *call) (any, *Refusal) {
	for _, name := range []string{"PhoneNumbers", "SignName", "TemplateCode"} {
		if c.params.Get(name) == "" {
			return nil, missing(name)
		}
	}
	now := s.opts.Now()
	text := SMSText{
		OutID: c.params.Get("OutId"), TemplateCode: c.params.Get("TemplateCode"), SignName: c.params.Get("SignName"), At: now.Add(a.SMS.Lag),
	}
	var why, message string
	if text.To, why, message = listedNumber(c.params.Get("PhoneNumbers")); why == "" {
		why, message = a.SMS.compose(&text, c.params.Get("TemplateParam"))
	}
	if why == "" {
		why, message = a.SMS.allows(&text, now)
	}
	if why != "" {
		return s.said(why, message), nil
	}
	text.BizID = fmt.Sprintf("9006197469364984%02d^0", len(a.SMS.Sent))
	a.SMS.Sent = append(a.SMS.Sent, text)
	told := s.said("OK", "OK")
	told.BizID = text.BizID
	return told, nil
}

// listedNumber reads a number in one of the documented forms.
func listedNumber(text string) (number, why, message string) {
	digits := strings.TrimPrefix(strings.TrimPrefix(text, "+"), "00")
	if len(digits) == 13 && strings.HasPrefix(digits, "861") {
		digits = digits[2:]
	}
	if len(digits) < 8 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" || strings.HasPrefix(digits, "86") {
		return "", "isv.MOBILE_NUMBER_ILLEGAL", text + "invalid mobile number"
	}
	return digits, "", ""
}

func domestic(number string) bool { return len(number) == 11 && number[0] == '1' }

// compose fills the template of a message, after signature, template and values were looked at.
func (m *SMS) compose(t *SMSText, params string) (why, message string) {
	if !slices.Contains(m.Signatures, t.SignName) {
		return "isv.SMS_SIGNATURE_ILLEGAL", "该账号下找不到对应签名"
	}
	i := slices.IndexFunc(m.Templates, func(have SMSTemplate) bool { return have.Code == t.TemplateCode })
	switch {
	case i < 0 || m.Templates[i].Status != 1:
		return "isv.SMS_TEMPLATE_ILLEGAL", "该账号下找不到对应模板"
	case m.Templates[i].International && domestic(t.To):
		return "isv.DOMESTIC_NUMBER_NOT_SUPPORTED", "国际/港澳台消息模板不支持发送境内号码"
	}
	values, why, message := m.values(m.Templates[i].Content, params)
	if why != "" {
		return why, message
	}
	t.Values, t.Content = values, "【"+t.SignName+"】"+filled(m.Templates[i].Content, values)
	return "", ""
}

// allows tells whether the account may send one more message to a number. A day is the 24
// hours before.
func (m *SMS) allows(t *SMSText, now time.Time) (why, message string) {
	if m.NoMoney {
		return "isv.AMOUNT_NOT_ENOUGH", "账户余额不足"
	}
	most := m.PerDay
	if most == 0 {
		most = 50
	}
	today := 0
	for i := range m.Sent {
		sent := &m.Sent[i]
		if sent.To == t.To && sent.SignName == t.SignName && sent.TemplateCode == t.TemplateCode && now.Sub(sent.At) < 24*time.Hour {
			today++
		}
	}
	if today >= most {
		return "isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:" + strconv.Itoa(most)
	}
	return "", ""
}

// querySendDetails lists what was sent to a number on a day of Beijing, the newest first.
func (s *Server) querySendDetails(a *Account, c *call) (any, *Refusal) {
	number, day := c.params.Get("PhoneNumber"), c.params.Get("SendDate")
	if number == "" || day == "" || c.params.Get("PageSize") == "" || c.params.Get("CurrentPage") == "" {
		return nil, missing("PhoneNumber, SendDate, PageSize or CurrentPage")
	}
	if _, err := time.Parse("20060102", day); err != nil {
		return s.said("isv.INVALID_PARAMETERS", "SendDate"), nil
	}
	now, beijing := s.opts.Now(), time.FixedZone("UTC+8", 8*60*60)
	rows := []smsDetail{}
	for _, t := range slices.Backward(a.SMS.Sent) {
		biz := c.params.Get("BizId")
		if t.To == number && !t.At.After(now) && t.At.In(beijing).Format("20060102") == day && (biz == "" || biz == t.BizID) {
			rows = append(rows, a.SMS.detail(&t, now, beijing))
		}
	}
	page, _, _, bad := pageOf(c, rows, "CurrentPage", "PageSize", 10, 1, 50)
	if bad != nil {
		return s.said("isv.INVALID_PARAMETERS", "PageSize"), nil
	}
	var told struct {
		said
		TotalCount        string
		SmsSendDetailDTOs struct {
			SmsSendDetailDTO []smsDetail
		}
	}
	told.said, told.TotalCount, told.SmsSendDetailDTOs.SmsSendDetailDTO = s.said("OK", "OK"), strconv.Itoa(len(rows)), page
	return told, nil
}

// smsDetail is a message as it is listed.
type smsDetail struct {
	PhoneNum     string `json:"PhoneNum"`
	SendStatus   int    `json:"SendStatus"` // 1 waits for the carrier, 2 failed, 3 arrived
	ErrCode      string `json:"ErrCode,omitempty"`
	TemplateCode string `json:"TemplateCode"`
	Content      string `json:"Content"`
	SendDate     string `json:"SendDate"`
	ReceiveDate  string `json:"ReceiveDate,omitempty"`
	OutID        string `json:"OutId,omitempty"`
}

func (m *SMS) detail(t *SMSText, now time.Time, zone *time.Location) smsDetail {
	d := smsDetail{PhoneNum: t.To, SendStatus: 1, TemplateCode: t.TemplateCode, Content: t.Content, SendDate: t.At.In(zone).Format(time.DateTime), OutID: t.OutID}
	if now.Sub(t.At) < m.ReceiptAfter {
		return d
	}
	d.SendStatus, d.ErrCode, d.ReceiveDate = 3, "DELIVERED", t.At.Add(m.ReceiptAfter).In(zone).Format(time.DateTime)
	if code := m.Fails[t.To]; code != "" {
		d.SendStatus, d.ErrCode = 2, code
	}
	return d
}

// getSmsTemplate tells a template, by its newer and its older operation.
func (s *Server) getSmsTemplate(a *Account, c *call) (any, *Refusal) {
	name := c.params.Get("TemplateCode")
	for _, t := range a.SMS.Templates {
		if t.Code != name {
			continue
		}
		var told struct {
			said
			TemplateCode, TemplateContent string
			TemplateStatus                any
			Reason                        string `json:",omitempty"`
			AuditInfo                     struct {
				RejectInfo string `json:",omitempty"`
			}
		}
		told.said, told.TemplateCode, told.TemplateContent = s.said("OK", "OK"), t.Code, t.Content
		if told.TemplateStatus = any(t.Status); c.op.name == GetSmsTemplate { // text in the newer one
			told.TemplateStatus, told.AuditInfo.RejectInfo = strconv.Itoa(t.Status), t.Reason
		} else {
			told.Reason = t.Reason
		}
		return told, nil
	}
	return s.said("isv.SMS_TEMPLATE_ILLEGAL", "该账号下找不到对应模板"), nil
}
