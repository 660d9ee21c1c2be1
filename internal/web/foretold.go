package web

import (
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/readers"
)

// foretoldPanel says what people will be told of an instance if nobody does anything.
type foretoldPanel struct {
	Ready bool // false while it is worked out
	From  stamp
	Days  int
	Rows  []foretoldRow
	More  bool
}

// foretoldRow is one message.
type foretoldRow struct {
	At        stamp
	Recipient string
	What      string // expiry
	Severity  string
	Text      string
	Held      string // why it comes later than it happens
	With      int    // how many further notices the message speaks for
}

// foretold gathers the panel; nil when there is nobody to ask.
func (p *pages) foretold(st *fleet.Standing) *foretoldPanel {
	if p.Foresight == nil {
		return nil
	}
	f, ready := p.Foresight.Foretold(st.Instance.ID)
	if !ready {
		return &foretoldPanel{}
	}
	zone := zoneOf(st.Course)
	out := &foretoldPanel{Ready: true, From: p.stamp(f.From), Days: f.Days, More: f.More}
	now := p.Now()
	for i := range f.Tellings {
		t := &f.Tellings[i]
		if t.At.Before(now) { // that was told by now, if it was to be
			continue
		}
		out.Rows = append(out.Rows, p.foretoldRow(t, zone))
	}
	return out
}

func (p *pages) foretoldRow(t *readers.Telling, zone *time.Location) foretoldRow {
	return foretoldRow{
		At: p.stampIn(t.At, zone), Recipient: t.Recipient, What: strings.ReplaceAll(p.say.Word("alarmname", string(t.Rule)), "_", " "), Severity: string(t.Severity),
		Text: t.Text, Held: t.Held, With: t.With,
	}
}
