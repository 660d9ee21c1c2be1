package redis

import (
	"bytes"
	"strconv"
)

// countSubscriptions reads the reply of CLIENT LIST TYPE pubsub to its end and
// returns the sum of channels, patterns and sharded channels that its clients
// subscribe to.
//
// A client is a line of words "key=value". What clients choose themselves
// (name, lib-name) can hold neither space nor line break, so a word that begins
// with "sub=" is the server's own.
func countSubscriptions(b *bulk) (uint64, error) {
	var total, clients, counted uint64
	inside, wrong := false, false
	for b.left > 0 {
		word, more, err := b.next(' ')
		if err != nil {
			return 0, err
		}
		// The last word of a line and the first of the next come together.
		clients += uint64(bytes.Count(word, []byte{'\n'}))
		if n, ok, good := subscribed(word); ok && !inside {
			wrong = wrong || !good || more
			total += n
			if bytes.HasPrefix(word, []byte("sub=")) {
				counted++
			}
		}
		inside = more
	}
	if err := b.end(); err != nil {
		return 0, err
	}
	if wrong || counted != clients {
		return 0, errOddList
	}
	return total, nil
}

// errOddList says that a CLIENT LIST is not as Redis writes it; the connection
// is still good for further questions.
const errOddList fault = "CLIENT LIST is not written as Redis does it, so subscriptions cannot be counted"

// subscribed reads a word of CLIENT LIST: ok when it is one of those that tell
// subscriptions, good when it holds a number.
func subscribed(word []byte) (n uint64, ok, good bool) {
	key, value, found := bytes.Cut(word, []byte{'='})
	if !found {
		return 0, false, false
	}
	switch string(key) {
	case "sub", "psub", "ssub":
		n, err := strconv.ParseUint(string(value), 10, 32)
		return n, true, err == nil
	}
	return 0, false, false
}
