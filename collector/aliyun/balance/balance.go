// Package balance reads what an Alibaba Cloud account has left, of the billing
// API.
package balance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/collector/aliyun"
	"github.com/brimwatch/brimwatch/fleet"
)

// answer is what QueryAccountBalance answers, once Call has judged that it is no
// refusal. Amounts are text; the available one, which bills are paid of, is
// negative when the account is overdue.
//
// Source: help page "QueryAccountBalance" of Billing.
type answer struct {
	Data struct {
		Available json.RawMessage `json:"AvailableAmount"`
		Currency  string          `json:"Currency"`
	} `json:"Data"`
}

// Read asks for the balance of an account, as of now. The Chinese and the
// international site have an endpoint each: the other one is asked when the first
// says that the account is not one of its own.
func Read(ctx context.Context, a *aliyun.Account, now time.Time) (fleet.Balance, error) {
	var out answer
	err := ask(ctx, a, "", &out)
	if refusal, ok := errors.AsType[*aliyun.CallError](err); ok && refusal.Code == "NotApplicable" {
		out = answer{}
		err = ask(ctx, a, "ap-southeast-1", &out)
	}
	if err != nil {
		return fleet.Balance{}, err
	}
	b, err := out.balance()
	if err != nil {
		return fleet.Balance{}, err
	}
	b.At = now
	return b, nil
}

func ask(ctx context.Context, a *aliyun.Account, region string, into *answer) error {
	return a.Call(ctx, aliyun.Call{API: "business", Version: "2017-12-14", Action: "QueryAccountBalance", Region: region}, into)
}

// balance reads the answer. What it does not tell for certain is an error: a
// balance of zero that is none would look like one.
func (a *answer) balance() (fleet.Balance, error) {
	text := strings.TrimSpace(string(a.Data.Available))
	var quoted string
	if json.Unmarshal(a.Data.Available, &quoted) == nil {
		text = quoted
	}
	if text == "" || text == "null" {
		return fleet.Balance{}, errors.New("billing answers without a balance (AvailableAmount)")
	}
	amount, err := fleet.ParseAmount(text)
	if err != nil {
		return fleet.Balance{}, fmt.Errorf("billing tells a balance that cannot be read: %w", err)
	}
	if len(a.Data.Currency) != 3 || strings.Trim(a.Data.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return fleet.Balance{}, fmt.Errorf("billing tells a balance in no currency that is known: %q", clip(a.Data.Currency))
	}
	return fleet.Balance{Amount: amount, Currency: a.Data.Currency}, nil
}

// clip keeps what a far side says short, and on one line.
func clip(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if r := []rune(s); len(r) > 120 {
		return string(r[:120]) + "..."
	}
	return s
}
