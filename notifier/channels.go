package notifier

import (
	"iter"
	"slices"
)

// TakingIsArrival tells whether what the far side of a channel takes over has arrived, as
// far as anybody will ever know: the program at a URL is the recipient, and a mail server
// says nothing more of a message. A text message has a receipt.
func TakingIsArrival(channel string) bool {
	return slices.Contains([]string{"webhook", "alertmanager", "email"}, channel)
}

// ToProgram tells whether a channel leads to a program, which keeps what it was told of
// until it is told that it is over.
func ToProgram(channel string) bool {
	return slices.Contains([]string{"webhook", "alertmanager"}, channel)
}

// Ways goes through all ways by which somebody is reached, each once: also those that are
// taken only where the first does not do.
func (d *Directory) Ways() iter.Seq[Route] {
	return func(yield func(Route) bool) {
		seen := make(map[string]bool)
		for t := range d.Targets() {
			for _, r := range t.Routes() {
				if seen[r.Way] {
					continue
				}
				seen[r.Way] = true
				if !yield(r) {
					return
				}
			}
		}
	}
}
