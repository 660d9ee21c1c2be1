package advice

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
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
func (a *Advice) Short(m fleet.Metric, l words.Language) string {
	f := a.finding(m)
	if a.Verdict != Upgrade || f == nil || f.State != Over || a.Target == nil || !a.Target.Allowed {
		return ""
	}
	if a.Target.Open || f.Apart {
		return l.Choose("Needs at least "+words.Figure(m, f.Wanted)+".", "至少需要"+words.Figure(m, f.Wanted))
	}
	if f.TargetState != Holds {
		return ""
	}
	if a.sure() {
		return l.Choose(a.Target.Name()+" fits.", a.Target.Name()+"可满足")
	}
	return l.Choose(a.Target.Name()+" fits its "+words.Metric(m, l)+".", a.Target.Name()+"可满足"+words.Metric(m, l))
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

// Text says all of it in a few sentences.
func (a *Advice) Text(l words.Language) string {
	s := sentences{lang: l}
	s.add(a.opening(l))
	if a.Verdict == Upgrade || a.Verdict == NoCatalogue {
		for i := range a.Findings {
			s.add(a.Findings[i].above(l))
		}
	}
	if a.Target != nil {
		s.add(a.Target.how(a.instance, l))
		s.add(a.apart(l))
	}
	s.add(a.blocked(l))
	if a.Also != nil {
		s.add(l.Choose("Also possible: ", "也可变更为") + a.Also.full())
		s.add(a.Also.how(a.instance, l))
	}
	s.add(a.unknown(l))
	return s.String()
}

// full names edition and specification.
func (t *Target) full() string { return strings.TrimSpace(t.Edition + " " + t.Spec) }

func (a *Advice) opening(l words.Language) string {
	days := strconv.Itoa(a.Days)
	switch a.Verdict {
	case Fits:
		if !a.Complete {
			return l.Choose("As far as it is known, the present capacity is enough", "就已知指标而言，当前容量足够")
		}
		return l.Choose("The present capacity is enough", "当前容量足够")
	case NotEnoughHistory:
		return l.Choose("There is not enough history: "+count(a.Days, "full day")+" of "+strconv.Itoa(LeastDays), "历史数据不足：仅"+days+"个完整日，需要"+strconv.Itoa(LeastDays)+"个")
	case Unknown:
		return l.Choose("No metric has both a usage and a capacity that are known", "没有同时已知用量和容量的指标")
	case NoCatalogue:
		return l.Choose("The catalogue does not know this edition", "规格目录中没有该版本")
	case DowngradePossible:
		return l.Choose("A smaller one would do: "+a.Target.full()+", of whose thresholds 30 days of peaks stayed under 80%", a.Target.full()+"即可满足，30天内峰值低于其阈值的80%")
	case Upgrade:
	}
	switch {
	case a.Target == nil:
		return l.Choose("Nothing in the catalogue that it may be changed into is large enough", "目录中没有可变更的足够大的规格")
	case a.Target.Open:
		return l.Choose("More capacity is needed", "需要更多容量")
	}
	return l.Choose(a.Target.full()+" would fit", a.Target.full()+"可满足")
}

// above says what stands at or above its threshold, and how much it takes.
func (f *Finding) above(l words.Language) string {
	if f.State != Over {
		return ""
	}
	m := f.Metric
	text := fmt.Sprintf(l.Choose("%s reached %s of %s (threshold %s), so it needs at least %s", "%s用量%s，容量%s（阈值%s），至少需要%s"),
		words.Metric(m, l), words.Figure(m, f.Need), words.Figure(m, f.Capacity), words.Threshold(f.Threshold), words.Figure(m, f.Wanted))
	if f.Largest > 0 && f.Largest < f.Wanted {
		text += fmt.Sprintf(l.Choose("; the largest has %s, which is %s too little", "，最大规格仅%s，差%s"), words.Figure(m, f.Largest), words.Figure(m, f.Wanted-f.Largest))
	}
	return words.Capital(text)
}

// how says whether and how the change is made.
func (t *Target) how(in *fleet.Instance, l words.Language) string {
	c := t.Change
	if c == nil {
		return l.Choose("The catalogue does not say whether and how it may be changed", "目录未说明能否及如何变更")
	}
	s := sentences{lang: l}
	if t.Refused {
		s.add(l.Choose("Not while the account is overdue: pay first", "账号欠费期间不能变更，请先付款"))
	}
	s.add(c.note(l))
	ends := words.Date(in.Term.Expires, time.UTC)
	switch {
	case c.By == ByPostExpiration && in.Term.PostExpiration == fleet.Downgrade:
		s.add(l.Choose("The post-expiration action is set to downgrade already", "到期后操作已设为降级"))
	case c.By == ByPostExpiration && ends != "":
		s.add(l.Choose("As it is set now, the instance is released; change that before "+ends, "当前设置为到期释放，须在"+ends+"前修改"))
	case c.By == ByPostExpiration:
		s.add(l.Choose("As it is set now, the instance is released; change that first", "当前设置为到期释放，须先修改"))
	case c.Late && ends != "":
		s.add(l.Choose("This term ends on "+ends, "本期至"+ends))
	}
	return s.String()
}

// note says how a change happens; in English where the catalogue has no other.
func (c *Change) note(l words.Language) string {
	if n := c.Note[l.String()]; n != "" {
		return n
	}
	return c.Note[words.EN.String()]
}

// apart names what is bought apart from the specification and stands above.
func (a *Advice) apart(l words.Language) string {
	var names []string
	for i := range a.Findings {
		if f := &a.Findings[i]; f.Apart && f.State == Over {
			names = append(names, words.Metric(f.Metric, l))
		}
	}
	if len(names) == 0 {
		return ""
	}
	list := strings.Join(names, l.Choose(", ", "、"))
	return words.Capital(l.Choose(list+": bought apart from the specification", list+"与规格分开购买"))
}

// blocked says what would fit if it were allowed.
func (a *Advice) blocked(l words.Language) string {
	if a.Blocked == nil {
		return ""
	}
	return l.Choose(a.Blocked.full()+" would fit, but: ", a.Blocked.full()+"可满足，但：") + a.Blocked.how(a.instance, l)
}

// unknown names what is not known, of what there is and of the target.
func (a *Advice) unknown(l words.Language) string {
	var now, then []string
	for i := range a.Findings {
		f := &a.Findings[i]
		switch {
		case f.State == NotKnown:
			now = append(now, f.why(l))
		case f.TargetState == NotKnown && !a.Target.Open:
			then = append(then, words.Metric(f.Metric, l))
		}
	}
	s := sentences{lang: l}
	if len(now) > 0 {
		s.add(l.Choose("Not known: ", "未知：") + strings.Join(now, l.Choose(", ", "、")))
	}
	if len(then) > 0 {
		s.add(l.Choose("Not known is what the target carries in "+strings.Join(then, ", "), "目标规格的"+strings.Join(then, "、")+"容量未知"))
	}
	return s.String()
}

// why says what of a metric is not known.
func (f *Finding) why(l words.Language) string {
	n := words.Metric(f.Metric, l)
	if !f.Usage.Known {
		return l.Choose("usage of "+n, n+"用量")
	}
	return l.Choose("capacity of "+n, n+"容量")
}

// Reason says of one metric how it goes, in English.
func (f *Finding) Reason() string {
	m := f.Metric
	switch f.State {
	case NotKnown:
		return f.why(words.EN) + " is not known"
	case Holds:
	case Over:
		return fmt.Sprintf("%s is at or above %s of %s; it takes at least %s", words.Figure(m, f.Need), words.Threshold(f.Threshold), words.Figure(m, f.Capacity), words.Figure(m, f.Wanted))
	}
	return fmt.Sprintf("%s stays under %s of %s", words.Figure(m, f.Need), words.Threshold(f.Threshold), words.Figure(m, f.Capacity))
}

// sentences puts sentences behind each other, with a stop after each.
type sentences struct {
	lang words.Language
	out  strings.Builder
}

func (s *sentences) add(text string) {
	text = strings.TrimRight(text, ".。")
	if text == "" {
		return
	}
	if s.out.Len() > 0 && s.lang == words.EN {
		s.out.WriteByte(' ')
	}
	s.out.WriteString(text)
	s.out.WriteString(s.lang.Choose(".", "。"))
}

func (s *sentences) String() string { return s.out.String() }

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
