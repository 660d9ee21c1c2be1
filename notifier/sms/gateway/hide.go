package gateway

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms/gateway/contract"
)

// hider takes out of a text what nobody is to see: secrets, the number, and the way to
// the gateway. A far side may repeat all that it was sent, in the forms in which it was sent.
func (c *Channel) hider(d *contract.Data, w *contract.Written, to notifier.Recipient) *strings.Replacer {
	var pairs []string
	hide := func(s, instead string) {
		for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s), inJSON(s)} {
			if len(form) >= 4 { // a shorter one would tear words apart
				pairs = append(pairs, form, instead)
			}
		}
	}
	const secret = "<secret>"
	hide(c.basic(), secret)
	hide(c.opts.Password, secret)
	hide(c.opts.Bearer, secret)
	for _, name := range slices.Sorted(maps.Keys(c.opts.Terms.Secrets)) {
		hide(c.opts.Terms.Secrets[name], secret)
	}
	hide(d.Number, to.Display)
	for cut := range 4 { // without the code of its country, too
		if digits := d.NumberDigits; len(digits)-cut >= 7 {
			hide(digits[cut:], to.Display)
		}
	}
	for _, part := range []string{w.URL.RequestURI(), w.URL.RawQuery, w.URL.EscapedPath(), w.URL.Path} {
		if len(part) > 4 {
			hide(part, "<path>")
		}
	}
	return strings.NewReplacer(pairs...)
}

// inJSON is a text as it stands in JSON, without the quotes.
func inJSON(s string) string {
	quoted, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return strings.Trim(string(quoted), `"`)
}

// shownError is an error with another text.
type shownError struct {
	text string
	err  error
}

func (s *shownError) Error() string { return s.text }
func (s *shownError) Unwrap() error { return s.err }
