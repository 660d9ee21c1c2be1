package fleet

import (
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
	in := &Instance{Labels: SortLabels(map[string]string{"team": "iot", "env": "prod"})}
	if in.Labels[0].Name != "env" || in.Label("env") != "prod" || in.Label("team") != "iot" || in.Label("owner") != "" {
		t.Errorf("%v", in.Labels)
	}
}
