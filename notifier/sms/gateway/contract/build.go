package contract

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/template"
)

// Contract is Terms that were read. It is safe for use from several goroutines.
type Contract struct {
	Send           *Request
	Accepted       Rule
	NumberRefused  Rule
	Refused        Rule
	AccountRefused Rule
	Later          Rule
	ID             Path // nil: the answer gives none
	Reason         Path // nil: the answer does not say why
	LookUp         *Asking
	Receipt        *Asking

	secrets map[string]string
}

// Asking is a LookUp or a Receipt that was read.
type Asking struct {
	Request         *Request
	List            Path // nil: the answer is about the message alone
	Found, NotFound Rule // of a look-up
	ID              Path
	Delivered       Rule
	NumberFailed    Rule
	Failed          Rule
}

// builder reads Terms, and notes what is wrong.
type builder struct{ faults []*Fault }

func (b *builder) fault(key []string, format string, args ...any) {
	b.faults = append(b.faults, &Fault{Key: key, Text: fmt.Sprintf(format, args...)})
}

func (b *builder) warn(key []string, format string, args ...any) {
	b.faults = append(b.faults, &Fault{Key: key, Text: fmt.Sprintf(format, args...), Warning: true})
}

// under is a key below another one.
func under(key []string, more ...string) []string { return append(slices.Clone(key), more...) }

// template reads a template; nil after a fault.
func (b *builder) template(source string, key []string) *template.Template {
	t, err := template.Parse(source)
	if err != nil {
		b.fault(key, "%s", err)
		return nil
	}
	return t
}

func (b *builder) path(s string, key []string) Path {
	p, err := parsePath(s)
	if err != nil {
		b.fault(key, "%s", err)
	}
	return p
}

// Read reads terms, and returns all that is wrong with them, and what a person should know
// about them. All templates are tried with messages as they may come. The contract is of
// use only when no fault but warnings was found.
func Read(t Terms) (*Contract, []*Fault) {
	b := &builder{}
	c := &Contract{
		Send:           b.call(&t, &t.Send, http.MethodPost, nil),
		Accepted:       b.readRule(t.Accepted, "accepted"),
		NumberRefused:  b.readRule(t.NumberRefused, "number_refused"),
		Refused:        b.readRule(t.Refused, "refused"),
		AccountRefused: b.readRule(t.AccountRefused, "account_refused"),
		Later:          b.readRule(t.Later, "later"),
		secrets:        t.Secrets,
	}
	if t.ID != "" {
		c.ID = b.path(t.ID, []string{"id"})
	}
	if t.Reason != "" {
		c.Reason = b.path(t.Reason, []string{"reason"})
	}
	if t.LookUp != nil {
		c.LookUp = b.lookUp(&t)
	}
	if in := t.Receipt; in != nil {
		key := []string{"receipt"}
		c.Receipt = &Asking{Request: b.call(&t, &in.Call, http.MethodGet, key)}
		b.becomes(c.Receipt, &in.Becomes, key)
		if len(in.Delivered)+len(in.Failed)+len(in.NumberFailed) == 0 {
			b.fault(key, "give at least one of delivered, failed and number_failed")
		}
	}
	b.checkWaits(&t)
	if len(b.faults) == 0 {
		b.try(c)
		b.checkRules(c)
	}
	return c, b.faults
}

func (b *builder) lookUp(t *Terms) *Asking {
	key := []string{"look_up"}
	in := t.LookUp
	out := &Asking{
		Request: b.call(t, &in.Call, http.MethodGet, key),
		Found:   b.readRule(in.Found, under(key, "found")...), NotFound: b.readRule(in.NotFound, under(key, "not_found")...),
	}
	b.becomes(out, &in.Becomes, key)
	if in.ID != "" {
		out.ID = b.path(in.ID, under(key, "id"))
	}
	if in.List != "" {
		if out.List = b.path(in.List, under(key, "list")); out.List != nil && !out.List.lists() {
			b.fault(under(key, "list"), "a list ends in [*], as in data[*]; [*] alone is an answer that is a list itself")
		}
	}
	switch {
	case len(in.Found) == 0:
		b.fault(key, "found is missing: what in the answer says that the gateway has the message")
	case in.List != "" && len(in.NotFound) > 0:
		b.fault(under(key, "not_found"), "a message that is not in the list is not found; remove this, or list")
	}
	return out
}

func (b *builder) becomes(out *Asking, in *Becomes, key []string) {
	out.Delivered = b.readRule(in.Delivered, under(key, "delivered")...)
	out.NumberFailed = b.readRule(in.NumberFailed, under(key, "number_failed")...)
	out.Failed = b.readRule(in.Failed, under(key, "failed")...)
}

// checkWaits looks at how long answers let a message wait.
func (b *builder) checkWaits(t *Terms) {
	for _, r := range []struct {
		key  string
		list []Condition
	}{{"accepted", t.Accepted}, {"number_refused", t.NumberRefused}, {"refused", t.Refused}, {"account_refused", t.AccountRefused}} {
		for i := range r.list {
			if r.list[i].After != 0 {
				b.fault([]string{r.key}, "after belongs to later: it is how long the message waits")
			}
		}
	}
	for i := range t.Later {
		if t.Later[i].After < 0 || t.Later[i].After > httpcall.LongestWait {
			b.fault([]string{"later"}, "after is at most an hour")
		}
	}
}

// checkRules looks at what rules mean together.
func (b *builder) checkRules(c *Contract) {
	if len(c.Accepted) == 0 {
		b.warn(nil, "accepted is missing, so every answer with a status of 200 to 299 counts as accepted; "+
			"gateways that say no in the body of a 200 would lose alarms")
		return
	}
	for i := range c.Accepted {
		a := &c.Accepted[i]
		if a.reads() {
			continue
		}
		for _, r := range []Rule{c.NumberRefused, c.Refused, c.AccountRefused, c.Later} {
			for j := range r {
				if other := &r[j]; other.reads() && overlap(a, other) {
					b.fault([]string{"accepted"}, "accepted comes first and fits by its status alone, so no answer with such a status is ever refused; say by json, contains or matches what an accepting answer holds")
					return
				}
			}
		}
	}
}

// overlap tells whether two conditions have a status in common.
func overlap(a, b *condition) bool {
	for status := 200; status <= 599; status++ {
		if a.fitsStatus(status) && b.fitsStatus(status) {
			return true
		}
	}
	return false
}

// clip shortens what a fault quotes.
func clip(s string) string { return httpcall.OneLine(s, 40) }

// names lists the keys of a mapping in order.
func names(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// isToken tells whether s can be the name of a header (RFC 9110, 5.6.2).
func isToken(s string) bool {
	return s != "" && strings.Trim(s, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
