package notifier

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// Limits caps text messages, or telephone calls, and what they may cost. A cap of 0 is none. Ends of alarms, and what
// Brimwatch says of the caps themselves, are counted and never held back: who heard of
// the beginning hears of the end.
type Limits struct {
	PerContact      int
	PerContactEvery time.Duration
	PerDay          int
	PerMonth        int
	MoneyPerMonth   fleet.Amount
	// ReserveCritical is the share of each cap that only critical alarms may use.
	ReserveCritical float64
	// Warn names the receivers that are told when most of a cap is used.
	Warn []string
}

// Limits returns the caps on text messages.
func (d *Directory) Limits() Limits { return d.entries.Limits }

// LimitsOf returns the caps on messages of a channel: text messages and calls have some.
func (d *Directory) LimitsOf(channel string) Limits {
	switch channel {
	case "sms":
		return d.entries.Limits
	case VoiceChannel:
		return d.entries.CallLimits
	}
	return Limits{}
}

// Cap names one of the limits.
type Cap string

// The caps.
const (
	CapContact Cap = "contact"
	CapDay     Cap = "day"
	CapMonth   Cap = "month"
	CapMoney   Cap = "money"
)

// Bound is one cap that is set.
type Bound struct {
	Cap    Cap
	Window time.Duration
	Most   int64 // messages; millionths of a currency's unit for CapMoney
}

// Bounds lists the caps that are set: that of a contact first.
func (l *Limits) Bounds() []Bound {
	const day = 24 * time.Hour
	var out []Bound
	for _, b := range []Bound{
		{CapContact, l.PerContactEvery, int64(l.PerContact)},
		{CapDay, day, int64(l.PerDay)},
		{CapMonth, 30 * day, int64(l.PerMonth)},
		{CapMoney, 30 * day, int64(l.MoneyPerMonth)},
	} {
		if b.Most > 0 {
			out = append(out, b)
		}
	}
	return out
}

// Share is how much of a bound alarms of a severity may use. A reserve leaves others at
// least one text message, unless it is all of the cap.
func (l *Limits) Share(b Bound, s alarm.Severity) int64 {
	if s == alarm.Critical || l.ReserveCritical <= 0 {
		return b.Most
	}
	if l.ReserveCritical >= 1 {
		return 0
	}
	// The reserve is what is rounded off: 20 % of 10 is 2, though 0.2 is none of the
	// numbers that a computer has.
	return max(b.Most-int64(math.Round(float64(b.Most)*l.ReserveCritical)), 1)
}

// CapReached says in a text message that a cap holds others back: how many, as far as they are
// known. The text is cut where that is needed, so that it stays one segment.
func CapReached(text string, l words.Language, c Cap, held int) string {
	reached := map[Cap][2]string{
		CapContact: {"your cap", "您的短信上限"}, CapDay: {"the cap of the day", "当日短信上限"},
		CapMonth: {"the cap of the month", "当月短信上限"}, CapMoney: {"the cap on money", "短信费用上限"},
	}[c]
	en, zh := "; more is held: "+reached[0]+" is reached", "；后续告警暂缓：已达"+reached[1]
	if held > 0 {
		n := strconv.Itoa(held)
		en, zh = "; "+n+" more are held: "+reached[0]+" is reached", "；另有"+n+"条暂缓：已达"+reached[1]
		if held == 1 {
			en = "; 1 more is held: " + reached[0] + " is reached"
		}
	}
	return withTail(text, l.Choose(en, zh))
}

// withTail appends a tail to a text, which loses signs before it until both fit into one
// segment.
func withTail(text, tail string) string {
	body := strings.TrimRight(text, ".。")
	for cut := false; ; cut = true {
		out := body + tail
		if cut {
			out = strings.TrimRight(body, " ,.，。") + ".." + tail
		}
		if n, _ := sms.Segments(out); n <= 1 || body == "" {
			return out
		}
		_, size := utf8.DecodeLastRuneInString(body)
		body = body[:len(body)-size]
	}
}
