package notifier

import (
	"cmp"
	"iter"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/callnames"
	"github.com/brimwatch/brimwatch/notifier/facts"
	"github.com/brimwatch/brimwatch/notifier/lexicon"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// wording is an event in the words of one language.
type wording struct {
	code   string
	word   string // WARNING, CRITICAL, ENDED …
	sep    lexicon.Signs
	name   func(most int) string
	more   string // after the name: " and 2 more of acme"
	few    string // the same in fewer words
	about  string // product and edition; "" when it is about the fleet
	facts  []lexicon.Part
	steps  []string // what to do, for a text message
	advice string   // what to do, in sentences
	ends   bool
}

// spoken says what an event means, in the signs of the text messages of a language.
func (w Words) spoken(ev *alarm.Event, l words.Language, zone *time.Location) wording {
	return w.wording(ev, l, zone, true)
}

// told says what an event means in a language, in all its signs: nothing of it has to
// fit into a text message.
func (w Words) told(ev *alarm.Event, l words.Language, zone *time.Location) wording {
	return w.wording(ev, l, zone, false)
}

func (w Words) wording(ev *alarm.Event, l words.Language, zone *time.Location, short bool) wording {
	t := facts.Of(ev)
	call := w.whole
	if short {
		call = func(in *fleet.Instance, most int) string { return w.called(in, l, most) }
	}
	title := func(in *fleet.Instance) string { return w.title(in, l) }
	lex := lexicon.For(l, &lexicon.Reader{Now: t.Now, Zone: zone, Home: t.Home, Guide: w.guide(ev.Instance, l), Name: call, Title: title, Heard: w.Heard})
	s := wording{code: t.Code, word: lex.Tone(t.Tone), sep: lex.Signs(), about: words.Clean(w.title(ev.Instance, l)), ends: Ends(ev.Kind)}
	s.name = w.subject(&t.Subject, lex, short)
	if n := t.Subject.More; n > 0 {
		s.more, s.few = lex.More(n, words.Clean(t.Subject.Account)), lex.More(n, "")
	}
	for _, f := range t.Facts {
		p, _ := lexicon.Say(lex, f.Fact)
		s.facts = append(s.facts, lexicon.Part{Phrase: p, Weight: f.Weight})
	}
	var advice []string
	for _, step := range t.Steps {
		p := lex.Step(step)
		if p.Message != "" {
			s.steps = append(s.steps, p.Message)
		}
		if p.Sentence != "" {
			advice = append(advice, p.Sentence)
		}
	}
	s.advice = strings.Join(advice, s.sep.Blank)
	if short && l == words.EN {
		s.inGSM()
	}
	return s
}

// subject returns what an event is about is called, in about so many signs.
func (w Words) subject(of *facts.Subject, lex lexicon.Lexicon, short bool) func(most int) string {
	switch {
	case of.Kind == facts.OfFleet:
		return func(int) string { return lex.Fleet() }
	case of.Kind == facts.OfInstance && short:
		return func(most int) string { return w.called(of.Instance, lex.Language(), most) }
	case of.Kind == facts.OfInstance:
		return func(most int) string { return w.whole(of.Instance, most) }
	}
	name := words.Clean(of.Name)
	if short {
		name = sms.Plain(name)
	}
	gap := gapOf(name, lex.Language())
	return func(most int) string { return (*callnames.Table)(nil).Cut(name, "", most, gap) }
}

// whole is the name of an instance, or its ID where the name has no sign that can be
// seen.
func (Words) whole(in *fleet.Instance, _ int) string {
	if name := words.Clean(in.Name); name != "" {
		return name
	}
	return words.Clean(in.ID)
}

// called is what an instance is called in a text message of a language. A name that GSM-7
// cannot write gives way to the ID in an English text: one sign of it would leave 70
// signs of 160, and the ID is found everywhere. It is told in UCS-2 where the ID is no
// better.
func (w Words) called(in *fleet.Instance, l words.Language, most int) string {
	name, id := sms.Plain(w.whole(in, 0)), words.Clean(in.ID)
	if l == words.EN && !sms.IsGSM(name) && id != "" && sms.IsGSM(id) {
		name = id
	}
	return w.Names.Cut(name, id, most, gapOf(name, l))
}

// gapOf stands for what is left out of a name: one sign where the alphabet has it.
func gapOf(name string, l words.Language) string {
	if l == words.EN && sms.IsGSM(name) {
		return gap
	}
	return "…"
}

// NamesOf knows the names of a configuration, by their IDs, so that no two instances are
// told under the same shortened name. They are read when the first name has to be
// shortened.
func NamesOf(instances iter.Seq2[string, string]) *callnames.Table {
	return callnames.New(func() []callnames.Named {
		var out []callnames.Named
		for id, name := range instances {
			out = append(out, callnames.Named{ID: words.Clean(id), Name: sms.Plain(words.Clean(name))})
		}
		return out
	})
}

// inGSM leaves out of an English text what would make it UCS-2, where it can do without:
// where the subject can be written in GSM-7, and the gravest fact can.
func (s *wording) inGSM() {
	if s.about = sms.Plain(s.about); !sms.IsGSM(s.about) {
		s.about = ""
	}
	if s.more = sms.Plain(s.more); !sms.IsGSM(s.more) {
		s.more = s.few
	}
	steps := s.steps[:0]
	for _, step := range s.steps {
		if step = sms.Plain(step); sms.IsGSM(step) { // half of a name is no advice
			steps = append(steps, step)
		}
	}
	s.steps = steps
	for i := range s.facts {
		f := &s.facts[i]
		if sms.IsGSM(f.Message) {
			continue
		}
		f.Message, f.Tight, f.Brief = sms.Plain(f.Message), sms.Plain(f.Tight), sms.Plain(f.Brief)
		if f.Weight < facts.Grave && !sms.IsGSM(f.Message) {
			f.Message, f.Weight = "", facts.Full
		}
	}
}

// summary is one line.
func (s wording) summary() string {
	var said []string
	for i := range s.facts {
		if f := &s.facts[i]; f.Weight != facts.Full && f.Message != "" {
			said = append(said, f.Message)
		}
	}
	return s.name(0) + s.more + s.sep.Colon + lexicon.Joined(s.sep, said)
}

// description says all of it, in sentences.
func (s wording) description() string {
	out := s.code + " " + s.word + " " + s.name(0) + s.more
	if s.about != "" {
		out += s.sep.Open + s.about + s.sep.Shut
	}
	var said []string
	for i := range s.facts {
		if sentence := s.facts[i].Sentence; sentence != "" {
			said = append(said, sentence)
		}
	}
	if s.advice != "" {
		said = append(said, s.advice)
	}
	return out + s.sep.Colon + strings.Join(said, s.sep.Blank)
}

// message is one text message that fits into one segment.
func (s *wording) message() string {
	d := lexicon.Draft{
		Signs: s.sep, Code: s.code, Word: s.word, Name: s.name, More: s.more, Few: s.few, Facts: s.facts, About: s.about, Steps: s.steps,
	}
	return d.Fit()
}

// text renders an event as one text message that fits into one segment.
func (w Words) text(ev *alarm.Event, l words.Language, zone *time.Location) string {
	s := w.spoken(ev, l, zone)
	return s.message()
}

// brief says an event in a few words, for a text message that speaks for several: the
// code by which people answer, the name, and the figure or the date. An end has why it is
// over in their place. The name is whole: what is left out of it is the text's to decide.
func (w Words) brief(ev *alarm.Event, l words.Language, zone *time.Location) string {
	s := w.spoken(ev, l, zone)
	return s.brief()
}

// said is an event as a text message of its own, and in the few words of one of several.
func (w Words) said(ev *alarm.Event, l words.Language, zone *time.Location) (text, brief string) {
	s := w.spoken(ev, l, zone)
	return s.message(), s.brief()
}

func (s *wording) brief() string {
	out := s.code + " " + s.name(0)
	if s.few != "" && !s.ends {
		out += " " + strings.TrimSpace(s.few)
	}
	var said []string
	for i := range s.facts {
		f := &s.facts[i]
		switch {
		case f.Weight == facts.Gravest:
			said = append(said, cmp.Or(f.Brief, f.Tight, f.Message))
		case f.Weight == facts.Grave && f.Brief != "" && !s.ends:
			said = append(said, f.Brief)
		}
	}
	return out + " " + lexicon.Joined(s.sep, said)
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

// guide says how an instance is renewed and changed.
func (w Words) guide(in *fleet.Instance, l words.Language) fleet.Guide {
	if w.Guide == nil || in == nil {
		return fleet.Guide{}
	}
	return w.Guide(in, l)
}

// RuleWords says in a word or two what an alarm of a rule without a metric is about, for
// texts that have no room for dates.
func RuleWords(rule alarm.RuleName, l words.Language) string { return words.Rule(string(rule), l) }
