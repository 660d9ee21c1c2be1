package farside

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/internal/demo/phone"
)

// The account that the provider stands for.
const (
	AccountSID = "AC0123456789abcdef0123456789abcdef"
	AuthToken  = "0123456789abcdef0123456789abcdef"
	From       = "+15005550006"
	// BackupSID is the account at the second provider, with the same token.
	BackupSID = "ACfedcba9876543210fedcba9876543210"
)

// Provider is a Twilio server that remembers what it accepted.
type Provider struct {
	phone *phone.Server

	mu   sync.Mutex
	skew time.Duration
}

// Text is one message that was accepted.
type Text struct {
	SID, To, Body string
	Ref           string // what the client calls it, where the provider keeps that
	At            time.Time
}

// Call is a telephone call that was accepted.
type Call struct {
	SID, To string
	Said    string // in words
	At      time.Time
}

// NewProvider returns a provider that has one account.
func NewProvider(account string) (*Provider, error) {
	p := &Provider{}
	server, err := phone.New(phone.Options{AccountSID: account, AuthToken: AuthToken, Keep: 100_000, Now: p.now, Pace: 200 * time.Millisecond})
	p.phone = server
	return p, err
}

// Skew sets the provider's clock ahead of ours.
func (p *Provider) Skew(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.skew = d
}

func (p *Provider) now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Now().Add(p.skew)
}

// ServeHTTP answers as Twilio does, by the provider's clock.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", p.now().UTC().Format(http.TimeFormat))
	p.phone.ServeHTTP(w, r)
}

// Texts returns what was accepted, oldest first, but for what Stuff added. Times are
// ours.
func (p *Provider) Texts() []Text {
	p.mu.Lock()
	skew := p.skew
	p.mu.Unlock()
	var out []Text
	for _, m := range p.phone.Messages() {
		if m.Body != stuffing {
			out = append(out, Text{SID: m.SID, To: m.To, Body: m.Body, At: m.CreatedAt.Add(-skew)})
		}
	}
	return out
}

// Calls returns the telephone calls that were accepted, oldest first. Times are ours.
func (p *Provider) Calls() []Call {
	p.mu.Lock()
	skew := p.skew
	p.mu.Unlock()
	tag := regexp.MustCompile(`<[^>]*>`)
	var out []Call
	for _, c := range p.phone.Calls() {
		out = append(out, Call{SID: c.SID, To: c.To, Said: html.UnescapeString(tag.ReplaceAllString(c.Twiml, " ")), At: c.CreatedAt.Add(-skew)})
	}
	return out
}

// stuffing is the text of messages that somebody else sends by the same account.
const stuffing = "Your parcel is on its way."

// Stuff adds messages that somebody else sends to a number by the same account.
func (p *Provider) Stuff(n int, to string) {
	form := url.Values{"To": {to}, "From": {From}, "Body": {stuffing}}.Encode()
	for range n {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/2010-04-01/Accounts/"+AccountSID+"/Messages.json", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(AccountSID, AuthToken)
		p.phone.ServeHTTP(httptest.NewRecorder(), r)
	}
}
