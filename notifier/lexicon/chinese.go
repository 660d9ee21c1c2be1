package lexicon

import (
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/heard"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
)

// chinese is the lexicon of Chinese, in the words of the console: 停服, 释放, 销毁, 续费,
// 升配. Figures, codes and product names keep their half-width signs, sentences have
// full-width ones.
type chinese struct{ *Reader }

var _ Lexicon = chinese{}

func (c chinese) Language() words.Language { return words.ZH }

func (c chinese) Signs() Signs { return Signs{"：", "，", "。", "（", "）", ""} }

func (c chinese) Fleet() string { return "全部实例" }

func (c chinese) Tone(t facts.Tone) string {
	severity := words.Severity(string(t.Severity), words.ZH)
	switch t.Stage {
	case facts.Ended:
		return "恢复"
	case facts.Withdrawn:
		return "撤销"
	case facts.Still:
		switch t.Severity {
		case alarm.Critical:
			return "持续紧急告警"
		case alarm.Warning:
			return "持续告警"
		case alarm.Info:
		}
		return "持续提示"
	case facts.Begun:
	}
	return severity
}

func (c chinese) More(n int, account string) string {
	if account == "" {
		return "等" + strconv.Itoa(n+1) + "个"
	}
	return "等" + strconv.Itoa(n+1) + "个" + account + "的实例"
}

func (c chinese) Unanswered(after time.Duration) string {
	return words.Duration(after, words.ZH) + "内无人确认"
}

func (c chinese) Unconfirmed(channels []string) string {
	named := make([]string, len(channels))
	for i, channel := range channels {
		named[i] = channelInChinese(channel)
	}
	return strings.Join(named, "、") + "未确认送达"
}

// channelInChinese names a kind of channel.
func channelInChinese(channel string) string {
	switch channel {
	case "SMS":
		return "短信"
	case "e-mail":
		return "邮件"
	case "voice":
		return "电话"
	}
	return channel
}

// in is （3天后）, and "" for what is not ahead.
func (c chinese) in(at time.Time) string {
	if left := c.left(at, words.ZH); left != "" {
		return "（" + left + "后）"
	}
	return ""
}

func (c chinese) full(at time.Time) string { return c.moment(at) + c.in(at) }

func (c chinese) said(message string) Phrase {
	return Phrase{Message: message, Sentence: message + "。"}
}

func (c chinese) amount(f facts.Figures) string {
	if f.Capacity <= 0 {
		return words.Figure(f.Metric, f.Usage)
	}
	out := words.Of(f.Metric, f.Usage, f.Capacity, words.ZH) + "（" + c.share(f)
	if f.Threshold > 0 {
		out += "，阈值" + words.Threshold(f.Threshold)
	}
	return out + "）"
}

func (c chinese) share(f facts.Figures) string {
	return words.ShareBeside(f.Usage/f.Capacity, f.Beside)
}

func (c chinese) briefly(before string, f facts.Figures) string {
	if f.Capacity <= 0 {
		return words.Metric(f.Metric, words.ZH) + before + words.Figure(f.Metric, f.Usage)
	}
	return words.Metric(f.Metric, words.ZH) + before + c.share(f)
}

func (c chinese) Usage(f facts.Usage) Phrase {
	p := c.said(words.Metric(f.Metric, words.ZH) + " " + c.amount(f.Figures))
	p.Brief = c.briefly("", f.Figures)
	return p
}

func (c chinese) LastUsage(f facts.LastUsage) Phrase {
	p := c.said(words.Metric(f.Metric, words.ZH) + "最后为 " + c.amount(f.Figures))
	p.Brief = c.briefly("最后", f.Figures)
	return p
}

func (c chinese) Back(f facts.Back) Phrase {
	p := c.said(words.Metric(f.Metric, words.ZH) + "回落到 " + c.amount(f.Figures))
	p.Brief = c.briefly("", f.Figures)
	return p
}

func (c chinese) Now(f facts.Now) Phrase {
	p := c.said("现为 " + c.amount(f.Figures))
	if f.Capacity > 0 {
		p.Tight = "现为" + c.share(f.Figures)
	}
	return p
}

func (c chinese) Peak(f facts.Peak) Phrase {
	p := c.said("峰值 " + c.amount(f.Figures))
	if f.Capacity > 0 {
		p.Tight = "峰值" + c.share(f.Figures)
	}
	return p
}

func (c chinese) Lasts(f facts.Lasts) Phrase {
	return c.said("已持续" + words.Duration(f.For, words.ZH))
}

func (c chinese) Lasted(f facts.Lasted) Phrase {
	return c.said("历时" + words.Duration(f.For, words.ZH))
}

func (c chinese) NoDataNow(facts.NoDataNow) Phrase { return c.said("现无数据") }

func (c chinese) DataNow(facts.DataNow) Phrase { return c.said("现已恢复") }

func (c chinese) ThresholdChanged(f facts.ThresholdChanged) Phrase {
	from, to := words.Threshold(f.From), words.Threshold(f.To)
	p := c.said("因阈值由" + from + "改为" + to + "而结束")
	p.Tight = "阈值由" + from + "改为" + to
	p.Brief = "阈值已调整"
	return p
}

func (c chinese) times(t facts.Times, what string) string {
	n := what + strconv.Itoa(t.N) + "次"
	if t.Within > 0 {
		return words.Duration(t.Within, words.ZH) + "内" + n
	}
	return "自" + c.clock(t.Since, words.ZH) + "起" + n
}

func (c chinese) Swings(f facts.Swings) Phrase {
	metric := words.Metric(f.Metric, words.ZH)
	p := c.said(metric + "在" + words.Threshold(f.Threshold) + "上下波动，" + c.times(f.Times, "触发"))
	p.Brief = metric + "上下波动"
	return p
}

func (c chinese) StaysUp(f facts.StaysUp) Phrase {
	p := c.said(words.Metric(f.Metric, words.ZH) + "不再波动，停在 " + c.amount(f.Figures))
	p.Brief = c.briefly("", f.Figures)
	return p
}

func (c chinese) Steady(f facts.Steady) Phrase {
	still := "已平稳" + words.Duration(f.For, words.ZH)
	p := c.said(still + "，" + c.times(f.Times, "触发"))
	p.Tight = still
	return p
}

func (c chinese) Silence(f facts.Silence) Phrase {
	p := c.said("自" + c.clock(f.Since, words.ZH) + "起无数据")
	if f.For > 0 {
		p = c.said("无数据，已持续" + words.Duration(f.For, words.ZH))
	}
	p.Brief = "无数据"
	return p
}

func (c chinese) FleetSilence(f facts.FleetSilence) Phrase {
	count := words.Count(len(f.Silent)) + "个实例"
	said := count + "自" + c.clock(f.Since, words.ZH) + "起无数据"
	if f.For > 0 {
		said = count + "无数据，已持续" + words.Duration(f.For, words.ZH)
	}
	return Phrase{Message: said + c.few(f.Silent), Tight: said, Brief: words.Count(len(f.Silent)) + "个无数据", Sentence: said + c.few(f.Silent) + "。"}
}

func (c chinese) few(list []*fleet.Instance) string {
	const few = 3
	if len(list) == 0 {
		return ""
	}
	var out []string
	for _, in := range list[:min(few, len(list))] {
		out = append(out, c.name(in, 10))
	}
	names := "（" + strings.Join(out, "、")
	if len(list) > few {
		names += "等"
	}
	return names + "）"
}

// cause says why there is no data. What a server answered is left as it is.
func (c chinese) cause(text string) string {
	text = strings.TrimRight(text, ".,:; ")
	if at, err := time.Parse(time.RFC3339, strings.TrimPrefix(text, "no reading since ")); err == nil {
		return "自" + c.clock(at, words.ZH) + "起未收到读数"
	}
	said, _ := c.Heard.Find(text, heard.Plainly)
	return said
}

func (c chinese) Cause(f facts.Cause) Phrase {
	text := c.cause(f.Text)
	return Phrase{Message: "，原因：" + why(text, 40, "…"), Tight: "，原因：" + why(text, 16, "…"), Sentence: "原因：" + text + "。"}
}

func (c chinese) DataBack(f facts.DataBack) Phrase {
	p := c.said("数据已恢复，中断" + words.Duration(f.After, words.ZH))
	p.Brief = "数据已恢复"
	return p
}

func (c chinese) FleetBack(f facts.FleetBack) Phrase {
	p := c.said("多数实例的数据已恢复，中断" + words.Duration(f.After, words.ZH))
	p.Brief = "数据已恢复"
	return p
}

func (c chinese) whose(all bool) string {
	if all {
		return "多数实例的数据"
	}
	return "数据"
}

func (c chinese) DataSwings(f facts.DataSwings) Phrase {
	p := c.said(c.whose(f.Fleet) + "时断时续，" + c.times(f.Times, "中断"))
	p.Brief = "数据时断时续"
	return p
}

func (c chinese) DataGone(f facts.DataGone) Phrase {
	p := c.said(c.whose(f.Fleet) + "不再时断时续，已中断" + words.Duration(f.For, words.ZH))
	p.Brief = "无数据"
	return p
}

func (c chinese) DataSteady(f facts.DataSteady) Phrase {
	stays := c.whose(f.Fleet) + "已恢复，并稳定" + words.Duration(f.For, words.ZH)
	p := c.said(stays + "，" + c.times(f.Times, "中断"))
	p.Tight, p.Brief = stays, "数据已恢复"
	return p
}

func (c chinese) Reaches(f facts.Reaches) Phrase {
	metric, day := words.Metric(f.Metric, words.ZH), words.BriefDay(f.At, c.Reader.Now, c.Zone, words.ZH)
	p := c.said("按目前增长，" + metric + "预计" + day + "前后达到阈值" + c.in(f.At))
	p.Tight = metric + "预计" + day + "前后达到阈值"
	p.Brief = metric + "约" + day + "达到阈值"
	return p
}

func (c chinese) Reached(f facts.Reached) Phrase {
	metric, day := words.Metric(f.Metric, words.ZH), words.BriefDay(f.At, c.Reader.Now, c.Zone, words.ZH)
	p := c.said(metric + "原预计" + day + "前后达到阈值，随时可能达到")
	p.Brief = metric + "即将达到阈值"
	return p
}

func (c chinese) Grows(f facts.Grows) Phrase {
	metric := words.Metric(f.Metric, words.ZH)
	p := c.said(metric + "持续增长，预计达到阈值的时间现已未知")
	p.Brief = metric + "持续增长"
	return p
}

func (c chinese) GrowsNot(f facts.GrowsNot) Phrase {
	metric := words.Metric(f.Metric, words.ZH)
	p := c.said(metric + "近期不再预计达到阈值")
	p.Brief = metric + "不再增长"
	return p
}

func (c chinese) Reason(f facts.Reason) Phrase {
	text := c.cause(f.Text)
	return Phrase{Message: why(text, 50, "…"), Tight: why(text, 30, "…"), Sentence: text + "。"}
}

func (c chinese) SaidGone(f facts.SaidGone) Phrase {
	by := why(f.By, 12, "…")
	return Phrase{Message: by + "确认已不存在", Brief: by + "确认已不存在", Sentence: f.By + " 确认实例已不存在，其告警结束。"}
}

func (c chinese) Unwatched(f facts.Unwatched) Phrase {
	what := words.Rule(string(f.Rule), words.ZH)
	if f.Rule.OfMetric() {
		what = words.Metric(f.Metric, words.ZH) + what
	}
	p := c.said(what + "告警已撤销，不再监控")
	p.Brief = what + "告警已撤销"
	if f.Removed {
		p.Brief = "实例已移除"
	}
	return p
}
