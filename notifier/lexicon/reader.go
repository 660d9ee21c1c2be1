package lexicon

import (
	"strings"
	"time"
	"unicode"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
)

// zone is the zone of a moment where it has to be said: it is not that of the account.
func (r *Reader) zone(at time.Time) string {
	if words.SameZone(at, cmpZone(r.Zone), r.Home) {
		return ""
	}
	return " " + words.Zone(at, r.Zone)
}

func cmpZone(z *time.Location) *time.Location {
	if z == nil {
		return time.UTC
	}
	return z
}

// soon writes a moment that a text is about.
func (r *Reader) soon(at time.Time, l words.Language) string {
	return words.Today(at, r.Now, r.Zone, l) + r.brief(at, l)
}

// brief writes a moment in few signs.
func (r *Reader) brief(at time.Time, l words.Language) string {
	return words.Brief(at, r.Now, r.Zone, l) + r.zone(at)
}

// clock writes the time of the day of a moment that is not long ago, and its date where
// that is another one.
func (r *Reader) clock(at time.Time, l words.Language) string {
	if words.Today(at, r.Now, r.Zone, l) == "" && r.Now.Sub(at) >= 12*time.Hour {
		return r.brief(at, l)
	}
	if z := r.zone(at); z != "" {
		return words.Clock(at, r.Zone)
	}
	return strings.TrimSuffix(words.Clock(at, r.Zone), " "+words.Zone(at, r.Zone))
}

// left is how long it is until a moment; "" when that is past.
func (r *Reader) left(at time.Time, l words.Language) string {
	return words.Remaining(at, r.Now, r.Zone, l)
}

// moment writes a moment for a reader who has room.
func (r *Reader) moment(at time.Time) string { return words.Moment(at, r.Zone) }

// termHome is the zone whose days a term has.
func (r *Reader) termHome() *time.Location {
	if r.Home != nil {
		return r.Home
	}
	return cmpZone(r.Zone)
}

// lastDay writes the last day of a term in few signs, with the zone of the account where
// the reader has another one; false when the term does not end with a day.
func (r *Reader) lastDay(end time.Time, l words.Language) (string, bool) {
	home := r.termHome()
	day, ok := fleet.LastDay(end, home)
	if !ok {
		return "", false
	}
	out := words.BriefDay(day, r.Now, home, l)
	if !words.SameZone(day, home, cmpZone(r.Zone)) {
		return out + " " + words.Zone(day, home), true
	}
	return out, true
}

// fullDay is lastDay for a reader who has room.
func (r *Reader) fullDay(end time.Time) (string, bool) {
	home := r.termHome()
	day, ok := fleet.LastDay(end, home)
	if !ok {
		return "", false
	}
	out := words.Date(day, home)
	if !words.SameZone(day, home, cmpZone(r.Zone)) {
		out += " (" + words.Zone(day, home) + ")"
	}
	return out, true
}

// daysLeft is how long a term goes on, in days of the account.
func (r *Reader) daysLeft(end time.Time, l words.Language) string {
	return words.Remaining(end, r.Now, r.termHome(), l)
}

// name is what another instance is called.
func (r *Reader) name(in *fleet.Instance, most int) string {
	switch {
	case in == nil:
		return ""
	case r.Name == nil:
		return in.Name
	}
	return r.Name(in, most)
}

// title names product and edition of an instance; "" when nobody says.
func (r *Reader) title(in *fleet.Instance) string {
	if in == nil || r.Title == nil {
		return ""
	}
	return r.Title(in)
}

// mostListed is how many of a list are read; more are counted.
const mostListed = 20

// listed writes a list; more writes how many are left.
func listed(list []facts.Other, comma string, more func(n int) string, write func(o *facts.Other) string) string {
	var out []string
	for i := range list[:min(mostListed, len(list))] {
		out = append(out, write(&list[i]))
	}
	text := strings.Join(out, comma)
	if n := len(list) - mostListed; n > 0 {
		text += more(n)
	}
	return text
}

// sentences joins those that are there, with a blank between them.
func sentences(list ...string) string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// why shortens a reason to so many signs, in whole words where there are; gap stands for
// the rest.
func why(text string, most int, gap string) string {
	const ends = ".,:; ，：；（"
	r := []rune(text)
	if len(r) <= most {
		return strings.TrimRight(text, ends)
	}
	end := most
	for end > most/2 && inWord(r[end-1]) && inWord(r[end]) {
		end--
	}
	if end <= most/2 {
		end = most
	}
	return strings.TrimRight(string(r[:end]), ends) + gap
}

// inWord tells whether a sign is one of a word that is written with letters: Chinese has no
// words that a cut could break.
func inWord(r rune) bool { return r != ' ' && r < unicode.MaxLatin1 }

// chosen is the words for one of a kind; none for one that a table does not have, which
// a test does not let happen.
func chosen[K ~uint8, V any](k K, table []V) V {
	if int(k) < len(table) {
		return table[k]
	}
	var none V
	return none
}
