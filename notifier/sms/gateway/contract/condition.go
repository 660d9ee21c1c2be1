package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/template"
)

// Answer is an answer with its body read.
type Answer struct {
	httpcall.Answer

	Value  any // what the body holds, where it is JSON
	IsJSON bool
}

// ReadAnswer reads the body of an answer.
func ReadAnswer(a httpcall.Answer) *Answer {
	out := &Answer{Answer: a}
	out.Body = bytes.TrimPrefix(a.Body, []byte("\ufeff"))
	dec := json.NewDecoder(bytes.NewReader(out.Body))
	dec.UseNumber() // an id has more digits than a float64
	if dec.Decode(&out.Value) == nil {
		_, err := dec.Token()
		out.IsJSON = errors.Is(err, io.EOF) // nothing follows
	}
	return out
}

// Item is an answer about one item of a list in it.
func (a *Answer) Item(v any) *Answer {
	out := &Answer{Answer: a.Answer, Value: v, IsJSON: true}
	if body, err := json.Marshal(v); err == nil { // it was read as JSON
		out.Body = body
	}
	return out
}

// OK tells whether the answer is a success by its status.
func (a *Answer) OK() bool { return a.Status >= 200 && a.Status <= 299 }

// condition is a Condition that was read.
type condition struct {
	statuses []span
	path     Path
	equals   []*template.Template
	contains []string
	matches  *regexp.Regexp
	after    time.Duration
}

// span is statuses from one to another.
type span struct{ from, to int }

// Rule is conditions of which one has to fit.
type Rule []condition

// Fits tells whether an answer to a call that was written for data fits, and how long its
// condition asks to wait.
func (r Rule) Fits(a *Answer, d *Data) (after time.Duration, fits bool) {
	for i := range r {
		if r[i].fits(a, d) {
			return r[i].after, true
		}
	}
	return 0, false
}

// reads tells whether a condition looks at the body.
func (c *condition) reads() bool {
	return c.path != nil || len(c.contains) > 0 || c.matches != nil
}

// ReadsBody tells whether the rule looks at the body of an answer.
func (r Rule) ReadsBody() bool {
	return slices.ContainsFunc(r, func(c condition) bool { return c.reads() })
}

func (c *condition) fits(a *Answer, d *Data) bool {
	if !c.fitsStatus(a.Status) {
		return false
	}
	if c.path != nil && !c.fitsJSON(a, d) {
		return false
	}
	if len(c.contains) > 0 && !slices.ContainsFunc(c.contains, func(s string) bool { return bytes.Contains(a.Body, []byte(s)) }) {
		return false
	}
	return c.matches == nil || c.matches.Match(a.Body)
}

func (c *condition) fitsStatus(status int) bool {
	return len(c.statuses) == 0 || slices.ContainsFunc(c.statuses, func(s span) bool { return s.from <= status && status <= s.to })
}

func (c *condition) fitsJSON(a *Answer, d *Data) bool {
	if !a.IsJSON {
		return false
	}
	values, _ := c.path.Values(a.Value)
	return slices.ContainsFunc(values, func(v any) bool {
		if len(c.equals) == 0 {
			return v != nil
		}
		text, plain := textOf(v)
		return plain && slices.ContainsFunc(c.equals, func(t *template.Template) bool {
			want, err := t.Execute(*d)
			return err == nil && want == text
		})
	})
}

// readRule reads conditions, and notes what is wrong with them under key.
func (b *builder) readRule(list []Condition, key ...string) Rule {
	var out Rule
	for i := range list {
		at := key
		if len(list) > 1 {
			at = append(slices.Clone(key), "["+strconv.Itoa(i)+"]")
		}
		out = append(out, b.readCondition(&list[i], at))
	}
	return out
}

func (b *builder) readCondition(in *Condition, key []string) condition {
	out := condition{contains: in.Contains, after: in.After}
	for _, s := range in.Status {
		one, err := readStatus(s)
		if err != nil {
			b.fault(under(key, "status"), "%s", err)
		}
		out.statuses = append(out.statuses, one)
	}
	if in.JSON != "" {
		out.path = b.path(in.JSON, under(key, "json"))
	}
	for _, s := range in.Equals {
		out.equals = append(out.equals, b.template(s, under(key, "equals")))
	}
	if in.Matches != "" {
		var err error
		if len(in.Matches) > 1000 {
			b.fault(under(key, "matches"), "the regular expression is longer than 1000 signs")
		} else if out.matches, err = regexp.Compile(in.Matches); err != nil {
			b.fault(under(key, "matches"), "the regular expression cannot be read: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
	}
	switch {
	case len(in.Status) == 0 && in.JSON == "" && len(in.Contains) == 0 && in.Matches == "":
		b.fault(key, "a condition names at least one of status, json, contains and matches")
	case len(in.Equals) > 0 && in.JSON == "":
		b.fault(under(key, "equals"), "json says which value of the answer this is")
	case slices.Contains(in.Contains, ""):
		b.fault(under(key, "contains"), "an empty text stands in every answer")
	}
	return out
}

// readStatus reads 200, 2xx or 400-499.
func readStatus(s string) (span, error) {
	from, to, ranged := strings.Cut(s, "-")
	if class, ok := strings.CutSuffix(s, "xx"); ok && !ranged {
		from, to = class+"00", class+"99"
	} else if !ranged {
		to = from
	}
	a, errA := strconv.Atoi(from)
	z, errZ := strconv.Atoi(to)
	if errA != nil || errZ != nil || a < 200 || z > 599 || a > z {
		return span{}, fmt.Errorf("a status is written as 200, 2xx or 400-499, not as %q", clip(s))
	}
	return span{a, z}, nil
}
