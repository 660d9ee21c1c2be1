package asked

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/notifier"
)

// maxSilence bounds a silence: what is to be quiet for longer is to be switched off
// in the configuration, where it can be seen.
const maxSilence = 366 * 24 * time.Hour

// Silence checks what was sent and says all that is wrong with it. A silence
// without matchers would hold everything, so it is not one.
func Silence(body *wire.NewSilence, now time.Time) (notifier.Silence, []string) {
	out := notifier.Silence{
		Matchers: body.Matchers, By: strings.TrimSpace(body.By), Comment: strings.TrimSpace(body.Comment), CreatedAt: now,
	}
	var faults []string
	if len(body.Matchers) == 0 {
		faults = append(faults, `matchers is empty; name what to hold, such as {"instance_id":"mqtt-cn-0pp1abc"}`)
	}
	for _, name := range slices.Sorted(maps.Keys(body.Matchers)) {
		value := body.Matchers[name]
		if name == "" || value == "" {
			faults = append(faults, "a matcher needs the name of a label and its value; neither may be empty")
		}
		faults = append(faults, TooLong("the name of a matcher", name), TooLong("the value of matcher "+strconv.Quote(name), value))
	}
	var fault string
	out.Until, fault = endOf(body, now)
	return out, Faults(append(faults, fault, TooLong("by", out.By), TooLong("comment", out.Comment))...)
}

// GarbledSilence tells which words of a silence have characters in them that no name
// may have.
func GarbledSilence(body *wire.NewSilence) []string {
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(body.Matchers)) {
		faults = append(faults, Garbled("the name of a matcher", name), Garbled("the value of matcher "+strconv.Quote(name), body.Matchers[name]))
	}
	return Faults(append(faults, Garbled("by", strings.TrimSpace(body.By)), Garbled("comment", strings.TrimSpace(body.Comment)))...)
}

// endOf tells when a silence ends, or what is wrong with its end.
func endOf(body *wire.NewSilence, now time.Time) (time.Time, string) {
	until := body.Until.UTC()
	switch {
	case body.For != "" && !body.Until.IsZero():
		return until, "for and until say the same; give one of them"
	case body.For != "":
		d, err := Span(body.For)
		if err != nil {
			return until, "for: " + err.Error()
		}
		until = now.Add(d)
	case body.Until.IsZero():
		return until, "until or for is missing"
	}
	switch {
	case !until.After(now):
		return until, fmt.Sprintf("the silence would end at %s, which has passed", until.Format(time.RFC3339))
	case until.Sub(now) > maxSilence:
		return until, "the silence would last longer than a year; switch the alarm off in the configuration instead"
	}
	return until, ""
}
