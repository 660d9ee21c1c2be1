package replies

import (
	"context"
	"fmt"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// mostSegments is how long the answer to STATUS or LIST may be.
const mostSegments = 3

// status counts what is open of what the sender was told of, and names the gravest.
func (a *answering) status(ctx context.Context) (string, error) {
	told, err := a.told(ctx)
	if err != nil {
		return a.notRead(), err
	}
	if len(told) == 0 {
		return a.noneLeft(0), nil
	}
	of, acked := make(map[alarm.Severity]int), 0
	for i := range told {
		of[told[i].Severity]++
		if told[i].AckedBy != "" {
			acked++
		}
	}
	l := a.person.Language
	var counts []string
	for _, s := range []alarm.Severity{alarm.Critical, alarm.Warning, alarm.Info} {
		if n := of[s]; n > 0 {
			counts = append(counts, fmt.Sprintf(l.Choose("%d %s", "%d个%s"), n, severity(s, l)))
		}
	}
	text := l.Choose(
		fmt.Sprintf("%d open: %s; %d acknowledged. ", len(told), strings.Join(counts, ", "), acked),
		fmt.Sprintf("未结束%d个：%s；已确认%d个。", len(told), strings.Join(counts, "，"), acked))
	gravest := l.Choose("Gravest: ", "最紧急：")
	return fit(mostSegments, text+gravest+line(&told[0], l), text+gravest+told[0].Code), nil
}

// list names what is open of what the sender was told of: as many as fit, and then how
// many more there are and where they are seen.
func (a *answering) list(ctx context.Context) (string, error) {
	told, err := a.told(ctx)
	if err != nil {
		return a.notRead(), err
	}
	if len(told) == 0 {
		return a.noneLeft(0), nil
	}
	var lines []string
	best := ""
	for i := range told {
		lines = append(lines, line(&told[i], a.person.Language))
		whole := strings.Join(append(lines[:len(lines):len(lines)], a.more(len(told)-len(lines))...), "\n")
		if n, _ := sms.Segments(whole); n > mostSegments {
			break
		}
		best = whole
	}
	if best == "" { // a name that is longer than three text messages
		best = strings.Join(append([]string{told[0].Code}, a.more(len(told)-1)...), "\n")
	}
	return fit(mostSegments, best), nil
}

// more says how many alarms are not in the list, and where they are seen.
func (a *answering) more(n int) []string {
	if n == 0 {
		return nil
	}
	text := fmt.Sprintf(a.person.Language.Choose("and %d more", "另有%d个"), n)
	if at := a.Directories.Directory().ExternalURL(); at != "" {
		text += a.person.Language.Choose(": ", "：") + at + "/alarms"
	}
	return []string{text}
}

// line is one alarm in a few words: K7Q2 critical Orders: connections 97%, acknowledged.
func line(t *notifier.Told, l words.Language) string {
	out := t.Code + " " + severity(t.Severity, l) + " " + subject(t, l) + l.Choose(": ", "：") + matter(t, l)
	if t.State == alarm.EpisodeUnknown {
		out += l.Choose(", no data now", "，现无数据")
	}
	if t.AckedBy != "" {
		out += l.Choose(", acknowledged", "，已确认")
	}
	return out
}

// subject is what an alarm is about. In English one sign outside of the alphabet of text
// messages would make the answer twice as long, so such a name gives way to the ID.
func subject(t *notifier.Told, l words.Language) string {
	switch {
	case t.Key.Account != "":
		return t.Key.Account
	case t.Key.Instance == alarm.FleetInstance:
		return l.Choose("whole fleet", "全部实例")
	case t.Name == "", l == words.EN && !sms.IsGSM(t.Name):
		return t.Key.Instance
	}
	return t.Name
}

// matter is what is the matter.
func matter(t *notifier.Told, l words.Language) string {
	if t.Key.Rule.OfMetric() {
		out := words.Metric(t.Key.Metric, l)
		if t.Capacity > 0 {
			out += " " + words.ShareBeside(t.Usage/t.Capacity, t.Threshold)
		}
		if t.Key.Rule == alarm.Forecast {
			out += l.Choose(", full soon", "，即将用满")
		}
		return out
	}
	return notifier.RuleWords(t.Key.Rule, l)
}

// severity is how grave an alarm is.
func severity(s alarm.Severity, l words.Language) string {
	return words.Severity(string(s), l)
}
