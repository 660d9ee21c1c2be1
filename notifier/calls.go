package notifier

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// A telephone call is for something critical that nobody acknowledged: it wakes people. It
// tells of beginnings alone; whoever was called hears of the end by the ways that do not ring.

// VoiceChannel is the kind of channel of telephone calls.
const VoiceChannel = "voice"

// calls tells whether somebody is to be called because of an event.
func calls(ev *alarm.Event) bool {
	return ev.Severity == alarm.Critical && (ev.Kind == alarm.Raised || ev.Kind == alarm.Escalated)
}

// callLater plans the calls of receivers that list people to be called: after a while
// without an acknowledgement. Of a rota it is who is on call by then.
func (b *beginning) callLater() {
	slices.SortStableFunc(b.called, func(x, y turn) int { return int(b.d.callAfter(x.to.receiver) - b.d.callAfter(y.to.receiver)) })
	for _, c := range b.called {
		after := b.d.callAfter(c.to.receiver)
		at := b.told.Add(after)
		b.tellLater(c.says, c.to.onCallAt(at), after, at)
	}
}

// CallAfter is how long an alarm goes without an acknowledgement before people are called,
// unless a receiver says otherwise.
const CallAfter = 5 * time.Minute

func (d *Directory) callAfter(receiver string) time.Duration {
	r, _ := d.Receiver(receiver)
	if r.CallAfter > 0 {
		return r.CallAfter
	}
	return CallAfter
}

// aloud is what a call says of an event: whole sentences, with figures and codes as they are
// spoken. why says why somebody is called.
func (w Words) aloud(ev *alarm.Event, l words.Language, zone *time.Location, why string) string {
	s := w.told(ev, l, zone)
	parts := []string{l.Choose("This is Brimwatch.", "这里是 Brimwatch。")}
	if ev.Severity == alarm.Critical {
		parts = append(parts, l.Choose("Critical alarm ", "紧急告警，代码 ")+Spelled(ev.Code, l)+l.Choose(".", "。"))
	} else {
		parts = append(parts, l.Choose("Alarm ", "告警，代码 ")+Spelled(ev.Code, l)+l.Choose(".", "。"))
	}
	if why != "" {
		parts = append(parts, sentence(why, l))
	}
	parts = append(parts, sentence(s.summary(), l))
	if s.advice != "" {
		parts = append(parts, s.advice)
	}
	return pronounced(strings.Join(parts, l.Choose(" ", "")), l)
}

// sentence ends a text with a full stop.
func sentence(text string, l words.Language) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.HasSuffix(text, ".") || strings.HasSuffix(text, "。") {
		return text
	}
	if r := []rune(text); r[0] >= 'a' && r[0] <= 'z' {
		text = strings.ToUpper(string(r[:1])) + string(r[1:])
	}
	return text + l.Choose(".", "。")
}

// Spelled is a code sign by sign, with a pause after each.
func Spelled(code string, l words.Language) string {
	return strings.Join(strings.Split(code, ""), l.Choose(", ", "，"))
}

// pronounced puts what no voice reads well into words.
func pronounced(text string, l words.Language) string {
	text = regexp.MustCompile(`https?://\S+`).ReplaceAllString(text, "")
	if l == words.ZH {
		text = regexp.MustCompile(`([0-9.,]+) ?%`).ReplaceAllString(text, "百分之$1")
		text = regexp.MustCompile(`([0-9.,]+)/([0-9.,]+)`).ReplaceAllString(text, "$1，上限 $2")
		text = strings.ReplaceAll(text, "/s", "每秒")
	} else {
		text = regexp.MustCompile(`([0-9]) ?%`).ReplaceAllString(text, "$1 percent")
		text = strings.ReplaceAll(text, "/s", " per second")
		text = strings.ReplaceAll(text, "&", " and ")
	}
	return strings.Join(strings.Fields(text), " ")
}
