package replies

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Verb is what a text message asks for.
type Verb uint8

// The verbs. Nothing is what is not understood: it changes nothing.
const (
	Nothing Verb = iota
	Ack          // the alarms with these codes
	AckAll       // all that the sender was told of
	AckOnly      // the only one that the sender was told of
	Drill        // answers a drill
	Mute         // the alarms with these codes, for a while
	Status
	List
	Help
	Stop  // the provider acted on it already
	Start // the same
	Yes   // Start for who texted STOP before
)

// Command is a text message that was read.
type Command struct {
	Verb  Verb
	Codes []string // in the order in which they were written, each once
	// Drills are words with the form of the code of a drill, of a message that acknowledges
	// or does nothing else.
	Drills []string
	For    time.Duration // how long to mute; 0 is not said
}

// maxText is how many signs of a text message are read: no provider sends more.
const maxText = 1600

// Parse reads a text message. It guesses nothing: a message with a word in it that
// has no meaning here is Nothing, so that "what about K7Q2?" acknowledges no alarm.
func Parse(text string) Command {
	if verb := keyword(text); verb != Nothing {
		return Command{Verb: verb}
	}
	if utf8.RuneCountInString(text) > maxText {
		return Command{}
	}
	text = narrow(text)
	if strings.Trim(text, " ?") == "" && strings.Contains(text, "?") {
		return Command{Verb: Help}
	}
	s, ok := read(tokens(text))
	if !ok {
		return Command{}
	}
	return s.command()
}

// keyword finds the words that providers act on by themselves: a message that is
// nothing else.
func keyword(text string) Verb {
	switch strings.ToUpper(strings.TrimSpace(text)) {
	case "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT":
		return Stop
	case "START", "UNSTOP":
		return Start
	case "YES":
		return Yes
	}
	return Nothing
}

// sentence is what the words of a message say, in whatever order.
type sentence struct {
	said  [numWords]bool
	codes []string
	span  time.Duration
	// drills have the form of the code of a drill. As some of them are times, too, like 2H3M,
	// what they come to is kept apart.
	drills []string
	apart  time.Duration
	times  int // of drills that are times
}

// command makes sense of a sentence, or none.
func (s *sentence) command() Command {
	has := func(w word) bool { return s.said[w] }
	only := func(these ...word) bool {
		for w := range numWords {
			if s.said[w] && !slices.Contains(these, w) && w != filler {
				return false
			}
		}
		return true
	}
	codes := len(s.codes) > 0
	switch {
	case has(wordMute):
		if only(wordMute) && len(s.drills) == s.times {
			return Command{Verb: Mute, Codes: s.codes, For: min(s.span+s.apart, longestSpan)}
		}
	case s.span > 0: // a time belongs to a mute
	case codes:
		if only(wordAck, wordOK) {
			return Command{Verb: Ack, Codes: s.codes, Drills: s.drills}
		}
	case len(s.drills) > 0:
		if only(wordAck, wordOK) {
			return Command{Verb: Drill, Drills: s.drills}
		}
	case has(wordAck) && has(wordAll):
		if only(wordAck, wordAll, wordOK) {
			return Command{Verb: AckAll}
		}
	case has(wordAck) || has(wordOK):
		if only(wordAck, wordOK) {
			return Command{Verb: AckOnly}
		}
	case has(wordStatus) && only(wordStatus):
		return Command{Verb: Status}
	case has(wordList) && only(wordList, wordAll):
		return Command{Verb: List}
	case has(wordHelp) && only(wordHelp):
		return Command{Verb: Help}
	}
	return Command{}
}
