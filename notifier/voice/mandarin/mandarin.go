// Package mandarin reads figures out as speakers of Mandarin do. A voice reads 4,850 sign by
// sign, or with a pause in it; 四千八百五十 it cannot get wrong. It is pure.
package mandarin

import (
	"regexp"
	"strconv"
	"strings"
)

// Reader writes the figures of texts in words. Any number of goroutines may use one.
type Reader struct{ tokens *regexp.Regexp }

// The groups of Reader.tokens, in their order.
const (
	address = iota + 1 // 127.0.0.1
	date               // 2026-12-31
	hours              // 09:05, 09:05:30
	name               // mqtt-cn-0pp1abc, K7Q2, 5xx
	figure             // 4,850 or 97.5
)

// New returns a Reader.
func New() *Reader {
	return &Reader{tokens: regexp.MustCompile(strings.Join([]string{
		`(\d{1,3}(?:\.\d{1,3}){3})`,
		`(\d{4}-\d{1,2}-\d{1,2})`,
		`(\d{1,2}:\d{2}(?::\d{2})?)`,
		`([A-Za-z0-9_.-]*[A-Za-z][A-Za-z0-9_.-]*)`,
		`(-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?)`,
	}, "|"))}
}

// Read writes the figures of a text in words. No digit of ASCII is left.
func (r *Reader) Read(text string) string {
	var b strings.Builder
	at := 0
	for _, m := range r.tokens.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(text[at:m[0]])
		token := text[m[0]:m[1]]
		at = m[1]
		switch {
		case m[2*address] >= 0:
			b.WriteString(strings.ReplaceAll(digits(token), ".", "点"))
		case m[2*date] >= 0:
			b.WriteString(dated(token))
		case m[2*hours] >= 0:
			b.WriteString(clock(token))
		case m[2*name] >= 0:
			b.WriteString(digits(token))
		default:
			if before := text[:m[0]]; token[0] == '-' && before != "" && !strings.HasSuffix(before, " ") && !strings.HasSuffix(before, "，") {
				b.WriteString("-") // a dash between two figures
				token = token[1:]
			}
			b.WriteString(measured(token, text[at:]))
		}
	}
	b.WriteString(text[at:])
	return b.String()
}

// digits reads sign by sign: 0571 is 零五七一.
func digits(token string) string {
	return strings.NewReplacer("0", "零", "1", "一", "2", "二", "3", "三", "4", "四", "5", "五", "6", "六", "7", "七", "8", "八", "9", "九").Replace(token)
}

// dated reads a date.
func dated(token string) string {
	parts := strings.Split(token, "-")
	return digits(parts[0]) + "年" + figured(strings.TrimLeft(parts[1], "0")) + "月" + figured(strings.TrimLeft(parts[2], "0")) + "日"
}

// clock reads a time of day.
func clock(token string) string {
	parts := strings.Split(token, ":")
	out := paired(trimmed(parts[0])) + "点"
	if minute := parts[1]; minute != "00" || len(parts) == 3 {
		out += low(minute) + "分"
	}
	if len(parts) == 3 {
		out += low(parts[2]) + "秒"
	}
	return out
}

// low reads minutes and seconds, which have two digits.
func low(two string) string {
	if two[0] == '0' && two != "00" {
		return "零" + figured(two[1:])
	}
	return figured(trimmed(two))
}

// trimmed is a number without zeros before it.
func trimmed(number string) string {
	if t := strings.TrimLeft(number, "0"); t != "" {
		return t
	}
	return "0"
}

// measured reads a figure before what it counts: two of something is 两.
func measured(token, after string) string {
	after = strings.TrimLeft(after, " ")
	for _, unit := range []string{"个", "天", "小时", "分钟", "秒", "条", "次", "台", "点", "周"} {
		if strings.HasPrefix(after, unit) {
			return paired(token)
		}
	}
	return figured(token)
}

func paired(token string) string {
	if token == "2" {
		return "两"
	}
	return figured(token)
}

// figured reads a figure.
func figured(token string) string {
	token = strings.ReplaceAll(token, ",", "")
	token, below := strings.CutPrefix(token, "-")
	whole, fraction, some := strings.Cut(token, ".")
	out := digits(whole) // a number of something
	if n, err := strconv.ParseUint(whole, 10, 64); err == nil && n < most && (len(whole) == 1 || whole[0] != '0') {
		out = Number(n) // an amount
	}
	if some {
		out += "点" + digits(fraction)
	}
	if below {
		out = "负" + out
	}
	return out
}

// most is what has no word any more: 万 of 亿.
const most = 1_0000_0000_0000

// Number is a whole number below a trillion in words: 4850 is 四千八百五十.
func Number(n uint64) string {
	if n == 0 {
		return "零"
	}
	units := []string{"", "万", "亿"}
	var parts []string
	gap := false // zeros were left out, which one 零 stands for
	for i := len(units) - 1; i >= 0; i-- {
		size := uint64(1)
		for range i {
			size *= 1_0000
		}
		part := n / size % 1_0000
		if part == 0 {
			gap = len(parts) > 0
			continue
		}
		said := fourDigits(part)
		if len(parts) > 0 && (gap || part < 1000) {
			said = "零" + said
		}
		if part == 2 && i > 0 {
			said = strings.TrimSuffix(said, "二") + "两"
		}
		parts, gap = append(parts, said+units[i]), false
	}
	out := strings.Join(parts, "")
	if rest, ok := strings.CutPrefix(out, "一十"); ok { // ten is not one ten
		out = "十" + rest
	}
	return out
}

// fourDigits reads a number from 1 to 9999.
func fourDigits(n uint64) string {
	out, gap := "", false
	for i, unit := range []string{"千", "百", "十", ""} {
		size := []uint64{1000, 100, 10, 1}[i]
		d := n / size % 10
		if d == 0 {
			gap = out != ""
			continue
		}
		if gap {
			out += "零"
		}
		digit := digits(strconv.FormatUint(d, 10))
		if d == 2 && size == 1000 {
			digit = "两"
		}
		out, gap = out+digit+unit, false
	}
	return out
}
