// Package chattest tests what all chats have in common: bodies of every kind of notice
// against golden files, and what names of any kind do to the markup and the limits of the far
// side.
package chattest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
	"github.com/brimwatch/brimwatch/notifier/card/cardtest"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/notifier/chat"
	"github.com/brimwatch/brimwatch/test/golden"
)

// Moment is the time of all messages: they are signed with it.
func Moment() time.Time { return time.Date(2026, 11, 22, 4, 0, 5, 0, time.UTC) }

// Options are those of a channel that writes in a language to a far side at an address.
func Options(t testing.TB, address string, l words.Language) chat.Options {
	t.Helper()
	return chat.Options{
		URL: address, Receiver: "oncall", List: cardtest.External + "/alarms", Language: l, Zone: cardtest.Zone(t), Now: Moment,
		Links: func(n *notifier.Notice, _ notifier.Recipient) card.Links {
			if notifier.Ends(n.Kind) || n.Rule == notifier.TestRule {
				return card.Links{}
			}
			out := card.Links{Acknowledge: cardtest.External + "/ack?c=" + n.Code, Silence: cardtest.External + "/silence?c=" + n.Code}
			if n.Alert.Labels["metric"] != "" {
				out.Chart = cardtest.External + "/c/" + n.Code + ".png"
				out.Picture = out.Chart
			}
			return out
		},
	}
}

// Goldens sends each scene in each language to the far side, which has to take it, and holds
// the bodies against golden files.
func Goldens(t *testing.T, far http.Handler, path string, open func(chat.Options) (*chat.Channel, error)) {
	t.Helper()
	var body []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body) // a short body is seen in what is compared
		r.Body = io.NopCloser(bytes.NewReader(body))
		far.ServeHTTP(w, r)
	}))
	defer srv.Close()
	for _, l := range []words.Language{words.EN, words.ZH} {
		ch, err := open(Options(t, srv.URL+path, l))
		if err != nil {
			t.Fatal(err)
		}
		defer ch.CloseIdleConnections()
		for _, s := range cardtest.Scenes(t, l) {
			t.Run(s.Name+"-"+l.String(), func(t *testing.T) {
				if _, err := ch.Send(t.Context(), s.Message); err != nil {
					t.Fatalf("send: %v", err)
				}
				var pretty bytes.Buffer
				if err := json.Indent(&pretty, body, "", "  "); err != nil {
					t.Fatalf("the body is no JSON: %v", err)
				}
				golden.Equal(t, s.Name+"-"+l.String()+".json", append(pretty.Bytes(), '\n'))
			})
		}
	}
}

// LongLinks sends messages of one and of many notices, whose links are as long as links can
// be, to the far side, which has to take them: what has room is counted with its links.
func LongLinks(t *testing.T, far http.Handler, path string, open func(chat.Options) (*chat.Channel, error)) {
	t.Helper()
	srv := httptest.NewServer(far)
	defer srv.Close()
	for _, l := range []words.Language{words.EN, words.ZH} {
		o := Options(t, srv.URL+path, l)
		o.Links = func(n *notifier.Notice, _ notifier.Recipient) card.Links {
			long := cardtest.External + "/x/" + strings.Repeat(n.Code, 100)
			return card.Links{Acknowledge: long, Silence: long, Chart: long, Picture: long}
		}
		ch, err := open(o)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range cardtest.Scenes(t, l) {
			if _, err := ch.Send(t.Context(), s.Message); err != nil {
				t.Errorf("%s in %s: %v", s.Name, l, err)
			}
		}
		ch.CloseIdleConnections()
	}
}

// Wild sends messages with names that are made to break markup, mention people, or be too
// long. check looks at the body of each; what one can do it does to texts that a person gave.
func Wild(t *testing.T, side chat.Side, check func(t *rapid.T, body []byte)) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		m := message(rt)
		r := card.Reader{Language: rapid.SampledFrom([]words.Language{words.EN, words.ZH}).Draw(rt, "language"), List: "https://b.example.com/alarms"}
		deck := r.Deal(&m)
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(side.Write(&deck, Moment()).Body); err != nil {
			rt.Fatal(err)
		}
		if !utf8.Valid(b.Bytes()) || bytes.ContainsRune(b.Bytes(), utf8.RuneError) {
			rt.Fatalf("the body is cut within a sign: %q", b.String())
		}
		check(rt, bytes.TrimSpace(b.Bytes()))
	})
}

// Nasty are texts that a far side might read as something.
func Nasty() []string {
	return []string{
		"*bold*", "**bold**", "_it_", "__x__", "a_b_c", "~~gone~~", "`code`", "```\nfence", "<!channel>", "<!here|x>", "<@U012AB3CD>", "<@all>",
		"<at id=all></at>", "<at user_id=\"all\">x</at>", "@all", "@所有人", "@13800138000", "[x](https://evil.example.com)", "![](https://evil.example.com/x.png)",
		"](https://evil.example.com)", "<https://evil.example.com|x>", "<font color=\"red\">x</font>", "</font>", "<b>x</b>", "# heading", "> quote", "- item", "1. item",
		"---", "| a | b |", "a|b", "line\nfeed", "\r\n\r\n# x", "\u202etxt.exe\u202c", "\u200b", "&lt;", "&#42;", "a & b", "\\", "\\*", "$x$", ":warning:", "订单_支付", "😀",
		"name<", "((", "))", "\"quoted\"", "\x00\x1b[31m", "\u2028\u2029",
	}
}

func message(t *rapid.T) notifier.Message {
	text := func(name string) string {
		return strings.Repeat(strings.Join(rapid.SliceOfN(rapid.SampledFrom(Nasty()), 0, 4).Draw(t, name), " "), rapid.SampledFrom([]int{1, 1, 1, 60}).Draw(t, "times"))
	}
	m := notifier.Message{ID: "msg_1", InDoubt: rapid.Bool().Draw(t, "doubt")}
	few, name, line := rapid.SampledFrom([]int{1, 2, 9, 70, 200}).Draw(t, "notices"), text("name"), text("line")
	for i := range few {
		kind := rapid.SampledFrom([]alarm.EventKind{alarm.Raised, alarm.Reminded, alarm.Cleared}).Draw(t, "kind")
		m.Notices = append(m.Notices, notifier.Notice{
			ID: "ntc", Code: "K7Q2", Kind: kind, Rule: alarm.Capacity, CreatedAt: Moment(),
			Severity: rapid.SampledFrom([]alarm.Severity{alarm.Critical, alarm.Warning, alarm.Info}).Draw(t, "severity"),
			Alert: notifier.Alert{
				Resolved: kind == alarm.Cleared, StartsAt: Moment(), Fingerprint: "9a1f0c55d2e7b310",
				GeneratorURL: "https://b.example.com/instances/a" + strings.Repeat("x", i%3),
				Labels:       map[string]string{"instance": name, "team": line, name: line},
				Annotations:  map[string]string{"summary": name + ": " + line, "advice": line, "usage": "1", "capacity": "2", "utilization": "50%"},
				Story:        notifier.Story{Word: "WARNING", Subject: name, About: line, Lines: []string{line, name}},
			},
		})
	}
	return m
}

// Status is the outcome of an HTTP status of a chat, with a body that says nothing: there is
// no success without the far side's own word.
func Status(status int) channeltest.Outcome {
	switch {
	case status == 400 || status == 410 || status == 413 || status == 422:
		return channeltest.Never
	case status == 429:
		return channeltest.NotBefore
	case status >= 500:
		return channeltest.Doubt
	}
	return channeltest.Later
}

// RetryAfter tells for which statuses a chat is left alone for as long as it asks.
func RetryAfter(status int) bool { return Status(status) != channeltest.Never }
