package httpget

import "errors"

// Want is the kind of document that the server shall send.
type Want uint8

// What can be asked for.
const (
	Metrics Want = iota // a page of metrics in the Prometheus text format
	JSON
)

// String returns it as messages say it.
func (w Want) String() string {
	if w == JSON {
		return "JSON"
	}
	return "a page of metrics (text/plain)"
}

// accept returns the header Accept. The version of the text format is the one
// that everybody speaks; with it, a server shows the same names as to curl.
func (w Want) accept() string {
	if w == JSON {
		return "application/json"
	}
	return "text/plain;version=0.0.4,*/*;q=0.1"
}

// html says that a web page came instead.
func (w Want) html() error {
	if w == JSON {
		return errors.New("the server answered with a web page (HTML), not with JSON: is the path of the url right, or does a login page stand in front?")
	}
	return ErrHTML
}
