package lexicon

import (
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
)

// english is the lexicon of English.
type english struct{ *Reader }

var _ Lexicon = english{}

func (e english) Language() words.Language { return words.EN }

func (e english) Signs() Signs { return Signs{": ", ", ", ".", " (", ")", " "} }

func (e english) Fleet() string { return "Fleet" }

func (e english) Tone(t facts.Tone) string {
	severity := strings.ToUpper(words.Severity(string(t.Severity), words.EN))
	switch t.Stage {
	case facts.Ended:
		return "ENDED"
	case facts.Withdrawn:
		return "WITHDRAWN"
	case facts.Still:
		return "STILL " + severity
	case facts.Begun:
	}
	return severity
}

func (e english) More(n int, account string) string {
	if account == "" {
		return " and " + words.Count(n) + " more"
	}
	return " and " + words.Count(n) + " more of " + account
}

func (e english) Unanswered(after time.Duration) string {
	return "nobody acknowledged within " + words.Duration(after, words.EN)
}

func (e english) Unconfirmed(channels []string) string {
	return "no proof of delivery by " + strings.Join(channels, ", ")
}

// in is " (in 3 d)", and "" for what is not ahead.
func (e english) in(at time.Time) string {
	if left := e.left(at, words.EN); left != "" {
		return " (in " + left + ")"
	}
	return ""
}

// full writes a moment with how far ahead it is.
func (e english) full(at time.Time) string { return e.moment(at) + e.in(at) }

// said makes a phrase whose sentence says the same.
func (e english) said(message string) Phrase {
	return Phrase{Message: message, Sentence: words.Capital(message) + "."}
}

func (e english) amount(f facts.Figures) string {
	if f.Capacity <= 0 {
		return words.Figure(f.Metric, f.Usage)
	}
	out := words.Of(f.Metric, f.Usage, f.Capacity, words.EN) + " (" + e.share(f)
	if f.Threshold > 0 {
		out += ", threshold " + words.Threshold(f.Threshold)
	}
	return out + ")"
}

func (e english) share(f facts.Figures) string {
	return words.ShareBeside(f.Usage/f.Capacity, f.Beside)
}

// briefly is a metric with its share, or its figure where no capacity is known.
func (e english) briefly(before string, f facts.Figures) string {
	if f.Capacity <= 0 {
		return words.Metric(f.Metric, words.EN) + before + words.Figure(f.Metric, f.Usage)
	}
	return words.Metric(f.Metric, words.EN) + before + e.share(f)
}

func (e english) Usage(f facts.Usage) Phrase {
	p := e.said(words.Metric(f.Metric, words.EN) + " " + e.amount(f.Figures))
	p.Brief = e.briefly(" ", f.Figures)
	return p
}

func (e english) LastUsage(f facts.LastUsage) Phrase {
	p := e.said(words.Metric(f.Metric, words.EN) + " last known " + e.amount(f.Figures))
	p.Brief = e.briefly(" last ", f.Figures)
	return p
}

func (e english) Back(f facts.Back) Phrase {
	p := e.said(words.Metric(f.Metric, words.EN) + " back to " + e.amount(f.Figures))
	p.Brief = e.briefly(" ", f.Figures)
	return p
}

func (e english) Now(f facts.Now) Phrase {
	p := e.said("now " + e.amount(f.Figures))
	if f.Capacity > 0 {
		p.Tight = "now " + e.share(f.Figures)
	}
	return p
}

func (e english) Peak(f facts.Peak) Phrase {
	p := e.said("peak " + e.amount(f.Figures))
	if f.Capacity > 0 {
		p.Tight = "peak " + e.share(f.Figures)
	}
	return p
}

func (e english) Lasts(f facts.Lasts) Phrase {
	d := words.Duration(f.For, words.EN)
	return Phrase{Message: " for " + d, Sentence: "It has lasted for " + d + "."}
}

func (e english) Lasted(f facts.Lasted) Phrase {
	d := words.Duration(f.For, words.EN)
	return Phrase{Message: " after " + d, Sentence: "It lasted for " + d + "."}
}

func (e english) NoDataNow(facts.NoDataNow) Phrase { return e.said("no data now") }

func (e english) DataNow(facts.DataNow) Phrase { return e.said("back now") }

func (e english) ThresholdChanged(f facts.ThresholdChanged) Phrase {
	from, to := words.Threshold(f.From), words.Threshold(f.To)
	return Phrase{
		Message:  "over because the threshold was changed from " + from + " to " + to,
		Tight:    "threshold changed from " + from + " to " + to,
		Brief:    "threshold changed",
		Sentence: "It is over because the threshold was changed from " + from + " to " + to + ".",
	}
}

// times is how often something happened, and in how long or since when.
func (e english) times(t facts.Times) string {
	if t.Within > 0 {
		return strconv.Itoa(t.N) + " times in " + words.Duration(t.Within, words.EN)
	}
	return strconv.Itoa(t.N) + " times since " + e.clock(t.Since, words.EN)
}

func (e english) Swings(f facts.Swings) Phrase {
	metric := words.Metric(f.Metric, words.EN)
	p := e.said(metric + " up and down around " + words.Threshold(f.Threshold) + ": raised " + e.times(f.Times))
	p.Brief = metric + " up and down"
	return p
}

func (e english) StaysUp(f facts.StaysUp) Phrase {
	p := e.said(words.Metric(f.Metric, words.EN) + " no longer up and down, at " + e.amount(f.Figures))
	p.Brief = e.briefly(" ", f.Figures)
	return p
}

func (e english) Steady(f facts.Steady) Phrase {
	still := words.Duration(f.For, words.EN)
	return Phrase{
		Message:  "still for " + still + "; raised " + e.times(f.Times),
		Tight:    "still for " + still,
		Sentence: "It has been still for " + still + ", and was raised " + e.times(f.Times) + ".",
	}
}

func (e english) Silence(f facts.Silence) Phrase {
	p := e.said("no data since " + e.clock(f.Since, words.EN))
	if f.For > 0 {
		p = e.said("no data for " + words.Duration(f.For, words.EN))
	}
	p.Brief = "no data"
	return p
}

func (e english) FleetSilence(f facts.FleetSilence) Phrase {
	count := "no data from " + words.Count(len(f.Silent)) + " instances"
	if len(f.Silent) == 1 {
		count = "no data from 1 instance"
	}
	since := " since " + e.clock(f.Since, words.EN)
	if f.For > 0 {
		since = " for " + words.Duration(f.For, words.EN)
	}
	return Phrase{
		Message:  count + since + e.few(f.Silent),
		Tight:    count + since,
		Brief:    count,
		Sentence: words.Capital(count) + since + e.few(f.Silent) + ".",
	}
}

// few names the first few instances.
func (e english) few(list []*fleet.Instance) string {
	const few = 3
	if len(list) == 0 {
		return ""
	}
	var out []string
	for _, in := range list[:min(few, len(list))] {
		out = append(out, e.name(in, 20))
	}
	names := " (" + strings.Join(out, ", ")
	if len(list) > few {
		names += ", ..."
	}
	return names + ")"
}

func (e english) Cause(f facts.Cause) Phrase {
	return Phrase{Message: ": " + why(f.Text, 60, "..."), Tight: ": " + why(f.Text, 30, "..."), Sentence: "The reason: " + strings.TrimRight(f.Text, ".,:; ") + "."}
}

func (e english) DataBack(f facts.DataBack) Phrase {
	return Phrase{
		Message: "data is back after " + words.Duration(f.After, words.EN), Brief: "data is back",
		Sentence: "Data is back after " + words.Duration(f.After, words.EN) + ".",
	}
}

func (e english) FleetBack(f facts.FleetBack) Phrase {
	p := e.said("most instances tell their figures again after " + words.Duration(f.After, words.EN))
	p.Brief = "data is back"
	return p
}

func (e english) whose(all bool) string {
	if all {
		return "data of most instances"
	}
	return "data"
}

func (e english) DataSwings(f facts.DataSwings) Phrase {
	p := e.said(e.whose(f.Fleet) + " comes and goes: lost " + e.times(f.Times))
	p.Brief = "data comes and goes"
	return p
}

func (e english) DataGone(f facts.DataGone) Phrase {
	p := e.said("no " + e.whose(f.Fleet) + " for " + words.Duration(f.For, words.EN) + " now, it no longer comes and goes")
	p.Brief = "no data"
	return p
}

func (e english) DataSteady(f facts.DataSteady) Phrase {
	stays := e.whose(f.Fleet) + " is back, and has stayed for " + words.Duration(f.For, words.EN)
	return Phrase{
		Message: stays + "; lost " + e.times(f.Times), Tight: stays, Brief: "data is back",
		Sentence: words.Capital(stays) + ". It was lost " + e.times(f.Times) + ".",
	}
}

func (e english) Reaches(f facts.Reaches) Phrase {
	metric, day := words.Metric(f.Metric, words.EN), words.BriefDay(f.At, e.Reader.Now, e.Zone, words.EN)
	return Phrase{
		Message:  "threshold of " + metric + " expected about " + day + e.in(f.At) + ", by its growth so far",
		Tight:    "threshold of " + metric + " expected about " + day + e.in(f.At),
		Brief:    metric + " at threshold about " + day,
		Sentence: "By its growth so far, the threshold of " + metric + " is reached about " + day + e.in(f.At) + ".",
	}
}

func (e english) Reached(f facts.Reached) Phrase {
	metric, day := words.Metric(f.Metric, words.EN), words.BriefDay(f.At, e.Reader.Now, e.Zone, words.EN)
	return Phrase{
		Message:  "threshold of " + metric + " was expected about " + day + ", now at any time",
		Brief:    metric + " near threshold",
		Sentence: "By its growth, the threshold of " + metric + " was expected about " + day + "; it may be reached at any time.",
	}
}

func (e english) Grows(f facts.Grows) Phrase {
	metric := words.Metric(f.Metric, words.EN)
	return Phrase{
		Message:  metric + " growing; when the threshold is reached is not known any more",
		Brief:    metric + " growing",
		Sentence: words.Capital(metric) + " growing; when the threshold is reached is not known any more.",
	}
}

func (e english) GrowsNot(f facts.GrowsNot) Phrase {
	p := e.said("threshold of " + words.Metric(f.Metric, words.EN) + " no longer expected soon")
	p.Brief = words.Metric(f.Metric, words.EN) + " no longer growing"
	return p
}

func (e english) Reason(f facts.Reason) Phrase {
	return Phrase{Message: why(f.Text, 100, "..."), Tight: why(f.Text, 30, "..."), Brief: why(f.Text, 30, "..."), Sentence: words.Capital(strings.TrimRight(f.Text, ".,:; ")) + "."}
}

func (e english) SaidGone(f facts.SaidGone) Phrase {
	by := why(f.By, 16, "...")
	return Phrase{Message: "gone, says " + by, Brief: "gone, says " + by, Sentence: f.By + " said that it does not exist any more, so its alarms are over."}
}

func (e english) Unwatched(f facts.Unwatched) Phrase {
	what := words.Rule(string(f.Rule), words.EN)
	if f.Rule.OfMetric() {
		what = words.Metric(f.Metric, words.EN) + " " + what
	}
	p := e.said("alarm withdrawn (" + what + "), no longer watched")
	p.Brief = what + " withdrawn"
	if f.Removed {
		p.Brief = "instance removed"
	}
	return p
}
