package aliyun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

const (
	// pageLength is how many points are asked for at a time, the most there is.
	pageLength = 1440
	// maxPages bounds how long an answer may go on: 50 instances of 256 nodes are
	// nine pages.
	maxPages = 32
)

// sweep asks for all quantities, one after the other, so that an account with
// many Collectors has its calls spread. It returns what keeps all of them from
// being read; what is wrong with one of them stays with that.
func (c *Collector) sweep(ctx context.Context) error {
	calls, failed := 0, 0
	var first error
	for i := range c.table.quantities {
		n, err := c.ask(ctx, &c.table.quantities[i], &c.known[i])
		calls += n
		if err != nil && hopeless(err) {
			return err
		}
		if c.known[i].trouble = err; err != nil {
			failed++
			if first == nil {
				first = err
			}
		}
	}
	c.account.share(c, share{max(calls, len(c.known)), c.every})
	if failed == len(c.known) {
		return first
	}
	return nil
}

// hopeless tells whether the next call would not go better.
func hopeless(err error) bool {
	if _, unreadable := errors.AsType[*pointsError](err); unreadable {
		return false
	}
	refusal, refused := errors.AsType[*CallError](err)
	return !refused || refusal.Throttled() || refusal.Denied() || refusal.keysRefused() ||
		refusal.Status == http.StatusProxyAuthRequired || refusal.Status >= http.StatusInternalServerError
}

// pointsError says that the figures of one metric could not be read.
type pointsError struct {
	name  string
	cause error
}

// Error returns the words for people.
func (e *pointsError) Error() string { return e.name + ": " + e.cause.Error() }

// Unwrap returns what was wrong.
func (e *pointsError) Unwrap() error { return e.cause }

// ask asks for one quantity: for the first of its sources, and for the next one
// of those instances of which that has nothing. It returns how many calls it made.
func (c *Collector) ask(ctx context.Context, q *quantity, known *answer) (calls int, err error) {
	fresh := answer{samples: make(map[string]sample, len(c.ids))}
	left := c.ids
	for i := range q.from {
		s := &q.from[i]
		n, err := c.last(ctx, s, left, &fresh)
		calls += n
		if err != nil {
			return calls, err
		}
		left = slices.DeleteFunc(slices.Clone(left), func(id string) bool { _, ok := fresh.samples[id]; return ok })
		if len(left) == 0 {
			break
		}
	}
	*known = fresh
	return calls, nil
}

// last asks for the last points of one metric and adds what it told of the
// instances to into.
func (c *Collector) last(ctx context.Context, s *source, ids []string, into *answer) (calls int, err error) {
	query := map[string]string{
		"Namespace": c.table.namespace, "MetricName": s.name, "Dimensions": dimensions(ids), "Length": strconv.Itoa(pageLength),
		"RegionId": c.region, // which the host tells, too, unless it was replaced
	}
	var all []point
	for page := 1; ; page++ {
		var t lastAnswer
		calls++
		err := c.account.Call(ctx, Call{API: "metrics", Version: "2019-01-01", Action: "DescribeMetricLast", Region: c.region, Query: query}, &t)
		if err != nil {
			return calls, err
		}
		points, err := t.points()
		if err != nil {
			return calls, &pointsError{s.name, err}
		}
		all = append(all, points...)
		into.period = max(into.period, t.period())
		if t.NextToken == "" {
			break
		}
		if page == maxPages || t.NextToken == query["NextToken"] {
			return calls, &pointsError{s.name, errors.New("the cloud's answer has no end: it goes on page after page")}
		}
		query["NextToken"] = t.NextToken
	}
	for id, sum := range latest(all, s, ids) {
		into.samples[id] = sum
	}
	return calls, nil
}

// dimensions returns the instances as CloudMonitor wants them: a list, also of one.
func dimensions(ids []string) string {
	type dimension struct {
		InstanceID string `json:"instanceId"`
	}
	list := make([]dimension, len(ids))
	for i, id := range ids {
		list[i].InstanceID = id
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(fmt.Sprintf("aliyun: a list of strings cannot be written as JSON: %v", err))
	}
	return string(text)
}
