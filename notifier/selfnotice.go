package notifier

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
	"github.com/brimwatch/brimwatch/notifier/lexicon"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// The rules of what Brimwatch tells people about its own work; TestRule is one of them.
const (
	DeliveryRule alarm.RuleName = "delivery" // somebody cannot be reached
	LimitsRule   alarm.RuleName = "limits"   // most of a cap on text messages is used
	DrillRule    alarm.RuleName = "drill"    // somebody is asked to answer, or did not
	StoreRule    alarm.RuleName = "store"    // what was recorded is lost
	TemplateRule alarm.RuleName = "template" // a template of a receiver fails
)

// SelfRules lists the rules of what Brimwatch tells about its own work.
func SelfRules() []alarm.RuleName {
	return []alarm.RuleName{DeliveryRule, LimitsRule, DrillRule, StoreRule, TemplateRule, TestRule}
}

// Self is something that Brimwatch tells people about its own work. Its episode ends as
// it begins: there is nothing to acknowledge, and nobody is reminded.
type Self struct {
	Rule     alarm.RuleName
	Subject  string // what it is about, the same each time: a contact, a cap
	Code     string // of the episode: NewSelfCode
	Severity alarm.Severity
	Ended    bool       // what was told before under this rule and subject is over
	Since    time.Time  // when it began; zero is now
	Text     fleet.Text // what is the matter, as sentences
	Alone    bool       // the text stands alone, without code, severity and name
	Brief    fleet.Text // for a text message that speaks for several; empty is the rule
	Advice   string     // for programs: what to do
	Page     string     // path of the page that shows more: /people
	To       []string   // receivers
	Only     string     // the one recipient of theirs that is told; "" is all
	Except   string     // the one that is not told, because it is about them
	NotBy    string     // the way by which nobody is told, because it is about it
}

// SelfNotices makes the notices of s. A recipient of several receivers gets one.
// Silences and quiet hours hold them as they do those of alarms.
func SelfNotices(d *Directory, s *Self, silences []Silence, now time.Time) []Notice {
	var out []Notice
	seen := make(map[string]bool)
	for _, receiver := range s.To {
		for _, t := range s.targets(d, receiver, now) {
			name := t.Recipient.Name
			if seen[name] || t.Recipient.Channel == VoiceChannel || samePhone(name, s.Except) || s.NotBy != "" && t.Way == s.NotBy || s.Only != "" && name != s.Only {
				continue
			}
			seen[name] = true
			n := s.notice(d, receiver, t, now)
			holdFor(&n, t, silences, now)
			out = append(out, n)
		}
	}
	return out
}

// SelfEnd makes the notices of the end of s for programs that were told of its beginning, at
// the addresses that were told. People are not told: it costs a text message, and asks nothing of
// them.
func SelfEnd(d *Directory, s *Self, told []Addressee, now time.Time) []Notice {
	var out []Notice
	for _, to := range told {
		if !ToProgram(to.Channel) {
			continue
		}
		t, ok := d.Reach(Notice{Receiver: to.Receiver, Recipient: to.Recipient, Channel: to.Channel}, to.Address)
		if !ok {
			continue
		}
		t.Recipient.Name, t.Recipient.Address = to.Recipient, to.Address
		n := s.notice(d, to.Receiver, t, now)
		n.Told = to.Address
		out = append(out, n)
	}
	return out
}

// targets lists whom a receiver reaches now. When it is about the only one of them, or for
// one recipient alone, it is all whom the receiver can reach: somebody who is not on call, too.
func (s *Self) targets(d *Directory, receiver string, now time.Time) []Target {
	out := d.targetsAt(receiver, now)
	others := slices.ContainsFunc(out, func(t Target) bool { return !samePhone(t.Recipient.Name, s.Except) })
	if others && s.Only == "" {
		return out
	}
	rcv, _ := d.Receiver(receiver) // one that is gone has no targets
	return rcv.Everybody()
}

// event is what would have been judged, had there been something to judge.
func (s *Self) event(now time.Time) *alarm.Event {
	kind := alarm.Raised
	if s.Ended {
		kind = alarm.Cleared
	}
	key := alarm.Key{Rule: s.Rule, Instance: s.Subject, Metric: alarm.NoMetric}
	since := now
	if !s.Since.IsZero() {
		since = s.Since
	}
	return &alarm.Event{Kind: kind, Key: key, Code: s.Code, At: now, RaisedAt: since, Severity: s.Severity}
}

func (s *Self) notice(d *Directory, receiver string, t Target, now time.Time) Notice {
	ev := s.event(now)
	n := Notice{
		ID: noticeID(ev, t.Recipient.Name), Code: s.Code, Kind: ev.Kind, Rule: s.Rule, Severity: s.Severity,
		Receiver: receiver, Recipient: t.Recipient.Name, Channel: t.Recipient.Channel, Address: t.Recipient.Address, CreatedAt: now,
		Alert: Alert{
			Resolved:     s.Ended,
			Labels:       map[string]string{labelAlert: string(s.Rule), labelSeverity: string(s.Severity), labelSubject: s.Subject},
			Annotations:  map[string]string{"code": s.Code, "summary": languageFor(t).Choose(s.Text.EN, s.Text.ZH), "description": s.text(ev, languageFor(t)), "advice": s.Advice},
			StartsAt:     ev.RaisedAt,
			GeneratorURL: d.entries.Words.ExternalURL + s.Page,
			Fingerprint:  fingerprint(ev.Key),
			Story:        selfStory(facts.ToneOf(ev), languageFor(t), languageFor(t).Choose(s.Text.EN, s.Text.ZH)),
		},
	}
	if s.Ended {
		n.Alert.EndsAt = now
	}
	if n.Channel == "sms" {
		n.Text = sms.Cut(s.text(ev, t.Language))
		n.Brief = cmp.Or(t.Language.Choose(s.Brief.EN, s.Brief.ZH), s.Code+" Brimwatch "+t.Language.Choose(string(s.Rule), selfRule(s.Rule)))
	} else {
		n.inOwnWords(&n.Alert, &t)
	}
	return n
}

// selfRule is what a rule of Brimwatch's own work is called in Chinese, in a word.
func selfRule(r alarm.RuleName) string {
	switch r {
	case TestRule:
		return "测试"
	case DrillRule:
		return "演练"
	case DeliveryRule:
		return "送达"
	case LimitsRule:
		return "短信限额"
	case StoreRule:
		return "存储"
	case TemplateRule:
		return "模板"
	}
	return string(r)
}

// labelSubject says what of Brimwatch a notice is about.
const labelSubject = "subject"

func (s *Self) text(ev *alarm.Event, l words.Language) string {
	said := s.Text.EN
	if l == words.ZH {
		said = s.Text.ZH
	}
	if s.Alone {
		return said
	}
	lex := lexicon.For(l, &lexicon.Reader{})
	return s.Code + " " + lex.Tone(facts.ToneOf(ev)) + " Brimwatch" + lex.Signs().Colon + sms.Plain(words.Clean(said))
}

// The signs of codes, as those of alarms: made to be read out and typed on a telephone.
const (
	selfLetters = "ABCDEFGHJKMNPQRSTWXYZ"
	selfDigits  = "23456789"
	selfAny     = selfLetters + selfDigits
)

// NewSelfCode makes a code for something that Brimwatch tells about itself. Codes of
// alarms begin with a letter and these with a digit, so that no answer is about both.
func NewSelfCode() string { return SelfCode(rand.Float64) }

// SelfCode is NewSelfCode with numbers from 0 to 1, without 1, that are drawn elsewhere.
func SelfCode(draw func() float64) string {
	sign := func(of string) byte { return of[int(draw()*float64(len(of)))] }
	return string([]byte{sign(selfDigits), sign(selfLetters), sign(selfAny), sign(selfAny)})
}

// IsSelfCode tells whether a word of an answer may be a code of NewSelfCode.
func IsSelfCode(word string) bool {
	return len(word) == 4 && word[0] >= '2' && word[0] <= '9' && word[1] >= 'A' && word[1] <= 'Z'
}
