package notifier

import (
	"cmp"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// alerts makes the alerts of one event: one for each language and zone in which it is
// told, however many recipients have them.
type alerts struct {
	words Words
	about *alarm.Event
	made  map[tongue]Alert
}

// tongue is a language with the zone of its times.
type tongue struct {
	language words.Language
	zone     string
}

func (w Words) alerts(ev *alarm.Event) *alerts {
	return &alerts{words: w, about: ev, made: make(map[tongue]Alert, 1)}
}

// to returns the alert as a target gets it. Who gets text messages reads the text, which
// is in their language; the alert beside it is English, as it stands in the journal.
func (a *alerts) to(t Target) Alert {
	l, zone := languageFor(t), cmp.Or(t.Zone, time.UTC)
	if t.Recipient.Channel == "sms" {
		zone = time.UTC
	}
	return a.in(l, zone)
}

// in returns the alert in a language, with times of a zone.
func (a *alerts) in(l words.Language, zone *time.Location) Alert {
	zone = cmp.Or(zone, time.UTC)
	key := tongue{l, zone.String()}
	one, ok := a.made[key]
	if !ok {
		one = a.words.alertIn(a.about, l, zone)
		a.made[key] = one
	}
	return one
}

// languageFor is the language of a target's alerts.
func languageFor(t Target) words.Language {
	if t.Recipient.Channel == "sms" {
		return words.EN
	}
	return t.Language
}
