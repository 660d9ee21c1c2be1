package notifier

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// englishIn is " (in 3 d)", and "" for what is not ahead.
func englishIn(at, now time.Time, zone *time.Location) string {
	if left := words.Remaining(at, now, zone, words.EN); left != "" {
		return " (in " + left + ")"
	}
	return ""
}

// chineseIn is （3天后）, and "" for what is not ahead.
func chineseIn(at, now time.Time, zone *time.Location) string {
	if left := words.Remaining(at, now, zone, words.ZH); left != "" {
		return "（" + left + "后）"
	}
	return ""
}
