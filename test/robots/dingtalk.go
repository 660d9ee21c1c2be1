package robots

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// DingTalk is the custom robot of a DingTalk group, at /robot/send?access_token=KEY.
func DingTalk(o Options) *Robot { return newRobot(o, dingTalk) }

// The limits of DingTalk.
const (
	dingTalkBytes   = 20_000
	dingTalkMinute  = 20
	dingTalkBlocked = 10 * time.Minute
)

func dingTalk(r *Robot, w http.ResponseWriter, req *http.Request, body []byte) {
	say := func(code int, words string) {
		answer(w, http.StatusOK, map[string]any{"errcode": code, "errmsg": words})
	}
	if req.URL.Path != "/robot/send" || req.Method != http.MethodPost {
		say(404, "请求的URI地址不存在")
		return
	}
	if req.URL.Query().Get("access_token") != r.opts.Key {
		say(300005, "token is not exist")
		return
	}
	if !strings.HasPrefix(req.Header.Get("Content-Type"), "application/json") {
		say(43004, "无效的HTTP HEADER Content-Type")
		return
	}
	now := r.opts.Now()
	if now.Before(r.blocked) {
		say(130101, "send too fast, exceed 20 times per minute")
		return
	}
	r.count()
	if r.within(time.Minute) > dingTalkMinute {
		r.blocked = now.Add(dingTalkBlocked)
		say(130101, "send too fast, exceed 20 times per minute")
		return
	}
	if len(body) > dingTalkBytes {
		say(460101, "message too long, exceed 20000 bytes")
		return
	}
	if words := r.dingTalkSafe(req, body, now); words != "" {
		say(310000, words)
		return
	}
	var m struct {
		MsgType  string `json:"msgtype"`
		Markdown struct{ Title, Text string }
	}
	if json.Unmarshal(body, &m) != nil || m.MsgType != "markdown" || m.Markdown.Title == "" || m.Markdown.Text == "" {
		say(40035, "缺少参数 json")
		return
	}
	r.taken = append(r.taken, body)
	say(0, "ok")
}

// dingTalkSafe says what the security settings have against a call.
func (r *Robot) dingTalkSafe(req *http.Request, body []byte, now time.Time) string {
	if r.opts.Secret != "" {
		stamp := req.URL.Query().Get("timestamp")
		ms, err := strconv.ParseInt(stamp, 10, 64)
		if off := now.Sub(time.UnixMilli(ms)); err != nil || off > time.Hour || off < -time.Hour {
			return "invalid timestamp"
		}
		given, err := base64.StdEncoding.DecodeString(req.URL.Query().Get("sign"))
		h := hmac.New(sha256.New, []byte(r.opts.Secret))
		_, _ = h.Write([]byte(stamp)) // a hash does not fail
		_, _ = h.Write([]byte{'\n'})
		_, _ = h.Write([]byte(r.opts.Secret))
		if err != nil || !hmac.Equal(given, h.Sum(nil)) {
			return "sign not match"
		}
	}
	if !r.keyword(body) {
		return "keywords not in content"
	}
	return ""
}

// keyword tells whether a body has one of the keywords, where some are asked for.
func (r *Robot) keyword(body []byte) bool {
	for _, k := range r.opts.Keywords {
		if bytes.Contains(body, []byte(k)) {
			return true
		}
	}
	return len(r.opts.Keywords) == 0
}
