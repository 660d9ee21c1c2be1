package notifier

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// Person is who may answer a text message.
type Person struct {
	Name     string
	Language words.Language
	Zone     *time.Location // for times in answers; nil is UTC
}

// Inbound is a text message that came from somebody.
type Inbound struct {
	ID   string // the provider's, the same when it tells of the message again; "" when it gives none
	From string // phone number (E.164) of the sender; it is no proof of who that is
	To   string // the number of ours that it was sent to
	Text string
	// OptOut is what the provider took the message for by itself: STOP, START or HELP;
	// "" when it does not say.
	OptOut string
}

// Optout is a person who asked the provider, by STOP, for no more text messages. The
// provider refuses what is sent to them until they text START.
type Optout struct {
	Name  string // of the contact
	Since time.Time
}

// ExternalURL is the address of the pages as people know it, without a slash at its
// end; "" when it is not known.
func (d *Directory) ExternalURL() string { return d.entries.Words.ExternalURL }
