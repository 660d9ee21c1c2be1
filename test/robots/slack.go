package robots

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"
)

// Slack is an incoming webhook, at /services/KEY.
func Slack(o Options) *Robot { return newRobot(o, slack) }

// The limits of Slack. It lets short bursts pass.
const (
	slackBurst   = 5
	slackBlocks  = 50
	slackTotal   = 13_000 // signs of all blocks, as far as people found out
	slackHeader  = 150
	slackSection = 3000
)

type slackText struct{ Type, Text string }

type slackBlock struct {
	Type     string
	Text     *slackText
	Elements []slackText
	ImageURL string `json:"image_url"`
	AltText  string `json:"alt_text"`
}

type slackMessage struct {
	Text        string
	Blocks      []slackBlock
	Attachments []struct {
		Color  string
		Blocks []slackBlock
	}
}

func slack(r *Robot, w http.ResponseWriter, req *http.Request, body []byte) {
	say := func(status int, word string) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, word) // the reader may be gone
	}
	if req.URL.Path != "/services/"+r.opts.Key {
		say(http.StatusNotFound, "no_service")
		return
	}
	if r.archived {
		say(http.StatusGone, "channel_is_archived")
		return
	}
	r.count()
	if r.within(time.Second) > slackBurst {
		w.Header().Set("Retry-After", "1")
		say(http.StatusTooManyRequests, "rate_limited")
		return
	}
	var m slackMessage
	if req.Method != http.MethodPost || json.Unmarshal(body, &m) != nil {
		say(http.StatusBadRequest, "invalid_payload")
		return
	}
	if word := m.fault(); word != "" {
		say(http.StatusBadRequest, word)
		return
	}
	if word := m.missing(r.opts.Fetches); word != "" {
		say(http.StatusBadRequest, word)
		return
	}
	r.taken = append(r.taken, body)
	say(http.StatusOK, "ok")
}

// missing is the word for a picture that is not there.
func (m *slackMessage) missing(fetches func(string) bool) string {
	gone := func(b slackBlock) bool { return b.Type == "image" && fetches != nil && !fetches(b.ImageURL) }
	if slices.ContainsFunc(m.Blocks, gone) {
		return "invalid_blocks"
	}
	for _, a := range m.Attachments {
		if slices.ContainsFunc(a.Blocks, gone) {
			return "invalid_attachments"
		}
	}
	return ""
}

// fault is the word for what is wrong with a message.
func (m *slackMessage) fault() string {
	if m.Text == "" && len(m.Blocks) == 0 {
		return "no_text"
	}
	all := slices.Clone(m.Blocks)
	for _, a := range m.Attachments {
		all = append(all, a.Blocks...)
	}
	total := 0
	for i := range all {
		n, fine := all[i].size()
		if !fine {
			return "invalid_blocks"
		}
		total += n
	}
	switch {
	case len(all) > slackBlocks:
		return "invalid_blocks"
	case total > slackTotal:
		return "msg_blocks_too_long"
	case len(m.Attachments) > 100:
		return "too_many_attachments"
	}
	return ""
}

// size counts the signs of a block; false is for one that Slack refuses.
func (b *slackBlock) size() (int, bool) {
	signs := func(t *slackText, most int) (int, bool) {
		n := utf8.RuneCountInString(t.Text)
		return n, n > 0 && n <= most && (t.Type == "plain_text" || t.Type == "mrkdwn")
	}
	switch b.Type {
	case "header":
		if b.Text == nil || b.Text.Type != "plain_text" {
			return 0, false
		}
		return signs(b.Text, slackHeader)
	case "section":
		if b.Text == nil {
			return 0, false
		}
		return signs(b.Text, slackSection)
	case "context":
		total := 0
		for i := range b.Elements {
			n, fine := signs(&b.Elements[i], 2000)
			if !fine {
				return 0, false
			}
			total += n
		}
		return total, len(b.Elements) > 0 && len(b.Elements) <= 10
	case "image":
		return 0, b.ImageURL != "" && b.AltText != ""
	}
	return 0, false
}
