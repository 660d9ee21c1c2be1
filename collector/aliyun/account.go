package aliyun

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// freeCalls is how many metered calls a month has for an account that does not
// pay for more.
const freeCalls = 1_000_000

// AccountOptions says which account is spoken for, and how much it may be used.
type AccountOptions struct {
	// Name tells accounts apart, in messages and metrics.
	Name string
	// AccessKeyID and AccessKeySecret are the account's keys. Without both, the
	// default credential chain of credentials-go is taken: environment, OIDC,
	// profiles, the role of the machine, a URI.
	AccessKeyID, AccessKeySecret string
	// Endpoint replaces every endpoint of the cloud: http(s)://host:port, for a
	// proxy or a test server. "" are the cloud's own, over HTTPS.
	Endpoint string
	// MeterFile is where the calls of the month are kept over restarts; "" keeps
	// them in memory. Its folder must exist.
	MeterFile string
	// MonthlyCalls is how many metered calls a month has; 0 is 1,000,000.
	MonthlyCalls int64
	// Logger may be nil.
	Logger *slog.Logger
	// Registerer takes the account's own metrics; nil for none. Of two accounts with
	// the same name, the one that was built last is shown.
	Registerer prometheus.Registerer
}

// Account speaks for one cloud account: its keys, its pace, and the calls it has
// left this month. It may be used by many at once.
type Account struct {
	name      string
	endpoint  *url.URL // nil: the cloud's own
	keys      *keyring
	meter     *meter
	metrics   *metrics
	transport *http.Transport

	mu         sync.Mutex
	operations map[string]*operation
	shares     map[*Collector]share
}

// share is what one Collector asks for.
type share struct {
	calls int // of one sweep
	every time.Duration
}

// NewAccount checks the options; it does not connect.
func NewAccount(o AccountOptions) (*Account, error) {
	if o.Name == "" {
		return nil, errors.New("an account needs a name")
	}
	if (o.AccessKeyID == "") != (o.AccessKeySecret == "") {
		return nil, errors.New("give both access_key_id and access_key_secret, or neither to take the default credential chain")
	}
	if o.MonthlyCalls < 0 {
		return nil, errors.New("the number of calls a month must not be negative")
	}
	if o.MonthlyCalls == 0 {
		o.MonthlyCalls = freeCalls
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	endpoint, err := parseEndpoint(o.Endpoint)
	if err != nil {
		return nil, err
	}
	a := &Account{
		name: o.Name, endpoint: endpoint, keys: newKeyring(o.AccessKeyID, o.AccessKeySecret), transport: newTransport(),
		operations: make(map[string]*operation), shares: make(map[*Collector]share),
	}
	log := o.Logger.With("account", o.Name)
	if a.meter, err = newMeter(o.MeterFile, o.MonthlyCalls, time.Now(), log); err != nil {
		return nil, err
	}
	if a.metrics, err = newMetrics(o.Registerer, a); err != nil {
		return nil, err
	}
	return a, nil
}

// parseEndpoint reads what replaces the cloud's endpoints. Its errors do not
// repeat it, since it may hold a password.
func parseEndpoint(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // none is a value here
	}
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Host == "", u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("endpoint cannot be read; it is written like https://proxy.example.com:8443")
	case u.User != nil:
		return nil, errors.New("endpoint must not hold a user name or password")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("endpoint is a server only (http:// or https://, host and port), without path or query")
	}
	return u, nil
}

// Close writes the count of the month, closes the connections and waits for all
// the account started. It is called after the Collectors of the account are closed.
func (a *Account) Close() error {
	a.metrics.close()
	a.keys.close()
	a.transport.CloseIdleConnections()
	if err := a.meter.close(); err != nil {
		return fmt.Errorf("write the calls of the month of account %s: %w", a.name, err)
	}
	return nil
}

// Budget is how an account stands with the metered calls of a month.
type Budget struct {
	Month string  // in UTC, such as 2026-11
	Calls int64   // made so far
	Limit int64   // of the month
	Pace  float64 // by how much every interval is stretched, 1 or more
}

// Budget tells how the account stands.
func (a *Account) Budget(now time.Time) Budget {
	b := Budget{Limit: a.meter.limit}
	b.Month, b.Calls = a.meter.count(now)
	const unit = time.Minute
	b.Pace = float64(stretched(b.Calls, b.Limit, monthEnd(now).Sub(now), a.load()*unit.Seconds(), unit)) / float64(unit)
	return b
}

// interval returns how far apart the sweeps of a Collector are now.
func (a *Account) interval(now time.Time, wanted time.Duration) time.Duration {
	_, calls := a.meter.count(now)
	return stretched(calls, a.meter.limit, monthEnd(now).Sub(now), a.load()*wanted.Seconds(), wanted)
}

// load returns how many calls a second all Collectors of the account want to make.
func (a *Account) load() float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	load := 0.0
	for _, s := range a.shares {
		load += float64(s.calls) / s.every.Seconds()
	}
	return load
}

// share notes what a Collector asks for.
func (a *Account) share(c *Collector, s share) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.shares[c] = s
}

// leave forgets a Collector.
func (a *Account) leave(c *Collector) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.shares, c)
}

// operation returns the pace of one operation.
func (a *Account) operation(c *Call) *operation {
	a.mu.Lock()
	defer a.mu.Unlock()
	name := c.API + "/" + c.Action
	o := a.operations[name]
	if o == nil {
		o = newOperation()
		a.operations[name] = o
	}
	return o
}

// Call asks the cloud and decodes the JSON of its answer into into. What the
// cloud refuses is a *CallError.
//
// It waits for the operation's turn, but an operation that was throttled is left
// alone: until it may be called again, Call returns that refusal without asking.
func (a *Account) Call(ctx context.Context, c Call, into any) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("begin to call %s: %w", c.Action, err)
	}
	if err := c.check(); err != nil {
		return err
	}
	o := a.operation(&c)
	if refusal := o.held(time.Now()); refusal != nil {
		return refusal
	}
	if err := o.limiter.Wait(ctx); err != nil {
		return &waitError{fmt.Sprintf("wait for a turn to call %s, which is called %d times a second at most", c.Action, perSecond), ctx.Err()}
	}
	k, err := a.keys.get(ctx)
	if err != nil {
		return err
	}
	if now := time.Now(); c.metered() && !a.meter.take(now) {
		return &usedUpError{limit: a.meter.limit, until: monthEnd(now)}
	}
	err = a.ask(ctx, &c, k, into)
	refusal, refused := errors.AsType[*CallError](err)
	switch {
	case refused && refusal.Throttled():
		o.throttled(refusal, time.Now())
	case err == nil:
		o.well()
	}
	a.metrics.called(c.Action, err)
	return err
}
