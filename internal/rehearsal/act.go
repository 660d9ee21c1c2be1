package rehearsal

import (
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// Act is something that an owner does, or leaves undone, while a rehearsal goes on. Acts are
// done at ten in the morning of the account's time zone; an account is unpaid from the first
// moment of its day on.
type Act struct {
	Flag string // as the person wrote it: --renew mqtt-1=2026-12-03
	Kind ActKind
	ID   string    // of the instance, or name of the account
	Day  time.Time // midnight UTC of the day
	// Until is the last day of the renewed term, midnight UTC; zero is a year more than before.
	Until time.Time
}

// ActKind is what an owner does.
type ActKind string

// The kinds of acts.
const (
	Renew  ActKind = "renew"  // an instance is renewed
	Unpaid ActKind = "unpaid" // an account does not pay its bill from then on
	Paid   ActKind = "paid"   // it pays
)

// byHand is for how long an instance is renewed where nothing is said.
const byHandYears = 1

// actHour is when owners act.
const actHour = 10

// ParseAct reads the value of a flag such as --renew: ID=DATE, for a renewal also ID=DATE:UNTIL.
// The error names the flag and says how it is written.
func ParseAct(kind ActKind, text string) (Act, error) {
	a := Act{Flag: "--" + string(kind) + " " + text, Kind: kind}
	usage := "ACCOUNT=DATE"
	if kind == Renew {
		usage = "ID=DATE or ID=DATE:UNTIL"
	}
	i := strings.LastIndexByte(text, '=') // IDs may have one
	if i <= 0 || i == len(text)-1 {
		return a, fmt.Errorf("%s: write it as %s, such as --%s %s", a.Flag, usage, kind, example(kind))
	}
	a.ID = text[:i]
	day, until, more := strings.Cut(text[i+1:], ":")
	var err error
	if a.Day, err = parseDay(a.Flag, day); err != nil {
		return a, err
	}
	switch {
	case more && kind != Renew:
		return a, fmt.Errorf("%s: write it as %s, such as --%s %s", a.Flag, usage, kind, example(kind))
	case more:
		if a.Until, err = parseDay(a.Flag, until); err != nil {
			return a, err
		}
		if a.Until.Before(a.Day) {
			return a, fmt.Errorf("%s: the renewed term ends on %s, before the day of the renewal", a.Flag, until)
		}
	}
	return a, nil
}

func example(kind ActKind) string {
	if kind == Renew {
		return "mqtt-1=2026-12-03:2027-12-31"
	}
	return "acme=2026-12-03"
}

func parseDay(flag, text string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, fmt.Errorf("%s: %q is not a date: write it as 2026-12-31", flag, text)
	}
	return day, nil
}

// check says what is wrong with an act for a configuration; nil when nothing is.
func (a *Act) check(s *config.Snapshot, from, end time.Time) error {
	if a.Kind == Renew {
		in := instanceOf(s, a.ID)
		switch {
		case in == nil:
			return fmt.Errorf("%s: there is no instance %q in %s", a.Flag, a.ID, s.Path)
		case in.Term.Method != fleet.Subscription:
			return fmt.Errorf("%s: %s has no term to renew: its billing method is %s", a.Flag, a.ID, in.Term.Method)
		case in.Term.Expires.IsZero() && a.Until.IsZero():
			return fmt.Errorf("%s: when %s expires is not known: say until when it is renewed, as %s=DATE:UNTIL", a.Flag, a.ID, a.ID)
		}
	} else if _, known := s.Accounts[a.ID]; !known {
		return fmt.Errorf("%s: there is no account %q in %s", a.Flag, a.ID, s.Path)
	}
	if at := a.at(zoneOf(s, a)); at.Before(from) || !at.Before(end) {
		return fmt.Errorf("%s: the rehearsal goes from %s to %s", a.Flag, from.Format(time.DateOnly), end.Add(-time.Second).Format(time.DateOnly))
	}
	return nil
}

// at is when the act is done.
func (a *Act) at(zone *time.Location) time.Time {
	hour := actHour
	if a.Kind == Unpaid {
		hour = 0
	}
	return time.Date(a.Day.Year(), a.Day.Month(), a.Day.Day(), hour, 0, 0, 0, zone).UTC()
}

// zoneOf is the time zone of the account that an act is about.
func zoneOf(s *config.Snapshot, a *Act) *time.Location {
	account := a.ID
	if a.Kind == Renew {
		account = ""
		if in := instanceOf(s, a.ID); in != nil {
			account = in.Account
		}
	}
	return accountZone(s, account)
}

func accountZone(s *config.Snapshot, account string) *time.Location {
	if z := s.Accounts[account].Zone; z != nil {
		return z
	}
	return time.UTC
}

func instanceOf(s *config.Snapshot, id string) *config.Instance {
	for i := range s.Instances {
		if s.Instances[i].ID == id {
			return &s.Instances[i]
		}
	}
	return nil
}
