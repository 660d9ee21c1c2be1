package alarmtest

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/rehearsal"
)

// told is one message that went out.
type told struct {
	at       time.Duration
	to, text string
}

// sent notes a message: a text message as one, a webhook notice by notice.
func (r *run) sent(s rehearsal.Sent) {
	at, to := s.At.Sub(r.test.From), s.Message.Recipient.Display
	if s.Message.Recipient.Channel == "sms" {
		text := s.Message.Text
		for i := range s.Message.Notices {
			text = strings.ReplaceAll(text, s.Message.Notices[i].Code, anyCode)
		}
		r.told = append(r.told, told{at, to, text})
		return
	}
	for i := range s.Message.Notices {
		n := &s.Message.Notices[i]
		r.told = append(r.told, told{at, to, strings.ReplaceAll(n.Alert.Annotations["summary"], n.Code, anyCode)})
	}
}

// anyCode stands for the code of an alarm, which differs from run to run, and rest for any
// text.
const (
	anyCode = "{code}"
	rest    = "…"
)

// compareNotices holds what was told against what was expected.
func (r *run) compareNotices() {
	want := slices.Clone(r.test.Notices)
	slices.SortStableFunc(want, func(a, b config.TestNotice) int { return int(a.At - b.At) })
	diff, same := lines(want, r.told, fitsNotice, wantedNotice, toldNotice)
	if same {
		return
	}
	at := r.test.Position
	if len(r.test.Notices) > 0 {
		at = r.test.Notices[0].Position
	}
	r.mismatch(Mismatch{Position: at, What: Messages, Diff: diff})
}

// apart is how far the moment of a message may be from the one that is expected: moments
// are written in whole seconds.
const apart = time.Second

func fitsNotice(want *config.TestNotice, got *told) bool {
	return (want.At-got.at).Abs() < apart && want.To == got.to && fitsText(want.Text, got.text)
}

// fitsText tells whether a text is as expected.
func fitsText(want, got string) bool {
	if want == "" {
		return true
	}
	pattern := regexp.QuoteMeta(strings.ReplaceAll(want, "...", rest))
	pattern = strings.ReplaceAll(pattern, regexp.QuoteMeta(rest), ".*")
	return regexp.MustCompile(`(?s)^` + pattern + `$`).MatchString(got)
}

func wantedNotice(n *config.TestNotice) string {
	text := n.Text
	if text == "" {
		text = rest
	}
	return config.Span(n.At) + " " + n.To + ": " + text
}

func toldNotice(t *told) string {
	return config.Span(t.at.Truncate(time.Second)) + " " + t.to + ": " + t.text
}

// compareAlarms holds the open alarms against those that are expected.
func (r *run) compareAlarms(ctx context.Context, a *config.TestAlarms) error {
	open, err := r.open(ctx)
	if err != nil {
		return err
	}
	left := slices.Clone(open)
	for i := range a.Open {
		k := slices.IndexFunc(left, func(e alarm.Episode) bool { return fits(&a.Open[i], &e) })
		if k < 0 {
			r.mismatch(Mismatch{a.Position, Alarms, a.At, diffAlarms(a.Open, open)})
			return nil
		}
		left = slices.Delete(left, k, k+1)
	}
	if len(left) > 0 {
		r.mismatch(Mismatch{a.Position, Alarms, a.At, diffAlarms(a.Open, open)})
	}
	return nil
}

// fits tells whether an episode is the alarm that is expected.
func fits(want *config.TestAlarm, e *alarm.Episode) bool {
	return want.Rule == e.Key.Rule && want.Instance == e.Key.Instance && want.Account == e.Key.Account && want.Metric == e.Key.MetricName() &&
		(want.Severity == "" || want.Severity == e.Severity)
}

// diffAlarms lists alarms by name, those that are expected and those that are open.
func diffAlarms(want []config.TestAlarm, open []alarm.Episode) []string {
	w, o := slices.Clone(want), slices.Clone(open)
	slices.SortStableFunc(w, func(a, b config.TestAlarm) int { return strings.Compare(wantedAlarm(&a), wantedAlarm(&b)) })
	slices.SortStableFunc(o, func(a, b alarm.Episode) int { return strings.Compare(openAlarm(&a), openAlarm(&b)) })
	diff, _ := lines(w, o, fits, wantedAlarm, openAlarm)
	return diff
}

func wantedAlarm(a *config.TestAlarm) string {
	return alarmLine(string(a.Rule), a.Instance, a.Account, a.Metric, string(a.Severity))
}

func openAlarm(e *alarm.Episode) string {
	return alarmLine(string(e.Key.Rule), e.Key.Instance, e.Key.Account, e.Key.MetricName(), string(e.Severity))
}

func alarmLine(rule, instance, account, metric, severity string) string {
	var parts []string
	for _, p := range []struct{ key, value string }{{"instance", instance}, {"account", account}, {"rule", rule}, {"metric", metric}, {"severity", severity}} {
		if p.value != "" {
			parts = append(parts, p.key+": "+p.value)
		}
	}
	return fmt.Sprintf("{%s}", strings.Join(parts, ", "))
}

// lines lays what is wanted and what is there side by side: the longest common course of
// both stays, the rest is missing or came unexpectedly. It tells whether all is as wanted.
func lines[W, G any](want []W, got []G, fits func(*W, *G) bool, wanted func(*W) string, there func(*G) string) (out []string, same bool) {
	common := make([][]int, len(want)+1)
	for i := range common {
		common[i] = make([]int, len(got)+1)
	}
	for i := len(want) - 1; i >= 0; i-- {
		for k := len(got) - 1; k >= 0; k-- {
			common[i][k] = max(common[i+1][k], common[i][k+1])
			if fits(&want[i], &got[k]) {
				common[i][k] = max(common[i][k], common[i+1][k+1]+1)
			}
		}
	}
	i, k := 0, 0
	for i < len(want) || k < len(got) {
		switch {
		case i < len(want) && k < len(got) && fits(&want[i], &got[k]) && common[i][k] == common[i+1][k+1]+1:
			out = append(out, "  "+there(&got[k]))
			i, k = i+1, k+1
		case i < len(want) && (k == len(got) || common[i+1][k] >= common[i][k+1]):
			out = append(out, "- "+wanted(&want[i]))
			i++
		default:
			out = append(out, "+ "+there(&got[k]))
			k++
		}
	}
	return out, common[0][0] == len(want) && len(want) == len(got)
}
