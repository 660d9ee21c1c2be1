package notifier

import (
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// brief says an event in a few words, for a text message that speaks for several:
// the code by which people answer, the name, and the figure or the date. An end is
// a code and a name.
func (w Words) brief(ev *alarm.Event, l words.Language, zone *time.Location) string {
	name, id := names(ev, l.Choose("Fleet", "全部实例"))
	what := ""
	if !Ends(ev.Kind) {
		what = briefly(ev, l, zone)
	}
	if l == words.EN {
		name, what = gsmName(name, id), gsmOnly(what)
	}
	return strings.TrimRight(ev.Code+" "+name+" "+what, " ")
}

// briefly says what is the matter.
func briefly(ev *alarm.Event, l words.Language, zone *time.Location) string {
	c, dated := newCalendarNotice(ev, zone)
	switch rule := ev.Key.Rule; {
	case tellsOfFlapping(ev) && rule == alarm.NoData:
		return l.Choose("data comes and goes", "数据时有时无")
	case tellsOfFlapping(ev):
		return briefFlaps(ev, l)
	case rule == alarm.Capacity:
		return briefCapacity(ev, l)
	case rule == alarm.NoData && ev.Instance == nil:
		return briefSilence(len(ev.Silent), l)
	case rule == alarm.NoData:
		return l.Choose("no data", "无数据")
	case rule == alarm.Forecast && ev.Details != nil:
		return briefForecast(ev, l, zone)
	case dated:
		return briefDates(c, l)
	case tellsOfMoney(ev):
		return briefShortfall(ev, l, zone)
	case ev.Details != nil && ev.Key.Account != "":
		return briefAccount(ev, l)
	}
	return shorten(ev.Reason, 30)
}

func briefCapacity(ev *alarm.Event, l words.Language) string {
	what, share := words.Metric(ev.Key.Metric, l), words.ShareBeside(ev.Utilization(), ev.Threshold)
	if !ev.Known {
		return l.Choose(what+" last "+share, what+"最后"+share)
	}
	return l.Choose(what+" "+share, what+share)
}

// briefFlaps is a metric that goes up and down, or does no longer.
func briefFlaps(ev *alarm.Event, l words.Language) string {
	what := words.Metric(ev.Key.Metric, l)
	if ev.Kind == alarm.Settled {
		return briefCapacity(ev, l)
	}
	return l.Choose(what+" up and down", what+"上下波动")
}

// briefSilence counts the instances that a notice about the whole fleet speaks for.
func briefSilence(n int, l words.Language) string {
	if n == 1 {
		return l.Choose("no data from 1 instance", "1个无数据")
	}
	count := words.Count(n)
	return l.Choose("no data from "+count+" instances", count+"个无数据")
}

func briefForecast(ev *alarm.Event, l words.Language, zone *time.Location) string {
	what, day := words.Metric(ev.Key.Metric, l), words.BriefDate(ev.Details.At, zone, l)
	if day == "" {
		return l.Choose(what+" growing", what+"持续增长")
	}
	return l.Choose(what+" at threshold about "+day, what+"约"+day+"达到阈值")
}

func briefAccount(ev *alarm.Event, l words.Language) string {
	out := l.Choose("balance low", "余额不足")
	if ev.Key.Rule == alarm.Overdue {
		out = l.Choose("overdue", "已欠费")
	}
	if b := words.Balance(ev.Details.Account, l); b != "" {
		return l.Choose(out+", "+b, out+"，"+b)
	}
	return out
}

// briefDates says what happens to an instance, and on which day.
func briefDates(c *calendarNotice, l words.Language) string {
	out := briefHead(c, l)
	others := c.sameForOthers()
	if c.bulk() {
		others = len(c.others)
	}
	if others == 0 {
		return out
	}
	return l.Choose(out+" and "+strconv.Itoa(others)+" more", "等"+strconv.Itoa(others+1)+"个"+out)
}

func briefHead(c *calendarNotice, l words.Language) string {
	at := c.details.At
	switch c.event.Key.Rule {
	case alarm.FrozenRule:
		return l.Choose("frozen", "被冻结")
	case alarm.Overdue:
		return l.Choose("bill unpaid", "欠费")
	case alarm.AutoRenewal:
		return l.Choose("not renewed, ", "未自动续费，") + briefTerm(c, at, l)
	case alarm.CannotRenew:
		return l.Choose("cannot be renewed, ", "无法续费，") + briefTerm(c, at, l)
	case alarm.Suspension:
		return briefStop(c, at, l)
	case alarm.Release:
		return briefDeletion(c, at, l)
	}
	return briefTerm(c, at, l)
}

// briefTerm says when the term ends, or has ended.
func briefTerm(c *calendarNotice, at time.Time, l words.Language) string {
	day := words.BriefDate(at, c.zone, l)
	switch {
	case at.IsZero():
		return l.Choose("expiry unknown", "到期时间未知")
	case at.After(c.now):
		return l.Choose("expires "+day, day+"到期")
	}
	return l.Choose("expired "+day, day+"已到期")
}

func briefStop(c *calendarNotice, at time.Time, l words.Language) string {
	day := words.BriefDate(at, c.zone, l)
	switch {
	case c.dateUnknown():
		return l.Choose("stop date unknown", "停服时间未知")
	case c.course.Downgrades():
		return briefTerm(c, c.course.From, l)
	case at.After(c.now):
		return l.Choose("stops "+day, day+"停服")
	}
	return l.Choose("stopped "+day, day+"已停服")
}

func briefDeletion(c *calendarNotice, at time.Time, l words.Language) string {
	day := words.BriefDate(at, c.zone, l)
	switch {
	case c.dateUnknown():
		return l.Choose("deletion date unknown", "删除时间未知")
	case c.course.Downgrades():
		return l.Choose("release told for "+day+", downgrade is set", "已设置降级，却告知"+day+"释放")
	case at.After(c.now):
		return l.Choose("will be deleted "+day, day+"将删除")
	}
	return l.Choose("due for deletion since "+day, day+"起应被删除")
}
