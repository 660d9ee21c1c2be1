package cloud

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Voice is what an account has of the Voice Service (dyvmsapi).
type Voice struct {
	Numbers   []string // that it bought, and the ids of its service instances
	Templates []VoiceTemplate
	// NoMoney is an account that has none left.
	NoMoney bool
	// DetailsAfter is how long after a call the cloud tells how it ended; before, it tells
	// nothing, or the state 200.
	DetailsAfter time.Duration
	// Ends says how calls to a number end, by the state that the carrier tells; a number that
	// is not in it hears the text to its end.
	Ends map[string]string

	Calls []VoiceCall // all that were made, the oldest first
}

// VoiceTemplate is a template of a text that is read, as the console has it.
type VoiceTemplate struct {
	Code      string // TTS_10001
	Content   string // with variables as ${name}
	Approved  bool
	Dedicated bool // it is for numbers of the account, and not for those of the cloud's pool
}

// VoiceCall is a call that was made.
type VoiceCall struct {
	CallID       string
	To, From     string // From is "" for a number of the cloud's pool
	OutID        string
	TemplateCode string
	PlayTimes    int
	Values       map[string]string
	Content      string // as it is read
	At           time.Time
}

// What a text that is read may have, and how long our reference to a call.
const (
	valuesTogether  = 250 // signs of all variables are fewer
	publicVariables = 2
	outIDMost       = 15
	noticeProduct   = "11000000300006"
)

// singleCallByTts calls somebody, or says why not.
func (s *Server) singleCallByTts(a *Account, c *call) (any, *Refusal) {
	for _, name := range []string{"CalledNumber", "TtsCode"} {
		if c.params.Get(name) == "" {
			return nil, missing(name)
		}
	}
	now := s.opts.Now()
	made := VoiceCall{To: c.params.Get("CalledNumber"), From: c.params.Get("CalledShowNumber"), OutID: c.params.Get("OutId"), TemplateCode: c.params.Get("TtsCode"), At: now, PlayTimes: 3}
	why, message := a.Voice.compose(&made, c.params)
	if why == "" {
		why, message = a.Voice.allows(&made, now)
	}
	if why != "" {
		return s.said(why, message), nil
	}
	made.CallID = fmt.Sprintf("116012354148^1028137841%02d", len(a.Voice.Calls))
	a.Voice.Calls = append(a.Voice.Calls, made)
	var told struct {
		said
		CallID string `json:"CallId"`
	}
	told.said, told.CallID = s.said("OK", "OK"), made.CallID
	return told, nil
}

// compose looks at numbers and parameters, and fills the template.
func (v *Voice) compose(made *VoiceCall, params url.Values) (why, message string) {
	if n := params.Get("PlayTimes"); n != "" {
		made.PlayTimes, _ = strconv.Atoi(n)
	}
	switch {
	case !dialed(made.To):
		return "isv.MOBILE_NUMBER_ILLEGAL", made.To + "号码格式非法"
	case made.From != "" && !slices.Contains(v.Numbers, made.From):
		return "isv.DISPLAY_NUMBER_ILLEGAL", "号显不合法"
	case made.PlayTimes < 1 || made.PlayTimes > 3 || params.Has("OutId") && (made.OutID == "" || len(made.OutID) > outIDMost):
		return "isv.INVALID_PARAMETERS", "参数异常"
	}
	i := slices.IndexFunc(v.Templates, func(t VoiceTemplate) bool { return t.Code == made.TemplateCode })
	if i < 0 || !v.Templates[i].Approved || v.Templates[i].Dedicated != (made.From != "") {
		return "isv.TTS_TEMPLATE_ILLEGAL", "TTS模板不合法"
	}
	return v.Templates[i].fill(made, params.Get("TtsParam"))
}

// dialed tells whether a number is one of mainland China: a mobile one, or a 0 and an area before
// any other.
func dialed(number string) bool {
	if strings.Trim(number, "0123456789") != "" {
		return false
	}
	return len(number) == 11 && number[0] == '1' || len(number) >= 10 && len(number) <= 12 && number[0] == '0'
}

// fill fills a template: there must be a value for each of its variables and no other, none is
// empty, and all together are short enough.
func (t *VoiceTemplate) fill(made *VoiceCall, params string) (why, message string) {
	names := variable().FindAllStringSubmatch(t.Content, -1)
	if !t.Dedicated && len(names) > publicVariables {
		return "isv.TTS_TEMPLATE_ILLEGAL", "TTS模板不合法"
	}
	values := make(map[string]string)
	if params != "" && json.Unmarshal([]byte(params), &values) != nil {
		return "isv.INVALID_PARAMETERS", "参数异常"
	}
	together := 0
	for _, n := range names {
		if values[n[1]] == "" {
			return "isv.TEMPLATE_MISSING_PARAMETERS", "文本转语音模板参数缺失"
		}
		together += utf8.RuneCountInString(values[n[1]])
	}
	switch {
	case len(values) > len(names):
		return "isv.TTS_TEMPLATE_ILLEGAL", "TTS模板不合法"
	case together >= valuesTogether:
		return "isv.PARAM_LENGTH_LIMIT", "参数长度受限"
	}
	for _, value := range values {
		if strings.Contains(value, "http") || address().MatchString(value) {
			return "isv.PARAM_NOT_SUPPORT_URL", "变量不支持URL参数"
		}
	}
	made.Values, made.Content = values, filled(t.Content, values)
	return "", ""
}

// allows tells whether a number may be called once more: once in a minute, five times in an hour
// and twenty times in 24 hours, each counted from a first call on.
func (v *Voice) allows(made *VoiceCall, now time.Time) (why, message string) {
	if v.NoMoney {
		return "isv.AMOUNT_NOT_ENOUGH", "账户余额不足"
	}
	for _, w := range []struct {
		most   int
		within time.Duration
		name   string
	}{{1, time.Minute, "分钟"}, {5, time.Hour, "小时"}, {20, 24 * time.Hour, "天"}} {
		n := 0
		for _, c := range v.Calls {
			if c.To == made.To && now.Sub(c.At) < w.within {
				n++
			}
		}
		if n >= w.most {
			return "isv.BUSINESS_LIMIT_CONTROL", "触发" + w.name + "级流控Permits:" + strconv.Itoa(w.most)
		}
	}
	return "", ""
}

// queryCallDetailByCallID tells how a call ended. The details are JSON in a text. The moment has
// to be one of the day of the call in Beijing, and not after it; else there are none.
func (s *Server) queryCallDetailByCallID(a *Account, c *call) (any, *Refusal) {
	for _, name := range []string{"CallId", "ProdId", "QueryDate"} {
		if c.params.Get(name) == "" {
			return nil, missing(name)
		}
	}
	asked, err := strconv.ParseInt(c.params.Get("QueryDate"), 10, 64)
	if err != nil {
		return s.said("isv.INVALID_PARAMETERS", "QueryDate"), nil
	}
	var told struct {
		said
		Data string `json:",omitempty"`
	}
	told.said = s.said("OK", "OK")
	beijing := time.FixedZone("UTC+8", 8*60*60)
	i := slices.IndexFunc(a.Voice.Calls, func(v VoiceCall) bool {
		const day = "20060102"
		at := time.UnixMilli(asked)
		return v.CallID == c.params.Get("CallId") && at.In(beijing).Format(day) == v.At.In(beijing).Format(day) && !at.After(v.At)
	})
	if i >= 0 && c.params.Get("ProdId") == noticeProduct {
		told.Data = a.Voice.detail(&a.Voice.Calls[i], s.opts.Now(), beijing)
	}
	return told, nil
}

// detail is what the cloud tells of a call; "" at once after it.
func (v *Voice) detail(made *VoiceCall, now time.Time, zone *time.Location) string {
	state := "200000"
	if end := v.Ends[made.To]; end != "" {
		state = end
	}
	switch gone := now.Sub(made.At); {
	case gone < v.DetailsAfter/2:
		return ""
	case gone < v.DetailsAfter:
		state = "200"
	}
	return string(encode(struct {
		CallID    string `json:"callId"`
		Callee    string `json:"callee"`
		State     string `json:"state"`
		StateDesc string `json:"stateDesc"`
		StartDate string `json:"startDate"`
		OutID     string `json:"outId,omitempty"`
	}{made.CallID, made.To, state, "", made.At.In(zone).Format(time.DateTime), made.OutID}))
}
