package replies

import (
	"strings"
	"time"
	"unicode"
)

// word is a word that has a meaning in a reply.
type word uint8

const (
	unknown word = iota
	wordAck
	wordAll
	wordOK
	wordMute
	wordStatus
	wordList
	wordHelp
	filler // manners
	numWords
)

// meaning finds a word. What is written in another alphabet and looks the same is
// another word.
func meaning(text string) word {
	switch text {
	case "ACK", "ACKED", "ACKNOWLEDGE", "ACKNOWLEDGED", "CONFIRM", "CONFIRMED", "确认", "确定":
		return wordAck
	case "ALL", "全部", "所有":
		return wordAll
	case "1", "OK", "OKAY", "好", "好的", "收到", "知道了":
		return wordOK
	case "MUTE", "SILENCE", "SNOOZE", "静音", "屏蔽":
		return wordMute
	case "STATUS", "状态":
		return wordStatus
	case "LIST", "列表":
		return wordList
	case "HELP", "INFO", "帮助":
		return wordHelp
	case "THANKS", "THANK", "YOU", "THX", "PLEASE", "PLS", "AND", "FOR", "ALARM", "ALARMS", "请", "谢谢", "和", "告警", "的":
		return filler
	}
	return unknown
}

// unit is how long a unit of time is; 0 for what is none.
func unit(text string) time.Duration {
	switch text {
	case "M", "MIN", "MINS", "MINUTE", "MINUTES", "分钟", "分":
		return time.Minute
	case "H", "HR", "HRS", "HOUR", "HOURS", "小时", "个小时":
		return time.Hour
	case "D", "DAY", "DAYS", "天", "日":
		return 24 * time.Hour
	case "W", "WEEK", "WEEKS", "周", "星期":
		return 7 * 24 * time.Hour
	}
	return 0
}

// amount is how long a time is that is one word in Chinese; 0 for what is none.
func amount(text string) time.Duration {
	switch text {
	case "半小时":
		return 30 * time.Minute
	case "一小时":
		return time.Hour
	case "两小时":
		return 2 * time.Hour
	case "半天":
		return 12 * time.Hour
	case "一天":
		return 24 * time.Hour
	}
	return 0
}

// means tells whether a piece of Chinese has a meaning here.
func means(text string) bool { return meaning(text) != unknown || unit(text) > 0 || amount(text) > 0 }

// longestHan is how many signs the longest Chinese word has.
const longestHan = 3

// cutHan takes a run of Chinese apart into words, each as long as possible; false when
// there is one that has no meaning here.
func cutHan(run string) (out []string, ok bool) {
	signs := []rune(run)
	for len(signs) > 0 {
		n := min(longestHan, len(signs))
		for n > 0 && !means(string(signs[:n])) {
			n--
		}
		if n == 0 {
			return nil, false
		}
		out = append(out, string(signs[:n]))
		signs = signs[n:]
	}
	return out, true
}

// narrow writes full-width signs in their usual width, and all letters of ASCII as
// capitals.
func narrow(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= '！' && c <= '～':
			c -= '！' - '!'
		case unicode.IsSpace(c):
			return ' '
		}
		if c >= 'a' && c <= 'z' {
			return c - 'a' + 'A'
		}
		return c
	}, text)
}

// tokens splits a narrow text into words: at blanks and the signs between words, and
// where Chinese begins or ends. A hyphen is a part of a word: K7Q2-cache is no code.
func tokens(text string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(text, separates) {
		begin, han := 0, false
		for i, c := range part {
			if now := unicode.Is(unicode.Han, c); i == 0 {
				han = now
			} else if now != han {
				out = append(out, part[begin:i])
				begin, han = i, now
			}
		}
		out = append(out, part[begin:])
	}
	return out
}

// separates tells whether a sign stands between words.
func separates(c rune) bool {
	return unicode.IsSpace(c) || strings.ContainsRune(`,;.!?:()[]{}<>"'#+&、。“”‘’「」《》…·`, c)
}
