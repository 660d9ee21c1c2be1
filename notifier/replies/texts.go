package replies

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// fit returns the first form of an answer that takes no more than so many segments. The
// forms say ever less; should the last not fit either, its end goes.
func fit(most int, forms ...string) string {
	for _, form := range forms {
		if n, _ := sms.Segments(form); n <= most {
			return form
		}
	}
	out := forms[len(forms)-1]
	for n, _ := sms.Segments(out); n > most; n, _ = sms.Segments(out) {
		_, size := utf8.DecodeLastRuneInString(out)
		out = out[:len(out)-size]
	}
	return out
}

// say chooses an answer in the language of the person. It has no figures in it.
func (a *answering) say(english, chinese string) string {
	return fit(1, a.person.Language.Choose(english, chinese))
}

func (a *answering) zh() bool { return a.person.Language == words.ZH }

// joined lists codes.
func (a *answering) joined(codes []string) string {
	return strings.Join(codes, a.person.Language.Choose(", ", "、"))
}

// acked says which alarms are acknowledged, and which codes no open alarm has.
func (a *answering) acked(done, missing []string) string {
	if len(done) == 0 {
		return a.noSuch(missing)
	}
	if a.zh() {
		gone, goneShort := "", ""
		if len(missing) > 0 {
			gone, goneShort = "未找到："+a.joined(missing)+"。", fmt.Sprintf("另有%d个代码无对应告警。", len(missing))
		}
		listed, counted := "已确认告警 "+a.joined(done)+"，不再提醒。", fmt.Sprintf("已确认%d个告警，不再提醒。", len(done))
		return fit(1, listed+gone, listed+goneShort, counted+gone, counted+goneShort)
	}
	verb, worse := "are", "they get"
	if len(done) == 1 {
		verb, worse = "is", "it gets"
	}
	gone, goneShort := "", ""
	if len(missing) > 0 {
		gone, goneShort = " Not open: "+a.joined(missing)+".", fmt.Sprintf(" %s of no open alarm.", counted(len(missing), "code"))
	}
	rest := fmt.Sprintf(" %s acknowledged: no more reminders, unless %s worse.", verb, worse)
	listed, few := a.joined(done)+rest, counted(len(done), "alarm")+rest
	return fit(1, listed+gone, listed+goneShort, few+gone, few+goneShort)
}

// counted writes 1 alarm, 2 alarms.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// noSuch says that codes are those of no open alarm. No other is guessed where letters
// were taken for digits.
func (a *answering) noSuch(codes []string) string {
	english, chinese := fmt.Sprintf("None of the %d codes is of an open alarm.", len(codes)), fmt.Sprintf("这%d个代码均无未结束的告警。", len(codes))
	if len(codes) == 1 {
		english, chinese = "No open alarm has the code "+codes[0]+". It may have ended.", "没有代码为 "+codes[0]+" 的未结束告警，可能已结束。"
	}
	for _, c := range codes {
		if strings.ContainsAny(c, "01ILOUV") {
			english += " No code has 0, 1, I, L, O, U or V in it."
			chinese += "代码中没有0、1、I、L、O、U、V。"
			break
		}
	}
	return a.say(english, chinese)
}

// noneLeft says that there is nothing to acknowledge, of so many that are open.
func (a *answering) noneLeft(open int) string {
	if open > 0 {
		return a.say("All open alarms that you were told of are acknowledged already.", "您收到的未结束告警均已确认。")
	}
	return a.say("No alarm that you were told of is open.", "您收到的告警均已结束。")
}

// whichOf says that OK is not clear.
func (a *answering) whichOf(open int, gravest string) string {
	return a.say(
		fmt.Sprintf("%d alarms are open, nothing was acknowledged. Reply ACK and a code, such as ACK %s, or ACK ALL.", open, gravest),
		fmt.Sprintf("有%d个未结束告警，未作确认。请回复代码（如 %s）或：全部确认。", open, gravest))
}

// muteWhich says how to mute.
func (a *answering) muteWhich() string {
	return a.say(fmt.Sprintf("Nothing was muted. Reply MUTE, one to %d codes and how long: MUTE K7Q2 2h.", mostMuted), "未静音任何告警。请回复：静音 代码 时长，例如 静音 K7Q2 2h。")
}

// muted says what is muted until when, and what is not and why.
func (a *answering) muted(done, missing, whole []string, until time.Time, cut bool) string {
	if len(done) == 0 && len(whole) == 0 {
		return a.noSuch(missing)
	}
	l := a.person.Language
	var parts, short []string
	add := func(english, chinese string) { parts = append(parts, l.Choose(english, chinese)) }
	if at := words.Soon(until, a.now, a.person.Zone, l); len(done) > 0 {
		verb := "are"
		if len(done) == 1 {
			verb = "is"
		}
		add(fmt.Sprintf("%s %s muted until %s, even if worse.", a.joined(done), verb, at), fmt.Sprintf("%s 已静音至%s，恶化也不提醒。", a.joined(done), at))
		short = append(short, l.Choose(counted(len(done), "alarm")+" "+verb+" muted until "+at+".", fmt.Sprintf("已静音%d个告警至%s。", len(done), at)))
		if cut {
			add("7 days is the most.", "最长7天。")
		}
	}
	if len(whole) > 0 {
		add(a.joined(whole)+" is about the whole fleet: acknowledge it instead.", a.joined(whole)+" 涉及全部实例，请改为确认。")
		short = append(short, l.Choose(a.joined(whole)+" was not.", a.joined(whole)+" 未静音。"))
	}
	if len(missing) > 0 {
		add("Not open: "+a.joined(missing)+".", "未找到："+a.joined(missing)+"。")
		short = append(short, l.Choose(counted(len(missing), "code")+" of no open alarm.", fmt.Sprintf("另有%d个代码无对应告警。", len(missing))))
	}
	blank := l.Choose(" ", "")
	return fit(1, strings.Join(parts, blank), strings.Join(short, blank))
}

// help says what can be texted.
func (a *answering) help() string {
	return a.say("Reply a code such as K7Q2, several codes, ACK ALL, OK if only one is open, MUTE K7Q2 2h, STATUS or LIST. STOP ends all text messages.",
		"可回复：代码（如K7Q2）、全部确认、好（仅一个时）、静音 K7Q2 2h、状态、列表。STOP停收短信。")
}

// confused says that nothing was understood.
func (a *answering) confused() string {
	return a.say("Not understood, nothing was changed. Reply a code such as K7Q2, ACK ALL, MUTE K7Q2 2h, STATUS, LIST or HELP.",
		"未能理解，未作更改。可回复：代码（如K7Q2）、全部确认、静音 K7Q2 2h、状态、列表、帮助。")
}

// notStored says that nothing can be stored.
func (a *answering) notStored() string {
	return a.say("Not done: Brimwatch could not store it. Reminders go on. Please reply again in a few minutes.", "未完成：保存失败，将继续提醒。请几分钟后重新回复。")
}

// proved thanks for the answer to a drill.
func (a *answering) proved() string {
	return a.say("Thank you. It is noted that alarms reach you at this number.", "谢谢，已记录此号码可以收到告警。")
}

// notNoted says that the answer to a drill could not be stored.
func (a *answering) notNoted() string {
	return a.say("Not noted: Brimwatch could not store it. Please reply again in a few minutes.", "未能记录：保存失败，请几分钟后重新回复。")
}

// notRead says that nothing can be looked up.
func (a *answering) notRead() string {
	return a.say("Not done: Brimwatch could not look the alarms up. Please reply again in a few minutes.", "未完成：读取告警失败。请几分钟后重新回复。")
}
