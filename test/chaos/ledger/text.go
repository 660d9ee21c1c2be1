package ledger

import (
	"regexp"
	"strings"
)

// Said is what one text says about one alarm.
type Said struct {
	Code     string
	Event    string // raised, reminded, cleared or withdrawn, by its first words
	Kind     Kind
	Severity string // critical, warning; "" for an end
	Instance string
	Metric   string // as configuration names it; "" where the text names none
	Value    int    // 0 where the text names none
	Repeat   bool
	Instead  bool // it says that another way gave no proof of delivery
}

// repeatMark is what the product puts behind a text that may be a repeat.
const repeatMark = " (may be a repeat)"

// Bare is a text without the words that it may be a repeat.
func Bare(text string) (bare string, repeat bool) { return strings.CutSuffix(text, repeatMark) }

// Reader reads the texts of the product about a fleet. Make one with NewReader.
type Reader struct {
	head, about, end, last *regexp.Regexp
	unrecorded, part       *regexp.Regexp
}

// NewReader returns a Reader.
func NewReader() *Reader {
	const metric = `(connections|subscriptions|send TPS|receive TPS)`
	return &Reader{
		head:  regexp.MustCompile(`^([A-Z0-9]{4,6}) (STILL WARNING|STILL CRITICAL|WARNING|CRITICAL|ENDED|WITHDRAWN) (\(no proof of delivery[^)]*\) )?([^:]+): `),
		about: regexp.MustCompile(metric + ` ([\d,]+) of `),
		end:   regexp.MustCompile(metric + ` back to ([\d,]+) of `),
		last:  regexp.MustCompile(metric + `(?: last known ([\d,]+) of | alarm ended)`),

		unrecorded: regexp.MustCompile(`^Not recorded \([^)]*\)\. (.*)\.$`),
		part:       regexp.MustCompile(`^(?:(WARNING|CRITICAL|ENDED|NO LONGER SEEN) )?(\S+) ` + metric + `(?: [\d.]+%)?$`),
	}
}

// Read reads the text of one notice; false when it is not one about a metric. A
// text that speaks for several has no such form: which notices it carried says the
// journal.
func (r *Reader) Read(text string) (Said, bool) {
	bare, repeat := Bare(text)
	m := r.head.FindStringSubmatch(bare)
	if m == nil {
		return Said{}, false
	}
	s := headed(m[2])
	s.Code, s.Instead, s.Instance, s.Repeat = m[1], m[3] != "", m[4], repeat
	for _, form := range []*regexp.Regexp{r.end, r.about, r.last} {
		if about := form.FindStringSubmatch(bare); about != nil {
			s.Metric, s.Value = metric(about[1]), number(about[2]) // "" is 0: it names none
			return s, true
		}
	}
	return Said{}, false
}

// ReadUnrecorded reads a text that was sent while nothing could be stored; false when it
// is not one. It has no codes, no values, and may count what does not fit.
func (r *Reader) ReadUnrecorded(text string) ([]Said, bool) {
	m := r.unrecorded.FindStringSubmatch(text)
	if m == nil {
		return nil, false
	}
	var out []Said
	s := Said{Kind: Begin}
	for part := range strings.SplitSeq(m[1], ", ") {
		p := r.part.FindStringSubmatch(part)
		if p == nil {
			continue // it counts the others
		}
		switch p[1] {
		case "": // as the one before
		case "ENDED":
			s.Kind, s.Event, s.Severity = End, "cleared", ""
		case "NO LONGER SEEN":
			s.Kind, s.Event, s.Severity = End, "withdrawn", ""
		default:
			s.Event, s.Severity = "raised", strings.ToLower(p[1])
		}
		s.Instance, s.Metric = p[2], metric(p[3])
		out = append(out, s)
	}
	return out, true
}
