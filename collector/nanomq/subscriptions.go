package nanomq

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

// errList says that what came is not a list of subscriptions.
const errList httpget.PlainError = "the answer has not the form that NanoMQ gives a list of subscriptions: is this the right address?"

// never is the reason when subscriptions are not counted.
const never = "NanoMQ's page tells how many clients subscribe, not how many subscriptions there are, and counting them is turned off"

// subscribed returns how many subscriptions there are, or why that is unknown.
func (c *Collector) subscribed(ctx context.Context) (n int, why string) {
	if c.subscriptions == nil {
		return 0, never
	}
	n, _, err := c.subscriptions.Get(ctx)
	if err != nil {
		return 0, "subscriptions could not be counted: " + err.Error()
	}
	return n, ""
}

// count lists all subscriptions, which NanoMQ does in one answer, without pages.
func (c *Collector) count(ctx context.Context) (int, error) {
	defer c.site.Close() // NanoMQ serves few HTTP connections at once
	var body json.RawMessage
	if _, err := c.site.Get(ctx, httpget.Ask{Path: "/subscriptions"}, &body); err != nil {
		return 0, err
	}
	return countIn(body)
}

// countIn counts the subscriptions of an answer.
func countIn(answer []byte) (int, error) {
	var list struct {
		Code *int        `json:"code"`
		Data *[]struct{} `json:"data"` // objects, of which nothing but their number is kept
	}
	switch err := json.Unmarshal(answer, &list); {
	case err != nil, list.Code == nil:
		return 0, errList
	case *list.Code != 0:
		return 0, fmt.Errorf("NanoMQ answered with its error code %d", *list.Code)
	case list.Data == nil:
		return 0, errList
	}
	return len(*list.Data), nil
}
