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
// negative when the account is overdue. What is left of a line of credit is in it
// already: the page's example has 1000.19 available with a credit of 1000.00.
//
// Source: help page "QueryAccountBalance" of Billing.
type answer struct {
	Data struct {
		Available json.RawMessage `json:"AvailableAmount"`
		Currency  string          `json:"Currency"`
		Credit    json.RawMessage `json:"CreditAmount"`
		Mybank    json.RawMessage `json:"MybankCreditAmount"`
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
	text := written(a.Data.Available)
	if text == "" {
		return fleet.Balance{}, errors.New("billing answers without a balance (AvailableAmount)")
	}
	amount, err := fleet.ParseAmount(text)
	if err != nil {
		return fleet.Balance{}, fmt.Errorf("billing tells a balance that cannot be read: %w", err)
	}
	if len(a.Data.Currency) != 3 || strings.Trim(a.Data.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return fleet.Balance{}, fmt.Errorf("billing tells a balance in no currency that is known: %q", clip(a.Data.Currency))
	}
	return fleet.Balance{Amount: amount, Currency: a.Data.Currency, Credit: credit(a.Data.Credit).Plus(credit(a.Data.Mybank))}, nil
}

// credit reads a line of credit. It stands beside the balance for people to see and
// changes nothing, so what is absent, negative or cannot be read is none.
func credit(raw json.RawMessage) fleet.Amount {
	amount, err := fleet.ParseAmount(written(raw))
	if err != nil {
		return 0
	}
	return max(amount, 0)
}

// written returns an amount as it is written: as text or as a number; "" for none.
func written(raw json.RawMessage) string {
	text := strings.TrimSpace(string(raw))
	var quoted string
	if json.Unmarshal(raw, &quoted) == nil {
		text = strings.TrimSpace(quoted)
	}
	if text == "null" {
		return ""
	}
	return text
}

// clip keeps what a far side says short, and on one line.
func clip(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if r := []rune(s); len(r) > 120 {
		return string(r[:120]) + "..."
	}
	return s
}
