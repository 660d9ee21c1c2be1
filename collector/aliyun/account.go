package aliyun

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// AccountOptions says which account is spoken for, and how much it may be used.
type AccountOptions struct {
	// Name tells accounts apart, in messages and metrics.
	Name string
	// AccessKeyID and AccessKeySecret are the account's keys. Without both, the
	// default credential chain of credentials-go is taken.
	AccessKeyID, AccessKeySecret string
	// Endpoint replaces every endpoint of the cloud: http(s)://host:port, for a
	// proxy or a test server.
	Endpoint string
	// MeterFile is where the calls of the month are kept over restarts; "" keeps
	// them in memory.
	MeterFile string
	// MonthlyCalls is how many metered calls a month has; 0 is 1,000,000.
	MonthlyCalls int64
	// Logger may be nil.
	Logger *slog.Logger
	// Registerer may be nil.
	Registerer prometheus.Registerer
}

// Account speaks for one cloud account: its keys, its pace, and the calls it has
// left this month. It may be used by many at once.
type Account struct {
	options AccountOptions
}

// NewAccount checks the options; it does not connect.
func NewAccount(o AccountOptions) (*Account, error) {
	return &Account{options: o}, nil
}

// Close ends what the account keeps open.
func (a *Account) Close() error { return nil }

// Call is one question to the cloud. It is asked again when its connection
// breaks, so it must change nothing there.
type Call struct {
	// API is the part of the endpoint's host that names the service: metrics,
	// business, onsmqtt, rocketmq, ons, r-kvstore.
	API             string
	Version, Action string
	Region          string
	// Method and Path are for services in ROA style (GET /instances); with an
	// empty Path it is POST / in RPC style.
	Method, Path string
	Query        map[string]string
}

// Call asks the cloud and decodes the JSON of its answer into into. What the
// cloud refuses is a *CallError.
func (a *Account) Call(ctx context.Context, _ Call, _ any) error {
	return errors.Join(ctx.Err(), &CallError{})
}

// CallError is a refusal by the cloud.
type CallError struct {
	Code, Message string
	Status        int // of HTTP
	RetryAfter    time.Duration
}

// Error returns the words for people.
func (e *CallError) Error() string { return e.Code }

// Budget is how an account stands with the calls of a month.
type Budget struct {
	Month string  // in UTC, such as 2026-11
	Calls int64   // made so far
	Limit int64   // of the month
	Pace  float64 // by how much every interval is stretched, 1 or more
}

// Budget tells how the account stands.
func (a *Account) Budget(now time.Time) Budget {
	return Budget{Month: now.UTC().Format("2006-01"), Limit: a.options.MonthlyCalls, Pace: 1}
}
