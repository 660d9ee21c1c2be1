package notifier

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier/sms"
)

// place is an address that a channel can send to.
type place struct{ channel, address string }

// Reach returns the target that a stored notice goes to now. told is the address that
// was told of the beginning, for a notice of its end: the end goes there, though
// names have changed. "" is for a beginning: it goes to who has the name now, whatever
// the address, else to who has the address, whatever the name.
func (d *Directory) Reach(n Notice, told string) (Target, bool) {
	if t, ok := d.Find(n.Receiver, n.Recipient); ok && (told == "" || t.Recipient.Address == told) {
		return t, true
	}
	if told != "" {
		return d.reachAddress(n, told)
	}
	if t := d.people[n.Recipient]; t != nil {
		return *t, true
	}
	if t := d.places[place{n.Channel, n.Address}]; t != nil && n.Address != "" {
		return *t, true
	}
	return Target{}, false
}

// reachAddress returns a target with an address, though it may be in no receiver any
// more.
func (d *Directory) reachAddress(n Notice, address string) (Target, bool) {
	if t := d.places[place{n.Channel, address}]; t != nil {
		return *t, true
	}
	// A number is reached through whatever provider there is now. A URL has secrets of its own.
	former, known := d.formerAt(n.Channel, address)
	if d.entries.Stranger == nil || known && n.Channel != "sms" {
		return former, known
	}
	if t, ok := d.entries.Stranger(n.Receiver, n.Channel, address); ok {
		return t, true
	}
	return former, known
}

// Namesake returns under which name somebody is known now: that of a recipient, or, where
// nobody has that name any more, that of whoever is at the address.
func (d *Directory) Namesake(recipient, channel, address string) string {
	if d.people[recipient] != nil || address == "" {
		return recipient
	}
	if t := d.places[place{channel, address}]; t != nil {
		return t.Recipient.Name
	}
	return recipient
}

// Address returns where a recipient is; "" is not known.
func (d *Directory) Address(recipient string) string {
	if t := d.people[recipient]; t != nil {
		return t.Recipient.Address
	}
	return ""
}

// InPlaceOf returns those who are to get a beginning whose recipient is gone: whom its
// receiver reaches at this moment; where that is gone too, whom the receivers of its instance or
// account do.
func (d *Directory) InPlaceOf(n Notice, now time.Time) []Target {
	if _, ok := d.Receiver(n.Receiver); ok {
		return d.targetsAt(n.Receiver, now)
	}
	names := d.entries.Default
	if by, ok := d.entries.Notify[n.Alert.Labels[labelID]]; ok {
		names = by
	} else if by, ok := d.entries.Accounts[n.Alert.Labels[labelAccount]]; ok {
		names = by
	}
	var out []Target
	for _, name := range names {
		out = append(out, d.targetsAt(name, now)...)
	}
	return out
}

// targetsAt lists whom a receiver reaches at a moment, without those whom it calls: a call is
// for an alarm that nobody acknowledged.
func (d *Directory) targetsAt(name string, now time.Time) []Target {
	people, _ := d.reached(name, now)
	out := make([]Target, 0, len(people))
	for i := range people {
		if people[i].Recipient.Channel != VoiceChannel {
			out = append(out, people[i].Target)
		}
	}
	return out
}

// Readdressed returns a notice as another target gets it.
func (d *Directory) Readdressed(n Notice, t Target) Notice {
	text := n.Text
	if text == "" {
		text = sms.Cut(sms.Plain(n.Code + " " + strings.ToUpper(string(n.Severity)) + " " + n.Alert.Annotations["summary"]))
	}
	sum := sha256.Sum256([]byte(n.ID + "\x00" + t.Recipient.Name))
	n.ID = "ntc_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]))
	n.Recipient, n.Channel, n.Address = t.Recipient.Name, t.Recipient.Channel, t.Recipient.Address
	n.Text = ""
	if n.Channel == "sms" {
		n.Text = text
	} else {
		n.Brief = ""
	}
	return n
}
