package lastway

import (
	"fmt"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// noLongerSeen is what is said of something that was told and that the engine decided
// neither again nor against.
const noLongerSeen = "no longer seen."

// text says all notices, the gravest first, in one segment. What does not fit is
// counted.
func text(notices []notice, t outbox.Trouble, l words.Language) string {
	for listed := len(notices); listed > 0; listed-- {
		for _, most := range []int{24, 12} {
			out := written(notices, listed, most, t, l)
			if n, _ := sms.Segments(out); n <= 1 {
				return out
			}
		}
	}
	return written(notices, 0, 0, t, l)
}

// written says the first notices, with names of at most so many signs, and counts the
// others.
func written(notices []notice, listed, most int, t outbox.Trouble, l words.Language) string {
	var b strings.Builder
	b.WriteString(l.Choose("Not recorded ("+why(t, l)+"). ", "未记录（"+why(t, l)+"）。"))
	word := ""
	for i := range notices[:listed] {
		if i > 0 {
			b.WriteString(l.Choose(", ", "，"))
		}
		if w := weightWord(&notices[i], l); w != word {
			word = w
			b.WriteString(w + l.Choose(" ", "："))
		}
		b.WriteString(briefIn(&notices[i].event, most, l))
	}
	if rest := notices[listed:]; len(rest) > 0 {
		if listed > 0 {
			b.WriteString(l.Choose(", ", "，"))
		}
		b.WriteString(counted(rest, listed > 0, l))
	}
	return b.String() + l.Choose(".", "。")
}

// counted says how many there are, and how many of them are critical.
func counted(rest []notice, more bool, l words.Language) string {
	critical := 0
	for i := range rest {
		if rest[i].Severity == alarm.Critical && !notifier.Ends(rest[i].Kind) {
			critical++
		}
	}
	out := l.Choose(fmt.Sprintf("%d alarms", len(rest)), fmt.Sprintf("%d项告警", len(rest)))
	if more {
		out = l.Choose(fmt.Sprintf("%d more", len(rest)), fmt.Sprintf("另有%d项", len(rest)))
	}
	if critical > 0 {
		out += l.Choose(fmt.Sprintf(" (%d critical)", critical), fmt.Sprintf("（%d项紧急）", critical))
	}
	return out
}

// weightWord is the word before the notices of one weight.
func weightWord(n *notice, l words.Language) string {
	switch {
	case n.gone:
		return l.Choose("NO LONGER SEEN", "不再观测到")
	case notifier.Ends(n.Kind):
		return l.Choose("ENDED", "恢复")
	case n.Severity == alarm.Critical:
		return l.Choose("CRITICAL", "紧急")
	}
	return l.Choose("WARNING", "警告")
}

func brief(ev *alarm.Event) string { return briefIn(ev, 0, words.EN) }

// briefIn says in a few words what an event is about; 0 leaves its name as it is.
func briefIn(ev *alarm.Event, most int, l words.Language) string {
	name := l.Choose("Fleet", "全部实例")
	switch {
	case ev.Instance != nil:
		name = ev.Instance.Name
		if l == words.EN && !sms.IsGSM(name) {
			name = ev.Instance.ID
		}
	case ev.Key.Account != "":
		name = ev.Key.Account
	}
	if l == words.EN && !sms.IsGSM(name) {
		name = "?" // one sign beyond the alphabet would make it three messages
	}
	if r := []rune(name); most > 0 && len(r) > most {
		name = string(r[:most-1]) + "."
	}
	return name + l.Choose(" ", "") + matter(ev, l)
}

// matter is what is the matter, without the name.
func matter(ev *alarm.Event, l words.Language) string {
	metric := words.Metric(ev.Key.Metric, l)
	switch ev.Key.Rule {
	case alarm.Capacity:
		share := words.Share(ev.Utilization())
		if notifier.Ends(ev.Kind) || share == words.Unknown {
			return metric
		}
		return metric + l.Choose(" ", "") + share
	case alarm.Forecast:
		return metric + l.Choose(" forecast", "预测")
	case alarm.NoData:
		if n := len(ev.Silent); n > 0 {
			return l.Choose(fmt.Sprintf("no data from %d instances", n), fmt.Sprintf("%d个无数据", n))
		}
	}
	return notifier.RuleWords(ev.Key.Rule, l)
}

// why is the trouble in two words.
func why(t outbox.Trouble, l words.Language) string {
	switch t {
	case outbox.Full:
		return l.Choose("disk full", "磁盘已满")
	case outbox.Locked:
		return l.Choose("database locked", "数据库被占用")
	case outbox.Damaged:
		return l.Choose("database damaged", "数据库损坏")
	case outbox.Other:
	}
	return l.Choose("database not writable", "数据库无法写入")
}

// unrecorded is what a program is told, in both languages.
func unrecorded(t outbox.Trouble) string {
	return fmt.Sprintf("Not recorded (%s): its code is not known to Brimwatch. 未记录（%s）：该代码无效。", why(t, words.EN), why(t, words.ZH))
}
