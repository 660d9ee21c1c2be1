package robots

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"
	"unicode/utf8"
)

// WeCom is the robot of a WeCom group, at /cgi-bin/webhook/send?key=KEY.
func WeCom(o Options) *Robot { return newRobot(o, weCom) }

// The limits of WeCom.
const (
	weComBytes  = 4096
	weComMinute = 20
)

func weCom(r *Robot, w http.ResponseWriter, req *http.Request, body []byte) {
	say := func(code int, words string) {
		answer(w, http.StatusOK, map[string]any{"errcode": code, "errmsg": words})
	}
	if req.URL.Path != "/cgi-bin/webhook/send" || req.Method != http.MethodPost || req.URL.Query().Get("key") != r.opts.Key {
		say(93000, "invalid webhook url, hint: [1755605200056773468916791], from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool/query?e=93000")
		return
	}
	r.count()
	if r.within(time.Minute) > weComMinute {
		say(45009, "api freq out of limit")
		return
	}
	if bytes.Contains(body, []byte(`\u`)) || !utf8.Valid(body) {
		say(40033, "invalid charset. please check your request, if include \\uxxxx will create fail!")
		return
	}
	var m struct {
		MsgType  string `json:"msgtype"`
		Markdown struct{ Content string }
	}
	switch {
	case json.Unmarshal(body, &m) != nil || m.MsgType != "markdown":
		say(40008, "invalid message type")
	case m.Markdown.Content == "":
		say(44004, "text content is empty")
	case len(m.Markdown.Content) > weComBytes:
		say(40058, "markdown.content exceed max length 4096. invalid Request Parameter")
	default:
		r.taken = append(r.taken, body)
		say(0, "ok")
	}
}
