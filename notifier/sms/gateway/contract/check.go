package contract

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// try renders all calls with messages as they may come, and notes what would go wrong.
func (b *builder) try(c *Contract) {
	samples := c.samples()
	b.tryCall(c.Send, samples)
	b.tryContent(c.Send, samples)
	if c.LookUp != nil {
		b.tryCall(c.LookUp.Request, samples)
	}
	if c.Receipt != nil {
		b.tryCall(c.Receipt.Request, samples)
	}
	for _, r := range c.rules() {
		b.tryEquals(r.rule, r.key, samples)
	}
}

// keyed is a rule with its key.
type keyed struct {
	rule Rule
	key  []string
}

// rules lists all rules.
func (c *Contract) rules() []keyed {
	out := []keyed{
		{c.Accepted, []string{"accepted"}}, {c.NumberRefused, []string{"number_refused"}}, {c.Refused, []string{"refused"}},
		{c.AccountRefused, []string{"account_refused"}}, {c.Later, []string{"later"}},
	}
	for _, asked := range []struct {
		key string
		*Asking
	}{{"look_up", c.LookUp}, {"receipt", c.Receipt}} {
		a, key := asked.Asking, asked.key
		if a == nil {
			continue
		}
		out = append(out, keyed{a.Found, []string{key, "found"}}, keyed{a.NotFound, []string{key, "not_found"}}, keyed{a.Delivered, []string{key, "delivered"}},
			keyed{a.NumberFailed, []string{key, "number_failed"}}, keyed{a.Failed, []string{key, "failed"}})
	}
	return out
}

func (b *builder) tryEquals(r Rule, key []string, samples []sample) {
	for i := range r {
		for _, t := range r[i].equals {
			if _, err := t.Execute(samples[0].Data); err != nil {
				b.fault(under(key, "equals"), "%s", err)
			}
		}
	}
}

// tryCall renders a call. What a message holds must not change its shape.
func (b *builder) tryCall(c *Request, samples []sample) {
	var first *Written
	for i := range samples {
		s := &samples[i]
		r, fault := c.Write(&s.Data)
		if fault == nil {
			fault = c.tryShape(r, first, s)
		}
		if fault != nil {
			if s.nasty {
				fault.Text += "; that happens as soon as a text or a secret holds signs such as \" & = / or a line break"
			}
			b.faults = append(b.faults, fault)
			return
		}
		if first == nil {
			first = r
		}
	}
}

// tryShape holds one rendering against another one.
func (c *Request) tryShape(r, first *Written, s *sample) *Fault {
	at := under(c.key, "url")
	plus := "+" + s.NumberDigits
	switch {
	case s.NumberDigits != "" && strings.Contains(r.URL.RawQuery, plus):
		return &Fault{Key: at, Text: "the + of the number would be read as a blank; write {{urlquery .Number}} or {{.NumberDigits}}"}
	case first != nil && !sameURL(r.URL, first.URL):
		return &Fault{Key: at, Text: "what is put in changes the path or the query; write {{pathescape …}} or {{urlquery …}}, or use query"}
	}
	if c.body == nil {
		return nil
	}
	at = under(c.key, "body")
	switch kind := r.Header.Get("Content-Type"); {
	case strings.Contains(kind, "json"):
		if !json.Valid([]byte(r.Body)) {
			return &Fault{Key: at, Text: "this is no JSON; a text is written as {{json .Text}}, without quotes around it"}
		}
	case strings.Contains(kind, "xml"):
		if !isXML(r.Body) {
			return &Fault{Key: at, Text: "this is no XML; a text is written as {{xml .Text}}"}
		}
	case strings.Contains(kind, "x-www-form-urlencoded"):
		if strings.Contains(r.Body, plus) {
			return &Fault{Key: at, Text: "the + of the number would be read as a blank; write {{urlquery .Number}}, or use form"}
		}
		if first != nil && !sameQuery(r.Body, first.Body) {
			return &Fault{Key: at, Text: "what is put in changes the fields of the form; write {{urlquery …}}, or use form"}
		}
	}
	return nil
}

func sameURL(a, b *url.URL) bool {
	return strings.Count(a.EscapedPath(), "/") == strings.Count(b.EscapedPath(), "/") && sameQuery(a.RawQuery, b.RawQuery)
}

// sameQuery tells whether two queries have the same keys.
func sameQuery(a, b string) bool {
	x, errX := url.ParseQuery(a)
	y, errY := url.ParseQuery(b)
	return errX == nil && errY == nil && slices.Equal(slices.Sorted(maps.Keys(x)), slices.Sorted(maps.Keys(y)))
}

func isXML(s string) bool {
	dec := xml.NewDecoder(strings.NewReader(s))
	elements := 0
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return elements > 0
		}
		if err != nil {
			return false
		}
		if _, ok := t.(xml.StartElement); ok {
			elements++
		}
	}
}

// tryContent makes sure that what is sent depends on the number and on the text.
func (b *builder) tryContent(c *Request, samples []sample) {
	if len(b.faults) > 0 {
		return
	}
	written := func(d Data) string {
		r, fault := c.Write(&d)
		if fault != nil {
			return ""
		}
		var head strings.Builder
		_ = r.Header.Write(&head) // a builder takes everything
		return r.URL.String() + "\n" + head.String() + "\n" + r.Body
	}
	base := samples[0].Data
	other := base
	other.Text = "another text of the same length, which no gateway has seen before"
	if written(base) == written(other) {
		b.fault(c.key, "nothing of the call holds the text: write {{.Text}} where it belongs, as {{json .Text}} in JSON")
	}
	other = base
	other.Number, other.NumberDigits = "+4917698765432", "4917698765432"
	if written(base) == written(other) {
		b.fault(c.key, "nothing of the call holds the number: write {{.Number}} or {{.NumberDigits}} where it belongs")
	}
}
