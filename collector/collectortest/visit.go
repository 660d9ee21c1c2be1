package collectortest

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

// Unknown stands for a figure that a visit does not hold: no figure is below zero.
const Unknown = -1

// Visit collects once, for one instance. It also does so in the cleanup of a
// test, whose context has ended then.
func Visit(t testing.TB, c collector.Collector) (*collector.Visit, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), defaultPatience)
	defer cancel()
	visits := make([]collector.Visit, 1)
	err := c.Collect(ctx, visits)
	return &visits[0], err
}

// MustVisit collects once, for one instance, and fails the test when the
// Collector returns an error.
func MustVisit(t testing.TB, c collector.Collector) *collector.Visit {
	t.Helper()
	v, err := Visit(t, c)
	if err != nil {
		t.Fatalf("Collect: %v", err)
	}
	return v
}

// Fails collects once, for one instance, and wants an error that says all of
// want, is fit for people and keeps Secret, and no figures. It returns the text.
func Fails(t testing.TB, c collector.Collector, want ...string) string {
	t.Helper()
	v, err := Visit(t, c)
	if err == nil {
		t.Fatalf("Collect returned no error, want %q", want)
	}
	for _, part := range want {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error %q does not say %q", err, part)
		}
	}
	if wrong := judgeWords(err.Error(), Secret); wrong != "" {
		t.Errorf("the text of the error is not fit for people: %s: %q", wrong, err)
	}
	if !v.Blank() {
		t.Errorf("Collect returned an error and filled in the visit: %s", Describe(v))
	}
	return err.Error()
}

// VisitUntil collects until ok accepts a visit with its error, and returns that
// visit. It fails the test when none comes.
func VisitUntil(t testing.TB, c collector.Collector, what string, ok func(v *collector.Visit, err error) bool) *collector.Visit {
	t.Helper()
	guard := time.NewTimer(defaultPatience)
	defer guard.Stop()
	pause := time.NewTicker(retryEvery)
	defer pause.Stop()
	for {
		v, err := Visit(t, c)
		if ok(v, err) {
			return v
		}
		select {
		case <-pause.C:
		case <-guard.C:
			t.Fatalf("there was never a visit with %s; the last one holds %s, error: %v", what, Describe(v), err)
		}
	}
}

// GaugeOf returns a gauge, or Unknown.
func GaugeOf(v *collector.Visit, m fleet.Metric) float64 {
	if n, ok := v.GaugeOf(m); ok {
		return n
	}
	return Unknown
}

// TotalOf returns a running total, or Unknown.
func TotalOf(v *collector.Visit, m fleet.Metric) float64 {
	if n, _, ok := v.CounterOf(m); ok {
		return n
	}
	return Unknown
}

// LimitOf returns the limit that the server told, or 0.
func LimitOf(v *collector.Visit, m fleet.Metric) float64 {
	n, _ := v.LimitOf(m)
	return n
}

// GapOf returns the last reason that the Collector gave for a metric that is
// unknown, or "".
func GapOf(v *collector.Visit, m fleet.Metric) (reason string) {
	for _, g := range v.Gaps() {
		if g.Metric == m {
			reason = g.Reason
		}
	}
	return reason
}

// Describe prints all that a visit holds.
func Describe(v *collector.Visit) string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, m := range fleet.Metrics() {
		if n, ok := v.GaugeOf(m); ok {
			add("%s=%s", m, digits(n))
		}
		if n, _, ok := v.CounterOf(m); ok {
			add("%s total %s", m, digits(n))
		}
		if n, ok := v.LimitOf(m); ok {
			add("%s limit %s", m, digits(n))
		}
		if v.IsFull(m) {
			add("%s full", m)
		}
	}
	for _, g := range v.Gaps() {
		add("%s unknown (%s)", g.Metric, g.Reason)
	}
	return strings.Join(out, ", ")
}

// digits writes a figure without an exponent.
func digits(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
