package config

import (
	"fmt"
	"io"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier/sms/gateway/contract"
)

// Gateway is an SMS gateway that is called by HTTP. It is never shown: any part of it may
// be a secret.
type Gateway struct {
	Terms    contract.Terms // without its secrets
	Secrets  map[string]Secret
	Username string
	Password Secret
	Bearer   Secret
	TLS      TLS
	Timeout  time.Duration
	Messages int // to one number, Within; 0 is as many as there are
	Within   time.Duration
}

const hiddenGateway = "<gateway>"

// Format hides the value from every verb of fmt.
func (Gateway) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hiddenGateway) }

// MarshalText hides the value from JSON, YAML and logs.
func (Gateway) MarshalText() ([]byte, error) { return []byte(hiddenGateway), nil }

// WithSecrets returns the terms with their secrets, for the one place that makes the calls.
func (g *Gateway) WithSecrets() contract.Terms {
	t := g.Terms
	t.Secrets = make(map[string]string, len(g.Secrets))
	for name, s := range g.Secrets {
		t.Secrets[name] = s.Reveal()
	}
	return t
}

// resolveGateway reads a provider of type http.
func (d *decoder) resolveGateway(p *providerDoc) Provider {
	out := Provider{Name: p.Name, Type: p.Type, Prefixes: p.Prefixes}
	out.PricePerSegment = d.price(d.under(p.place, "price_per_segment"), p.PricePerSegment)
	d.checkPrefixes(p)
	d.onlyKeys(p, yamlKeys(reflect.TypeFor[gatewayDoc]())...)
	in := &p.gatewayDoc
	g := &Gateway{Timeout: in.Timeout.or(10 * time.Second), Secrets: d.namedSecrets(d.under(p.place, "secrets"), in.Secrets)}
	secure := strings.HasPrefix(in.URL, "https://")
	g.Terms = contract.Terms{
		Send: in.call(), Headers: in.Headers,
		Accepted: in.Accepted.conditions(), NumberRefused: in.NumberRefused.conditions(), Refused: in.Refused.conditions(),
		AccountRefused: in.AccountRefused.conditions(), Later: in.Later.conditions(), ID: in.ID, Reason: in.Reason,
	}
	g.Terms.Send.Headers = nil // those of the provider go with each call
	if l := in.LookUp; l != nil && l.node != nil {
		secure = secure || strings.HasPrefix(l.URL, "https://")
		g.Terms.LookUp = &contract.LookUp{
			Call: l.call(), List: l.List, Found: l.Found.conditions(), NotFound: l.NotFound.conditions(), ID: l.ID, Becomes: l.becomes(),
		}
	}
	if r := in.Receipt; r != nil && r.node != nil {
		secure = secure || strings.HasPrefix(r.URL, "https://")
		g.Terms.Receipt = &contract.Receipt{Call: r.call(), Becomes: r.becomes()}
	}
	g.TLS = d.resolveTLS(&in.TLS, secure)
	g.Username, g.Password, g.Bearer = d.resolveAuth(p.place, &in.loginDoc)
	g.Terms.SignsIn = g.Username != "" || g.Bearer != ""
	d.resolvePace(in.Pace, g)
	if g.Timeout < time.Second || g.Timeout > 30*time.Second {
		d.fault(d.find(p.place, "timeout"), "a call may take 1s to 30s")
	}
	d.checkTerms(p, g)
	out.Gateway = g
	return out
}

func (d *decoder) resolvePace(p *paceDoc, g *Gateway) {
	if p == nil || p.node == nil {
		return
	}
	g.Messages, g.Within = p.Messages, p.Within.Duration
	if g.Messages < 1 || g.Within < time.Second || g.Within > time.Hour {
		d.fault(p.place, "a pace has messages, from 1, and within, from 1s to 1h, as in {messages: 1, within: 30s}")
	}
}

// checkTerms tries all templates with messages as they may come, and looks for secrets
// that stand where they are no secrets.
func (d *decoder) checkTerms(p *providerDoc, g *Gateway) {
	_, faults := contract.Read(g.WithSecrets())
	for _, f := range faults {
		at := d.at(p.place, f.Key)
		if f.Warning {
			d.warn(at, "%s", f.Text)
		} else {
			d.fault(at, "%s", f.Text)
		}
	}
	secret := regexp.MustCompile(`(?i)auth|key|token|secret|passw|pwd`)
	for _, part := range []struct {
		key    string
		values map[string]string
	}{{"headers", p.Headers}, {"query", p.Query}, {"form", p.Form}} {
		for _, name := range slices.Sorted(maps.Keys(part.values)) {
			if secret.MatchString(name) && part.values[name] != "" && !strings.Contains(part.values[name], "{{") {
				d.warn(d.under(d.under(p.place, part.key), name), "a secret stands in the configuration itself; put it into a file, name that under secrets, and write {{.Secrets.NAME}} here")
			}
		}
	}
}

// at is the place of a key that consists of several: [1] is the second of a list.
func (d *decoder) at(p place, keys []string) place {
	for _, key := range keys {
		var i int
		if _, err := fmt.Sscanf(key, "[%d]", &i); err == nil {
			p = d.nth(p, i)
		} else {
			p = d.under(p, key)
		}
	}
	return p
}

// namedSecrets reads secrets that have names of their own: NAME, NAME_file or NAME_env.
func (d *decoder) namedSecrets(p place, given map[string]string) map[string]Secret {
	out := make(map[string]Secret, len(given))
	for _, key := range slices.Sorted(maps.Keys(given)) {
		name := strings.TrimSuffix(strings.TrimSuffix(key, "_file"), "_env")
		if !d.forms.label.MatchString(name) {
			d.fault(d.under(p, key), "the name of a secret is one word of letters, digits and _, so that templates can name it")
			continue
		}
		if _, known := out[name]; !known {
			out[name] = d.secretOf(p, name, given[name], given[name+"_file"], given[name+"_env"])
		}
	}
	return out
}

// yamlKeys lists the keys of a mapping of the schema.
func yamlKeys(t reflect.Type) []string {
	var out []string
	for _, f := range reflect.VisibleFields(t) {
		if key := f.Tag.Get("yaml"); key != "" {
			out = append(out, key)
		}
	}
	return out
}

func (c *callDoc) call() contract.Call {
	return contract.Call{Method: c.Method, URL: c.URL, Query: c.Query, Headers: c.Headers, Form: c.Form, Body: c.Body}
}

func (b *becomesDoc) becomes() contract.Becomes {
	return contract.Becomes{Delivered: b.Delivered.conditions(), NumberFailed: b.NumberFailed.conditions(), Failed: b.Failed.conditions()}
}

func (a *answersDoc) conditions() []contract.Condition {
	var out []contract.Condition
	for i := range a.list {
		c := &a.list[i]
		out = append(out, contract.Condition{
			Status: c.Status, JSON: c.JSON, Equals: c.Equals, Contains: c.Contains, Matches: c.Matches, After: c.After.Duration,
		})
	}
	return out
}
