package notifier

import (
	"fmt"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// DailyTest is the message that somebody gets each day, to know that none is missing.
func DailyTest(c *Contact) Self {
	return Self{
		Rule: TestRule, Subject: c.Name, Severity: alarm.Info, Alone: true, Page: "/people", To: c.Receivers[:1], Only: c.Recipient,
		Text: fleet.Text{
			EN: "TEST Brimwatch runs and can reach you. Nothing is wrong. A day without this message means that something is.",
			ZH: "TEST Brimwatch 运行正常，可以联系到您。若某天没有收到此短信，说明系统有故障。",
		},
	}
}

// AskToAnswer is the message of a drill. code is that of its answer.
func AskToAnswer(c *Contact, code string) Self {
	return Self{
		Rule: DrillRule, Subject: c.Name, Code: code, Severity: alarm.Info, Alone: true, Page: "/people", To: c.Receivers[:1], Only: c.Recipient,
		Text: fleet.Text{
			EN: "Brimwatch drill: reply OK " + code + " to show that alarms reach you at this number. Nothing is wrong.",
			ZH: "Brimwatch 演练：请回复 OK " + code + "，以确认此号码能收到告警。系统一切正常。",
		},
		Brief: fleet.Text{EN: "drill: reply OK " + code, ZH: "演练：请回复 OK " + code},
	}
}

// NotAnswered tells the receivers of fallback that somebody did not answer a drill.
func NotAnswered(c *Contact, asked time.Time, to []string) Self {
	name := c.Name
	if !sms.IsGSM(name) {
		name = "The contact with the number .." + Tail(c.Phone)[len("…"):]
	}
	return Self{
		Rule: DrillRule, Subject: c.Name, Severity: alarm.Warning, Page: "/people", To: to, Except: c.Recipient,
		Text: fleet.Text{
			EN: name + " has not answered the drill of " + words.BriefDate(asked, c.Zone, words.EN) + " within a day. Is the number right, and are its messages read?",
			ZH: c.Name + " 一天内未回复" + words.BriefDate(asked, c.Zone, words.ZH) + "的演练短信，请核实其号码" + Tail(c.Phone) + "。",
		},
		Advice: "Call this person, correct the phone of the contact if it changed, and see on the page of people when the number was last proved.",
	}
}

// NearCap tells who pays that most of a cap is used.
func NearCap(b Bound, used int64, l Limits) Self {
	amount := func(n int64) string { return strconv.FormatInt(n, 10) }
	if b.Cap == CapMoney {
		amount = func(n int64) string { return fleet.Amount(n).String() }
	}
	of := capName(b.Cap)
	en := fmt.Sprintf("%s of %s (%s) are used. ", amount(used), amount(b.Most), of.EN)
	zh := fmt.Sprintf("%s已用%s/%s，", of.ZH, amount(used), amount(b.Most))
	if others := l.Share(b, alarm.Warning); others < b.Most {
		en += "Above " + amount(others) + " only critical alarms are told at once."
		zh += "超过" + amount(others) + "后仅紧急告警立即发送。"
	} else {
		en += "Above the cap alarms are held."
		zh += "达到上限后告警将暂缓发送。"
	}
	return Self{
		Rule: LimitsRule, Subject: string(b.Cap), Severity: alarm.Warning, Page: "/notices", To: l.Warn,
		Text:   fleet.Text{EN: en, ZH: zh},
		Advice: "Look on the page of notices what was told so often, and mend that; or raise the cap under sms.limits.",
	}
}

// CapAgain tells programs that were told of a cap by NearCap that it is over: there is
// room again.
func CapAgain(c Cap, since time.Time) Self {
	of := capName(c)
	return Self{
		Rule: LimitsRule, Subject: string(c), Severity: alarm.Warning, Ended: true, Since: since, Page: "/notices",
		Text: fleet.Text{EN: "there is room again under the cap: " + of.EN + ".", ZH: of.ZH + "已恢复余量。"},
	}
}

// capName says what a cap counts.
func capName(c Cap) fleet.Text {
	return map[Cap]fleet.Text{
		CapDay:   {EN: "text messages of 24 hours", ZH: "24小时短信"},
		CapMonth: {EN: "text messages of 30 days", ZH: "30天短信"},
		CapMoney: {EN: "money for text messages of 30 days", ZH: "30天短信费用"},
	}[c]
}
