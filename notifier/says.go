package notifier

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// speaker returns the notice whose text says all of them: one of the gravest.
func speaker(notices []Notice, r reader) (at int, some bool) {
	least := Weight(notices[0].Severity, notices[0].Kind)
	for i := range notices {
		least = min(least, Weight(notices[i].Severity, notices[i].Kind))
	}
	for i := range notices {
		if n := &notices[i]; Weight(n.Severity, n.Kind) == least && saysAll(n, notices, r) {
			return i, true
		}
	}
	return 0, false
}

// saysAll tells whether the text of a notice says all of some notices.
func saysAll(n *Notice, notices []Notice, r reader) bool {
	s := speechOf(n, r)
	for i := range notices {
		if o := &notices[i]; o.ID != n.ID && !s.says(o) {
			return false
		}
	}
	return true
}

// speech is the text of a notice, which may say others, too. What is asked is the text
// itself: what it says depends on the room in it. A doubt is a no; then the other is
// named by itself.
type speech struct {
	*Notice

	reader reader
	text   string // without the name of its instance, which may hold any word
	what   string // in a few words
	others map[string]bool
}

func speechOf(n *Notice, r reader) *speech {
	s := &speech{Notice: n, reader: r, text: n.Text, what: abridged(n, r.l).what}
	for _, name := range []string{n.Alert.Labels[labelInstance], n.Alert.Labels[labelID]} {
		if name != "" {
			s.text = strings.ReplaceAll(s.text, name, "")
		}
	}
	if list := n.Alert.Annotations["instances"]; list != "" {
		s.others = make(map[string]bool)
		for name := range strings.SplitSeq(list, ", ") {
			s.others[name] = true
		}
	}
	return s
}

// says tells whether the text says another notice.
func (s *speech) says(o *Notice) bool {
	if s.text == "" || !datesInstance(s.Notice) || !datesInstance(o) || Ends(s.Kind) != Ends(o.Kind) {
		return false
	}
	switch same := s.Alert.Labels[labelID] == o.Alert.Labels[labelID]; {
	case same && Ends(s.Kind): // one thing ended both: the term was renewed, the bill was paid
		return hasDates(s.Rule) && hasDates(o.Rule) && s.Alert.EndsAt.Equal(o.Alert.EndsAt) && s.what == abridged(o, s.reader.l).what
	case same:
		return s.saysMoment(o)
	case s.Rule == o.Rule && s.Alert.Labels[labelAccount] == o.Alert.Labels[labelAccount] && s.others[o.Alert.Labels[labelInstance]]:
		return s.counts(o) || s.lists(o)
	}
	return false
}

// hasDates tells whether a rule counts to a date of a term or of an unpaid bill.
func hasDates(r alarm.RuleName) bool {
	switch r {
	case alarm.Expiry, alarm.Suspension, alarm.Release, alarm.AutoRenewal, alarm.CannotRenew:
		return true
	default:
		return false
	}
}

// saysMoment tells whether the text has the date of what another notice tells of the same
// instance, and a word for it.
func (s *speech) saysMoment(o *Notice) bool {
	stems := map[alarm.RuleName][]string{
		alarm.Expiry:     {"expire", "last day", "unsubscribed", "到期", "最后一天", "退订"},
		alarm.Suspension: {"stop", "停"},
		alarm.Release:    {"delet", "删除", "释放", "销毁"},
	}[o.Rule]
	for _, stem := range stems {
		if strings.Contains(s.text, stem) {
			return slices.ContainsFunc(s.days(o), func(day string) bool { return hasDate(s.text, day) })
		}
	}
	return false
}

// days are the dates under which a reader may find what another notice tells: of the end of a
// term, and of what comes with it, the last day, too. There are none when it is not known for sure.
func (s *speech) days(o *Notice) []string {
	moment := func(name string) time.Time {
		at, err := time.Parse(time.RFC3339, o.Alert.Annotations[name])
		if err != nil {
			return time.Time{}
		}
		return at
	}
	at := moment(map[alarm.RuleName]string{alarm.Expiry: "expires_at", alarm.Suspension: "suspends_at", alarm.Release: "releases_at"}[o.Rule])
	if at.IsZero() {
		return nil
	}
	days := []string{words.BriefDate(at, s.reader.zone, s.reader.l)}
	if at.Equal(moment("expires_at")) {
		days = append(days, words.BriefDate(at.Add(-1), s.reader.zone, s.reader.l))
		for _, day := range lastDays(at) {
			days = append(days, words.BriefDate(day, time.UTC, s.reader.l))
		}
	}
	return days
}

// lastDays are the days, as midnights in UTC, that end at a moment in zones of which it is
// the midnight. There is a second one where zones lie a day apart.
func lastDays(at time.Time) (out []time.Time) {
	const day = 24 * time.Hour
	begins := at.UTC().Truncate(day)
	if at.Sub(begins) <= 12*time.Hour { // of a zone behind UTC
		out = append(out, begins.Add(-day))
	}
	if begins.Add(day).Sub(at) <= 14*time.Hour { // of one ahead
		out = append(out, begins)
	}
	return out
}

// hasDate tells whether a text has words with a date that is not the end of another one: 5 Dec,
// and not 25 Dec.
func hasDate(text, day string) bool {
	for day != "" {
		before, after, found := strings.Cut(text, day)
		if !found {
			return false
		}
		if last, _ := utf8.DecodeLastRuneInString(before); !unicode.IsDigit(last) {
			return true
		}
		text = after
	}
	return false
}

// counts tells whether the text counts another instance of its account among those to
// which the same happens at the same moment.
func (s *speech) counts(o *Notice) bool {
	if s.Rule == alarm.Expiry || s.what != abridged(o, s.reader.l).what || !s.Alert.EndsAt.Equal(o.Alert.EndsAt) {
		return false
	}
	n := len(s.others)
	return strings.Contains(s.text, s.reader.l.Choose("and "+strconv.Itoa(n)+" more", "等"+strconv.Itoa(n+1)+"个"))
}

// lists tells whether the text lists another instance with its date, among those that
// are renewed together.
func (s *speech) lists(o *Notice) bool {
	name := o.Alert.Labels[labelInstance]
	_, after, found := strings.Cut(s.text, name)
	return found && name != "" && slices.ContainsFunc(s.days(o), func(day string) bool { return strings.HasPrefix(strings.TrimLeft(after, " （"), day) })
}
