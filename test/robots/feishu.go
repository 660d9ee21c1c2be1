package robots

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// Feishu is the custom bot of a Feishu group, at /open-apis/bot/v2/hook/KEY.
func Feishu(o Options) *Robot { return newRobot(o, feishu) }

// The limits of Feishu.
const (
	feishuBytes  = 20_000
	feishuSecond = 5
	feishuMinute = 100
)

func feishu(r *Robot, w http.ResponseWriter, req *http.Request, body []byte) {
	say := func(code int, words string) {
		answer(w, http.StatusOK, map[string]any{"code": code, "msg": words, "data": map[string]any{}})
	}
	if req.URL.Path != "/open-apis/bot/v2/hook/"+r.opts.Key || req.Method != http.MethodPost {
		say(19001, "param invalid: incoming webhook access token invalid")
		return
	}
	r.count()
	if r.within(time.Second) > feishuSecond || r.within(time.Minute) > feishuMinute {
		say(11232, "frequency limited")
		return
	}
	var m struct {
		Timestamp, Sign string
		MsgType         string `json:"msg_type"`
		Card            *struct {
			Header   struct{ Title struct{ Tag, Content string } }
			Elements []struct{ Tag string }
		}
	}
	if len(body) > feishuBytes || json.Unmarshal(body, &m) != nil || m.MsgType != "interactive" || m.Card == nil || len(m.Card.Elements) == 0 || m.Card.Header.Title.Content == "" {
		say(9499, "Bad Request")
		return
	}
	if r.opts.Secret != "" && !r.feishuSigned(m.Timestamp, m.Sign) {
		say(19021, "sign match fail or timestamp is not within one hour from current time")
		return
	}
	if !r.keyword(body) {
		say(19024, "Key Words Not Found")
		return
	}
	r.taken = append(r.taken, body)
	answer(w, http.StatusOK, map[string]any{"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": map[string]any{}, "msg": "success"})
}

// feishuSigned checks a signature: the HMAC of nothing, by time and secret.
func (r *Robot) feishuSigned(stamp, sign string) bool {
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if off := r.opts.Now().Sub(time.Unix(seconds, 0)); err != nil || off > time.Hour || off < -time.Hour {
		return false
	}
	given, err := base64.StdEncoding.DecodeString(sign)
	h := hmac.New(sha256.New, append(append([]byte(stamp), '\n'), r.opts.Secret...))
	return err == nil && hmac.Equal(given, h.Sum(nil))
}
