package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Judge draws the ledger up.
func Judge(in Input) Report {
	j := &judge{in: in, histories: histories(in.Periods), told: make(map[place]*told), notices: make(map[notice][]Arrival), codes: make(map[coded]int)}
	for _, h := range j.histories {
		j.report.Episodes += len(h.episodes)
	}
	arrivals := slices.Clone(in.Arrivals)
	slices.SortStableFunc(arrivals, func(a, b Arrival) int { return a.At.Compare(b.At) })
	for i := range arrivals {
		j.arrive(&arrivals[i])
	}
	j.settle()
	slices.SortStableFunc(j.report.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(a.Key.String(), b.Key.String()), cmp.Compare(a.Recipient, b.Recipient), a.At.Compare(b.At))
	})
	return j.report
}

// place is one episode of one key, for one recipient.
type place struct {
	recipient string
	key       Key
	episode   int
}

// told is what one recipient heard of one episode.
type told struct {
	begin, end bool
}

// notice is what must not come twice as different messages.
type notice struct {
	recipient, code, event string
	key                    Key
	value                  int
	episode                int
}

// coded is an episode as it is named: by its code, which another may get later.
type coded struct {
	key  Key
	code string
}

type judge struct {
	in        Input
	histories map[Key]*history
	told      map[place]*told
	notices   map[notice][]Arrival
	codes     map[coded]int // the newest episode that has a code
	report    Report
}

func (j *judge) find(v Verdict, recipient string, key Key, at time.Time, format string, args ...any) {
	j.report.Findings = append(j.report.Findings, Finding{Verdict: v, Recipient: recipient, Key: key, What: fmt.Sprintf(format, args...), At: at})
}

// arrive enters one arrival; they come in the order of time.
func (j *judge) arrive(a *Arrival) {
	h := j.histories[a.Key]
	if h == nil {
		j.find(Wrong, a.Recipient, a.Key, a.At, "there is no such alarm (%s)", a.Code)
		return
	}
	at, why := j.belongs(h, a)
	if why != "" {
		j.find(Wrong, a.Recipient, a.Key, a.At, "%s (%s, value %d)", why, a.Code, a.Value)
		return
	}
	e := &h.episodes[at]
	p := place{a.Recipient, a.Key, at}
	t := j.told[p]
	if t == nil {
		t = &told{}
		j.told[p] = t
	}
	again := j.again(a, at)
	if a.Kind == Begin {
		j.begin(a, e, t, again)
		return
	}
	// Two episodes that may be one have one beginning.
	before := j.told[place{a.Recipient, a.Key, at - 1}]
	heard := t.begin || e.joined && before != nil && before.begin
	if !heard {
		j.find(Wrong, a.Recipient, a.Key, a.At, "an end (%s) of what it was not told of", a.Code)
	}
	if a.Event == Resolved && (e.over.IsZero() || a.At.Before(e.over)) {
		j.find(Wrong, a.Recipient, a.Key, a.At, "it is over there (%s), and goes on", a.Code)
	}
	if !t.end {
		j.report.Told++
	}
	t.end = true
}

// begin enters a beginning.
func (j *judge) begin(a *Arrival, e *episode, t *told, again bool) {
	switch {
	case t.begin || again:
	case !j.stays(a.Recipient, e.first, a.At):
		j.find(Wrong, a.Recipient, a.Key, a.At, "a beginning (%s) that is not for this recipient", a.Code)
	case t.end:
		j.find(Wrong, a.Recipient, a.Key, a.At, "a beginning (%s) after its end", a.Code)
	case !e.ended.IsZero() && !a.Repeat && a.At.After(e.ended.Add(j.in.Late)):
		j.find(Late, a.Recipient, a.Key, a.At, "a beginning (%s) that was over for %v", a.Code, a.At.Sub(e.ended).Round(time.Second/10))
	}
	if !t.begin {
		j.report.Told++
	}
	t.begin = true
}

// again tells whether the notice was in a message before, and enters that.
func (j *judge) again(a *Arrival, episode int) bool {
	n := notice{a.Recipient, a.Code, a.Event, a.Key, a.Value, episode}
	before := j.notices[n]
	j.notices[n] = append(before, *a)
	if len(before) == 0 {
		return false
	}
	same := slices.ContainsFunc(before, func(b Arrival) bool { return b.Message == a.Message })
	// Which of two arrives first is for the network: one of them says so.
	bare := func(b Arrival) bool { return !b.Repeat && !b.Instead }
	switch {
	case same:
		j.find(Repeated, a.Recipient, a.Key, a.At, "message %s once more", a.Message)
	case !bare(*a) || !slices.ContainsFunc(before, bare):
		j.find(Repeated, a.Recipient, a.Key, a.At, "%s %s, and one of them says so", a.Code, a.Event)
	default:
		j.find(Doubled, a.Recipient, a.Key, a.At, "%s %s in the messages %s and %s", a.Code, a.Event, before[0].Message, a.Message)
	}
	return true
}

// belongs finds the episode of an arrival: of one that names no value by its code, where that
// is known.
func (j *judge) belongs(h *history, a *Arrival) (episode int, why string) {
	name := coded{a.Key, a.Code}
	if at, known := j.codes[name]; known && a.Value == 0 {
		return at, ""
	}
	at, why := h.belongs(a)
	if why == "" && a.Value != 0 && a.Code != "" {
		j.codes[name] = at
	}
	return at, why
}

// belongs finds the episode of an arrival, by the value it names, or says why there
// is none.
func (h *history) belongs(a *Arrival) (episode int, why string) {
	if a.Value == 0 { // an alarm that was withdrawn, or of no data: the newest that was read by then
		for i := len(h.episodes) - 1; i >= 0; i-- {
			if !h.episodes[i].first.After(a.At) {
				return i, ""
			}
		}
		return 0, "told of an alarm that never was"
	}
	begins, isBegin := h.begins[a.Value]
	ends, isEnd := h.ends[a.Value]
	switch {
	case a.Kind == Begin && isBegin:
		return begins, ""
	case a.Kind == End && isEnd:
		return ends, ""
	case a.Kind == Begin && (isEnd || h.calm[a.Value]):
		return 0, "a beginning although the page was calm"
	case a.Kind == End && isBegin:
		return 0, "an end although the page was above the threshold"
	}
	return 0, "told of a value that no page showed"
}

// stays tells whether somebody was to be told at some time between two moments.
func (j *judge) stays(recipient string, from, to time.Time) bool {
	return slices.ContainsFunc(j.in.Stays, func(s Stay) bool {
		return s.Recipient == recipient && !s.From.After(to) && (s.Until.IsZero() || s.Until.After(from))
	})
}

// staysAll tells whether somebody was to be told all the time.
func (j *judge) staysAll(recipient string, from, to time.Time) bool {
	return slices.ContainsFunc(j.in.Stays, func(s Stay) bool {
		return s.Recipient == recipient && !s.From.After(from) && (s.Until.IsZero() || !to.IsZero() && s.Until.After(to))
	})
}

// settle looks for what was not said.
func (j *judge) settle() {
	recipients := make(map[string]bool)
	for _, s := range j.in.Stays {
		recipients[s.Recipient] = true
	}
	for key, h := range j.histories {
		for i := range h.episodes {
			for r := range recipients {
				j.settleOne(place{r, key, i}, &h.episodes[i])
			}
		}
	}
}

// settleOne looks whether one recipient was told all that had to be said of one
// episode.
func (j *judge) settleOne(p place, e *episode) {
	heard := j.told[p]
	if heard == nil {
		heard = &told{}
	}
	if j.owed(p, e) {
		j.report.Owed++
		if !heard.begin {
			j.find(Lost, p.recipient, p.key, time.Time{}, "the beginning that was read at %s", e.first.Format("15:04:05.000"))
		}
	}
	if heard.begin && !e.ended.IsZero() && j.in.Could(p.recipient, e.ended, time.Time{}) {
		j.report.Owed++
		if !heard.end {
			j.find(Lost, p.recipient, p.key, time.Time{}, "the end that was read at %s", e.over.Format("15:04:05.000"))
		}
	}
}

// owed tells whether a beginning had to be said: it was surely judged, it is for
// this recipient, and it is not over or there was time to say it before it was. What
// may be one with the episode before is told with that one.
func (j *judge) owed(p place, e *episode) bool {
	if e.sure.IsZero() || e.joined || !j.staysAll(p.recipient, e.first, e.over) {
		return false
	}
	return j.in.Could(p.recipient, e.sure, e.over)
}
