package fleet

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAccountOverdue(t *testing.T) {
	since := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name    string
		account *Account
		want    bool
	}{
		{"no account", nil, false},
		{"nothing is known", &Account{}, false},
		{"a balance", &Account{Balance: &Balance{Amount: 1}}, false},
		{"nothing left, and nothing owed", &Account{Balance: &Balance{Amount: 0}}, false},
		{"a millionth owed", &Account{Balance: &Balance{Amount: -1}}, true},
		{"since a moment, and the balance is not known", &Account{OverdueSince: since}, true},
		{"since a moment, whatever the balance", &Account{OverdueSince: since, Balance: &Balance{Amount: 1}}, true},
	} {
		if got := tt.account.Overdue(); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestAmountAsANumber(t *testing.T) {
	for text, want := range map[string]float64{"0": 0, "1200.5": 1200.5, "-11.25": -11.25, "0.5": 0.5} {
		a, err := ParseAmount(text)
		if err != nil || a.Float() != want {
			t.Errorf("%s is %v, %v", text, a.Float(), err)
		}
	}
}

func TestLabels(t *testing.T) {
	given := map[string]string{"team": "iot", "env": "prod", "zone": "b", "app": "orders", "site": "hz", "tier": "1", "area": "east", "line": "3"}
	in := &Instance{Labels: SortLabels(given)}
	if !slices.IsSortedFunc(in.Labels, func(a, b Label) int { return strings.Compare(a.Name, b.Name) }) || len(in.Labels) != len(given) {
		t.Errorf("%v", in.Labels)
	}
	for name, value := range given {
		if got := in.Label(name); got != value {
			t.Errorf("%s is %q", name, got)
		}
	}
	if got := in.Label("owner"); got != "" {
		t.Errorf("one that was not given is %q", got)
	}
}
