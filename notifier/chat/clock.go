package chat

import (
	"net/http"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// tolerated is how far our clock may be off before it is to blame: the far sides take an
// hour, and the header that tells theirs is exact to a second.
const tolerated = 5 * time.Minute

// ClockOrSecret says why a signature is refused, in which the time is: by the far side's own
// clock, where its answer tells that, it is the one or the other.
func ClockOrSecret(a *Answer) string {
	theirs, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		return "the clock of this machine or the robot's secret is wrong"
	}
	off := a.Now.Sub(theirs)
	switch {
	case off > tolerated:
		return "the clock of this machine is " + words.Duration(off, words.EN) + " ahead of theirs: set it"
	case off < -tolerated:
		return "the clock of this machine is " + words.Duration(-off, words.EN) + " behind theirs: set it"
	}
	return "the robot's secret is wrong: copy it from the robot's settings into secret_file (the clock of this machine is right)"
}
