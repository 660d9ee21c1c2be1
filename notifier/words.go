package notifier

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// wording is what an event says, in the parts that texts are put together from.
type wording struct {
	code    string
	word    string   // WARNING, CRITICAL, ENDED …
	name    string   // of the instance, for people
	id      string   // of the instance, in case the name does not fit
	body    string   // what is the matter, with its figures
	full    string   // the same at any length; "" is body
	tighter []string // the body in ever fewer words, for a text it does not fit into
	story   string   // all of it in whole sentences; "" is body or full with the edition
	edition string   // product and edition; "" when it is about the fleet
	advice  string   // what to do next, a sentence or two
	fits    string   // which edition would fit, in a few words; "" is not known
	short   string   // the advice in a few words
	sep     punctuation
}

// punctuation is what a language puts between the parts.
type punctuation struct {
	colon, comma, stop string
	open, shut         string // brackets
	blank              string // between sentences
}

func englishSigns() punctuation { return punctuation{": ", ", ", ".", " (", ")", " "} }
func chineseSigns() punctuation { return punctuation{"：", "，", "。", "（", "）", ""} }

// summary is one line.
func (s wording) summary() string { return s.name + s.sep.colon + s.body }

// description says all of it.
func (s wording) description() string {
	if s.story != "" {
		return s.inSentences()
	}
	out := s.code + " " + s.word + " " + s.name + s.sep.colon + cmp.Or(s.full, s.body)
	if s.edition != "" {
		out += s.sep.comma + s.edition
	}
	out += s.sep.stop
	if s.advice != "" {
		out += s.sep.blank + s.advice
	}
	return out
}

// inSentences is the description of an event that has a story.
func (s wording) inSentences() string {
	out := s.code + " " + s.word + " " + s.name
	if s.edition != "" {
		out += s.sep.open + s.edition + s.sep.shut
	}
	out += s.sep.colon + s.story
	if s.advice == "" {
		return out
	}
	return out + s.sep.blank + s.advice
}

// text renders an event as one text message that fits into one segment: 160
// septets in English, 70 UTF-16 units in Chinese (3GPP TS 23.038). What does not
// fit goes in this order: the advice, the end of the name, the edition, what is
// said at length.
func (w Words) text(ev *alarm.Event, l words.Language, zone *time.Location) string {
	s := w.spoken(ev, l, zone)
	return s.message()
}

// spoken says what an event means in a language, in the signs of its text messages.
func (w Words) spoken(ev *alarm.Event, l words.Language, zone *time.Location) wording {
	if l == words.ZH {
		return w.chinese(ev, zone)
	}
	s := w.english(ev, zone)
	s.name = gsmName(s.name, s.id)
	s.body, s.edition = gsmOnly(s.body), gsmOnly(s.edition)
	if !sms.IsGSM(s.fits) {
		s.fits = "" // half of a name is no advice
	}
	for i := range s.tighter {
		s.tighter[i] = gsmOnly(s.tighter[i])
	}
	return s
}

// message is the fullest of the forms that fits into one segment.
func (s wording) message() string {
	forms := s.forms()
	for _, form := range forms {
		if n, _ := sms.Segments(form); n <= 1 {
			return form
		}
	}
	return cut(forms[len(forms)-1])
}

// forms are the ways to write the text, from the one that says most.
func (s wording) forms() []string {
	with := func(name, body, edition, short string) string {
		out := s.code + " " + s.word + " " + name + s.sep.colon + body
		if edition != "" {
			out += s.sep.comma + edition
		}
		out += s.sep.stop
		if short != "" {
			out += s.sep.blank + short
		}
		return out
	}
	long, brief, tiny := shorten(s.name, 24), shorten(s.name, 12), shorten(s.name, 6)
	var out []string
	if s.fits != "" {
		out = append(out, with(s.name, s.body, s.edition, s.fits))
	}
	out = append(out,
		with(s.name, s.body, s.edition, s.short),
		with(s.name, s.body, s.edition, ""),
		with(long, s.body, s.edition, s.short),
		with(long, s.body, s.edition, ""),
		with(brief, s.body, s.edition, ""),
	)
	bodies := append([]string{s.body}, s.tighter...)
	for _, body := range bodies {
		out = append(out, with(long, body, "", s.short), with(long, body, "", ""), with(brief, body, "", ""))
	}
	return append(out, with(tiny, bodies[len(bodies)-1], "", ""))
}

// fitting adds which edition would fit to the advice of a capacity alarm.
func (Words) fitting(s *wording, ev *alarm.Event, l words.Language) {
	s.fits = l.Choose(ev.Fitting.Short.EN, ev.Fitting.Short.ZH)
	if full := l.Choose(ev.Fitting.Full.EN, ev.Fitting.Full.ZH); full != "" {
		s.advice = full + s.sep.blank + s.advice
	}
}

// gsmName chooses what an instance is called in a GSM-7 text: its name when it
// can be written in that alphabet, else its ID. One sign outside of it would
// make the whole text UCS-2, and three segments of it.
func gsmName(name, id string) string {
	if sms.IsGSM(name) {
		return name
	}
	return gsmOnly(id)
}

// gsmOnly replaces what GSM-7 cannot write.
func gsmOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if sms.IsGSM(string(r)) {
			return r
		}
		return '?'
	}, s)
}

// shorten cuts a name to n signs.
func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "."
}

// cut takes signs off the end until a text fits into one segment.
func cut(s string) string {
	for n, _ := sms.Segments(s); n > 1; n, _ = sms.Segments(s) {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

// title names product and edition, "" when there is no instance.
func (w Words) title(in *fleet.Instance, l words.Language) string {
	if in == nil {
		return ""
	}
	if w.Title != nil {
		return w.Title(in, l)
	}
	return strings.TrimSpace(in.Product + " " + in.Edition)
}

// names returns how the event's subject is called, and its ID.
func names(ev *alarm.Event, fleetName string) (name, id string) {
	switch {
	case ev.Instance != nil:
		return ev.Instance.Name, ev.Instance.ID
	case ev.Key.Account != "":
		return ev.Key.Account, ev.Key.Account
	}
	return fleetName, fleetName
}

// guide says how an instance is renewed and changed.
func (w Words) guide(in *fleet.Instance, l words.Language) fleet.Guide {
	if w.Guide == nil {
		return fleet.Guide{}
	}
	return w.Guide(in, l)
}
