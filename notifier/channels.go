package notifier

import "slices"

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
