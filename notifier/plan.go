package notifier

import (
	"crypto/sha256"
	"encoding/base32"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// Addressee is a recipient who got a notice of an episode's beginning, or is about
// to get it.
type Addressee struct {
	Receiver  string
	Recipient string
	Channel   string
	Display   string
	Address   string    // that was told; may hold secrets
	ToldAt    time.Time // zero: not told yet
}

// Begins tells whether an event of this kind tells people that something is
// wrong. The ups and downs of an alarm that flaps tell nobody.
func Begins(k alarm.EventKind) bool {
	switch k {
	case alarm.Raised, alarm.Escalated, alarm.Reminded, alarm.BeganFlapping, alarm.Settled:
		return true
	case alarm.Eased, alarm.Cleared, alarm.Withdrawn, alarm.Acked, alarm.Lost, alarm.Found, alarm.Rose, alarm.Fell:
	}
	return false
}

// Ends tells whether an event of this kind tells people that it is over.
func Ends(k alarm.EventKind) bool { return k == alarm.Cleared || k == alarm.Withdrawn }

// Plan decides which notices an event causes. A beginning goes to the receivers
// of the instance; an end goes to the addressees of the beginning, whoever
// is configured by now. One recipient in several receivers gets one notice.
//
// It is a function of its arguments. Silences and quiet hours hold a notice;
// caps, which depend on what was sent before, are the outbox's to apply.
func Plan(d *Directory, ev *alarm.Event, addressees []Addressee, silences []Silence, now time.Time) []Notice {
	switch {
	case Begins(ev.Kind):
		return planBegin(d, ev, silences, now)
	case Ends(ev.Kind):
		return planEnd(d, ev, addressees, now)
	}
	return nil
}

func planEnd(d *Directory, ev *alarm.Event, addressees []Addressee, now time.Time) []Notice {
	var out []Notice
	seen := make(map[string]bool)
	says := newTelling(d, ev, now)
	for i, to := range addressees {
		if to.Channel == VoiceChannel || d.sameAs(to, addressees, i) {
			continue
		}
		t, ok := d.Reach(Notice{Receiver: to.Receiver, Recipient: to.Recipient, Channel: to.Channel}, to.Address)
		if !ok {
			// Who cannot be reached any more gets a notice all the same, so that the
			// outbox can show why nobody got it.
			t = Target{Recipient: Recipient{Channel: to.Channel, Display: to.Display}, Zone: time.UTC}
		}
		// It goes to the address that was told, under the name that was told.
		t.Recipient.Name, t.Recipient.Address = to.Recipient, to.Address
		n := says.notice(to.Receiver, t)
		n.Told = to.Address
		if seen[to.Recipient] { // who was told at one number and then at another is told at both
			n.ID = noticeID(ev, to.Recipient+"\x00"+to.Address)
		}
		seen[to.Recipient] = true
		holdEnd(&n, t, to.ToldAt, now)
		out = append(out, n)
	}
	return out
}

// route is one receiver, with its instances when the event is about the whole
// fleet.
type route struct {
	name   string
	silent []*fleet.Instance
}

// receiversFor returns the receivers of an event. A notice about an account goes to
// the receivers of the account; one about the whole fleet to those of all
// instances it speaks for, to each with its own.
func receiversFor(d *Directory, ev *alarm.Event) []route {
	switch {
	case ev.Instance != nil:
		return routes(d.receiversOf(ev.Instance))
	case ev.Key.Account != "":
		return routes(d.receiversOfAccount(ev.Key.Account))
	}
	by := make(map[string][]*fleet.Instance)
	for _, in := range ev.Silent {
		for _, name := range d.receiversOf(in) {
			by[name] = append(by[name], in)
		}
	}
	if len(by) == 0 {
		for _, name := range d.entries.Default {
			by[name] = slices.Clone(ev.Silent)
		}
	}
	var out []route
	for name, silent := range by {
		slices.SortFunc(silent, func(a, b *fleet.Instance) int { return strings.Compare(a.ID, b.ID) })
		out = append(out, route{name, silent})
	}
	slices.SortFunc(out, func(a, b route) int { return strings.Compare(a.name, b.name) })
	return out
}

// routes leads to receivers without instances of their own.
func routes(names []string) []route {
	var out []route
	for _, name := range names {
		out = append(out, route{name: name})
	}
	return out
}

// sameAs tells whether an addressee is another one of the list under a name of before,
// so that the end goes to its address once.
func (d *Directory) sameAs(to Addressee, list []Addressee, at int) bool {
	for i, other := range list {
		if i == at || to.Address == "" || other.Address != to.Address || other.Channel != to.Channel {
			continue
		}
		switch known, otherKnown := d.has(to), d.has(other); {
		case !known && (otherKnown || i < at):
			return true
		case known && otherKnown && to.Channel == "sms" && i < at:
			return true
		}
	}
	return false
}

// has tells whether an addressee is in the configuration, at the address that was told.
func (d *Directory) has(to Addressee) bool {
	t, ok := d.Find(to.Receiver, to.Recipient)
	return ok && t.Recipient.Address == to.Address
}

// telling is what one event says: to programs, and to people in their languages. Who
// shares a language and a time zone gets the same words, which are written once.
type telling struct {
	d      *Directory
	ev     *alarm.Event
	alerts *alerts
	now    time.Time
	said   []said
}

// said is what an event says in a language, with the times of a zone.
type said struct {
	language    words.Language
	zone        *time.Location
	text, brief string
}

func newTelling(d *Directory, ev *alarm.Event, now time.Time) *telling {
	return &telling{d: d, ev: ev, alerts: d.entries.Words.alerts(ev), now: now}
}

// notice writes the notice to one target.
func (t *telling) notice(receiver string, to Target) Notice {
	ev := t.ev
	n := Notice{
		ID:   noticeID(ev, to.Recipient.Name),
		Code: ev.Code, Kind: ev.Kind, Rule: ev.Key.Rule, Severity: ev.Severity,
		Receiver: receiver, Recipient: to.Recipient.Name, Channel: to.Recipient.Channel, Address: to.Recipient.Address,
		Alert:     t.alerts.to(to),
		CreatedAt: t.now,
	}
	if to.Recipient.Channel == "sms" {
		s := t.say(to.Language, to.Zone)
		n.Text, n.Brief = s.text, s.brief
	}
	t.ownWords(&n, &to)
	return n
}

// ownWords writes the notice by the template of its target. Who gets text messages has an
// alert in English, and a template reads it in the language of the person.
func (t *telling) ownWords(n *Notice, to *Target) {
	if to.Mail != nil {
		n.inOwnMail(&n.Alert, to)
	}
	if to.Template == nil {
		return
	}
	a := n.Alert
	if n.Channel == "sms" {
		a = t.alerts.in(to.Language, to.Zone)
		if why := t.d.becauseOf(n, to.Language); why != "" {
			a.Annotations = maps.Clone(a.Annotations)
			a.Annotations["escalation"] = why
		}
	}
	n.inOwnWords(&a, to)
}

// byItself is an event of an instance without others that it speaks for. A text for
// several counts those that are told with it, and no others.
func byItself(ev *alarm.Event) *alarm.Event {
	if ev.Instance == nil || ev.Details == nil || len(ev.Details.Others) == 0 {
		return ev
	}
	alone, details := *ev, *ev.Details
	details.Others = nil
	alone.Details = &details
	return &alone
}

// say returns what the event says to people.
func (t *telling) say(l words.Language, zone *time.Location) *said {
	for i := range t.said {
		if s := &t.said[i]; s.language == l && s.zone == zone {
			return s
		}
	}
	text, brief := t.d.entries.Words.said(t.ev, l, zone)
	if alone := byItself(t.ev); alone != t.ev {
		_, brief = t.d.entries.Words.said(alone, l, zone)
	}
	t.said = append(t.said, said{l, zone, text, brief})
	return &t.said[len(t.said)-1]
}

// noticeID makes the same ID for the same event and recipient, whoever plans it
// and however often.
func noticeID(ev *alarm.Event, recipient string) string {
	h := sha256.New()
	for _, s := range []string{string(ev.Key.Rule), ev.Key.Account, ev.Key.Instance, ev.Key.MetricName(), ev.Code, string(ev.Kind),
		ev.At.UTC().Format(time.RFC3339Nano), ev.RaisedAt.UTC().Format(time.RFC3339Nano), recipient} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return "ntc_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:15]))
}
