package advice

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Name is what a target is called: its specification, or its edition where that
// has only one size.
func (t *Target) Name() string {
	if t.Spec != "" {
		return t.Spec
	}
	return t.Edition
}

// Short says in a few words, for a text message about metric m, what would fit; ""
// when there is nothing that may be changed into now, or the metric itself is not
// the matter.
func (a *Advice) Short(m fleet.Metric, language string) string {
	f := a.finding(m)
	if a.Verdict != Upgrade || f == nil || f.State != Over || a.Target == nil || !a.Target.Allowed {
		return ""
	}
	zh := language == "zh"
	if a.Target.Open || f.Apart {
		return pick(zh, "至少需要"+Figure(m, f.Wanted), "Needs at least "+Figure(m, f.Wanted)+".")
	}
	if f.TargetState != Holds {
		return ""
	}
	if a.sure() {
		return pick(zh, a.Target.Name()+"可满足", a.Target.Name()+" fits.")
	}
	return pick(zh, a.Target.Name()+"可满足"+name(m, zh), a.Target.Name()+" fits its "+name(m, zh)+".")
}

// sure tells whether every metric is known to fit the target.
func (a *Advice) sure() bool {
	for i := range a.Findings {
		if a.Findings[i].TargetState != Holds {
			return false
		}
	}
	return a.Target != nil
}

// Concerns tells whether metric m stands at or above its threshold.
func (a *Advice) Concerns(m fleet.Metric) bool {
	f := a.finding(m)
	return f != nil && f.State == Over
}

func (a *Advice) finding(m fleet.Metric) *Finding {
	for i := range a.Findings {
		if a.Findings[i].Metric == m {
			return &a.Findings[i]
		}
	}
	return nil
}

// Text says all of it in a few sentences, in English (en) or Chinese (zh).
func (a *Advice) Text(language string) string {
	zh := language == "zh"
	s := sentences{zh: zh}
	s.add(a.opening(zh))
	if a.Verdict == Upgrade || a.Verdict == NoCatalogue {
		for i := range a.Findings {
			s.add(a.Findings[i].above(zh))
		}
	}
	if a.Target != nil {
		s.add(a.Target.how(a.instance, language))
		s.add(a.apart(zh))
	}
	s.add(a.blocked(language))
	if a.Also != nil {
		s.add(pick(zh, "也可变更为", "Also possible: ") + a.Also.full())
		s.add(a.Also.how(a.instance, language))
	}
	s.add(a.unknown(zh))
	return s.String()
}

// full names edition and specification.
func (t *Target) full() string { return strings.TrimSpace(t.Edition + " " + t.Spec) }

func (a *Advice) opening(zh bool) string {
	days := strconv.Itoa(a.Days)
	switch a.Verdict {
	case Fits:
		if !a.Complete {
			return pick(zh, "就已知指标而言，当前容量足够", "As far as it is known, the present capacity is enough")
		}
		return pick(zh, "当前容量足够", "The present capacity is enough")
	case NotEnoughHistory:
		return pick(zh, "历史数据不足：仅"+days+"个完整日，需要"+strconv.Itoa(LeastDays)+"个", "There is not enough history: "+count(a.Days, "full day")+" of "+strconv.Itoa(LeastDays))
	case Unknown:
		return pick(zh, "没有同时已知用量和容量的指标", "No metric has both a usage and a capacity that are known")
	case NoCatalogue:
		return pick(zh, "规格目录中没有该版本", "The catalogue does not know this edition")
	case DowngradePossible:
		return pick(zh, a.Target.full()+"即可满足，30天内峰值低于其阈值的80%", "A smaller one would do: "+a.Target.full()+", of whose thresholds 30 days of peaks stayed under 80%")
	case Upgrade:
	}
	switch {
	case a.Target == nil:
		return pick(zh, "目录中没有可变更的足够大的规格", "Nothing in the catalogue that it may be changed into is large enough")
	case a.Target.Open:
		return pick(zh, "需要更多容量", "More capacity is needed")
	}
	return pick(zh, a.Target.full()+"可满足", a.Target.full()+" would fit")
}

// above says what stands at or above its threshold, and how much it takes.
func (f *Finding) above(zh bool) string {
	if f.State != Over {
		return ""
	}
	m := f.Metric
	text := fmt.Sprintf(pick(zh, "%s用量%s，容量%s（阈值%s），至少需要%s", "%s reached %s of %s (threshold %s), so it needs at least %s"),
		name(m, zh), Figure(m, f.Need), Figure(m, f.Capacity), percent(f.Threshold), Figure(m, f.Wanted))
	if f.Largest > 0 && f.Largest < f.Wanted {
		text += fmt.Sprintf(pick(zh, "，最大规格仅%s，差%s", "; the largest has %s, which is %s too little"), Figure(m, f.Largest), Figure(m, f.Wanted-f.Largest))
	}
	return capital(text)
}

// how says whether and how the change is made.
func (t *Target) how(in *fleet.Instance, language string) string {
	zh := language == "zh"
	c := t.Change
	if c == nil {
		return pick(zh, "目录未说明能否及如何变更", "The catalogue does not say whether and how it may be changed")
	}
	s := sentences{zh: zh}
	if t.Refused {
		s.add(pick(zh, "账号欠费期间不能变更，请先付款", "Not while the account is overdue: pay first"))
	}
	s.add(c.note(language))
	ends := date(in.Term.Expires)
	switch {
	case c.By == ByPostExpiration && in.Term.PostExpiration == fleet.Downgrade:
		s.add(pick(zh, "到期后操作已设为降级", "The post-expiration action is set to downgrade already"))
	case c.By == ByPostExpiration && ends != "":
		s.add(pick(zh, "当前设置为到期释放，须在"+ends+"前修改", "As it is set now, the instance is released; change that before "+ends))
	case c.By == ByPostExpiration:
		s.add(pick(zh, "当前设置为到期释放，须先修改", "As it is set now, the instance is released; change that first"))
	case c.Late && ends != "":
		s.add(pick(zh, "本期至"+ends, "This term ends on "+ends))
	}
	return s.String()
}

// note is how a change happens, in a language, or in English.
func (c *Change) note(language string) string {
	if n := c.Note[language]; n != "" {
		return n
	}
	return c.Note["en"]
}

// apart names what is bought apart from the specification and stands above.
func (a *Advice) apart(zh bool) string {
	var names []string
	for i := range a.Findings {
		if f := &a.Findings[i]; f.Apart && f.State == Over {
			names = append(names, name(f.Metric, zh))
		}
	}
	if len(names) == 0 {
		return ""
	}
	list := strings.Join(names, pick(zh, "、", ", "))
	return capital(pick(zh, list+"与规格分开购买", list+": bought apart from the specification"))
}

// blocked says what would fit if it were allowed.
func (a *Advice) blocked(language string) string {
	if a.Blocked == nil {
		return ""
	}
	zh := language == "zh"
	return pick(zh, a.Blocked.full()+"可满足，但：", a.Blocked.full()+" would fit, but: ") + a.Blocked.how(a.instance, language)
}

// unknown names what is not known, of what there is and of the target.
func (a *Advice) unknown(zh bool) string {
	var now, then []string
	for i := range a.Findings {
		f := &a.Findings[i]
		switch {
		case f.State == NotKnown:
			now = append(now, f.why(zh))
		case f.TargetState == NotKnown && !a.Target.Open:
			then = append(then, name(f.Metric, zh))
		}
	}
	s := sentences{zh: zh}
	if len(now) > 0 {
		s.add(pick(zh, "未知：", "Not known: ") + strings.Join(now, pick(zh, "、", ", ")))
	}
	if len(then) > 0 {
		s.add(pick(zh, "目标规格的"+strings.Join(then, "、")+"容量未知", "Not known is what the target carries in "+strings.Join(then, ", ")))
	}
	return s.String()
}

// why says what of a metric is not known.
func (f *Finding) why(zh bool) string {
	n := name(f.Metric, zh)
	if !f.Usage.Known {
		return pick(zh, n+"用量", "usage of "+n)
	}
	return pick(zh, n+"容量", "capacity of "+n)
}

// Reason says of one metric how it goes, in English.
func (f *Finding) Reason() string {
	m := f.Metric
	switch f.State {
	case NotKnown:
		return f.why(false) + " is not known"
	case Holds:
	case Over:
		return fmt.Sprintf("%s is at or above %s of %s; it takes at least %s", Figure(m, f.Need), percent(f.Threshold), Figure(m, f.Capacity), Figure(m, f.Wanted))
	}
	return fmt.Sprintf("%s stays under %s of %s", Figure(m, f.Need), percent(f.Threshold), Figure(m, f.Capacity))
}

// sentences puts sentences behind each other, with a stop after each.
type sentences struct {
	zh  bool
	out strings.Builder
}

func (s *sentences) add(text string) {
	text = strings.TrimRight(text, ".。")
	if text == "" {
		return
	}
	if s.out.Len() > 0 && !s.zh {
		s.out.WriteByte(' ')
	}
	s.out.WriteString(text)
	s.out.WriteString(pick(s.zh, "。", "."))
}

func (s *sentences) String() string { return s.out.String() }

func pick(zh bool, chinese, english string) string {
	if zh {
		return chinese
	}
	return english
}

// capital begins an English sentence.
func capital(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// name is what people call a metric.
func name(m fleet.Metric, zh bool) string {
	switch m {
	case fleet.MessageTPS:
		return pick(zh, "消息TPS", "message TPS")
	case fleet.SendTPS:
		return pick(zh, "发送TPS", "send TPS")
	case fleet.ReceiveTPS:
		return pick(zh, "接收TPS", "receive TPS")
	case fleet.Subscriptions:
		return pick(zh, "订阅数", "subscriptions")
	case fleet.Connections:
		return pick(zh, "连接数", "connections")
	case fleet.CommandsTPS:
		return pick(zh, "命令TPS", "command TPS")
	case fleet.MemoryBytes:
		return pick(zh, "内存", "memory")
	}
	return m.String()
}

// Figure writes an amount of a metric for people: 3,612, or 3.2 GiB.
func Figure(m fleet.Metric, v float64) string {
	if m == fleet.MemoryBytes {
		if v >= 1<<30 {
			return strconv.FormatFloat(v/(1<<30), 'f', 1, 64) + " GiB"
		}
		return strconv.FormatFloat(v/(1<<20), 'f', 0, 64) + " MiB"
	}
	s := strconv.FormatFloat(v, 'f', 0, 64)
	if v < 10 && v != float64(int64(v)) {
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'g', 4, 64) + "%" }
