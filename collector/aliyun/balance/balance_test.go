package balance

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector/aliyun"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	keyID  = "LTAI5tOfATestAndNothingElse"
	secret = "the-secret-of-a-test"
)

func accountAt(t *testing.T, address string) *aliyun.Account {
	t.Helper()
	a, err := aliyun.NewAccount(aliyun.AccountOptions{Name: "acme", AccessKeyID: keyID, AccessKeySecret: secret, Endpoint: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// TestRead asks the stand-in cloud, which checks signatures and rights.
func TestRead(t *testing.T) {
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, amount, currency string
		denied                 []cloud.Operation
		want                   string // the balance, or a part of the error
	}{
		{"plenty", "10000.00", "CNY", nil, "10,000.00 CNY"},
		{"overdue", "-11.19", "USD", nil, "-11.19 USD"},
		{"with separators", "1,000.00", "CNY", nil, "1,000.00 CNY"},
		{"empty", "", "CNY", nil, "without a balance"},
		{"no figure", "abc", "CNY", nil, "cannot be read"},
		{"without a currency", "5", "", nil, "no currency"},
		{"without the right", "5", "CNY", []cloud.Operation{cloud.QueryAccountBalance}, "bss:DescribeAcccount"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server, err := cloud.New(cloud.Options{Rate: 1000, Accounts: []cloud.Account{{
				UID: "1234567890123456", Keys: []cloud.Key{{ID: keyID, Secret: secret, Denied: tt.denied}},
				Balance: cloud.Balance{AvailableAmount: tt.amount, Currency: tt.currency},
			}}})
			if err != nil {
				t.Fatal(err)
			}
			front := httptest.NewServer(server)
			defer front.Close()
			b, err := Read(t.Context(), accountAt(t, front.URL), now)
			got := b.Amount.String() + " " + b.Currency
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, tt.want) || err == nil && !b.At.Equal(now) || strings.Contains(got, secret) {
				t.Errorf("%s (of %s), want %s", got, b.At, tt.want)
			}
		})
	}
}

// TestCredit: the line of credit stands beside the balance, and never makes one unknown.
func TestCredit(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		want       fleet.Amount
	}{
		{"one", `"CreditAmount":"1,000.00","MybankCreditAmount":"0.00"`, 1000e6},
		{"two", `"CreditAmount":"1000.00","MybankCreditAmount":"50"`, 1050e6},
		{"as a number", `"CreditAmount":1000`, 1000e6},
		{"absent", `"QuotaLimit":"10000.00\n"`, 0}, {"null", `"CreditAmount":null`, 0}, {"empty", `"CreditAmount":""`, 0},
		{"negative", `"CreditAmount":"-5"`, 0}, {"no figure", `"CreditAmount":"plenty","MybankCreditAmount":{}`, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var a answer
			if err := json.Unmarshal([]byte(`{"Data":{"AvailableAmount":"1000.19","Currency":"CNY",`+tt.data+`}}`), &a); err != nil {
				t.Fatal(err)
			}
			if b, err := a.balance(); err != nil || b.Credit != tt.want || b.Amount != 1000_190_000 {
				t.Errorf("%+v, %v; want a credit of %s", b, err, tt.want)
			}
		})
	}
}

// TestReadAbroad asks the international site when the Chinese one says that the
// account is not its own.
func TestReadAbroad(t *testing.T) {
	asked := 0
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Content-Type", "application/json")
		if asked == 1 {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"Code":"NotApplicable","Message":"This API is not applicable for caller.","RequestId":"1"}`)
			return
		}
		_, _ = io.WriteString(w, `{"Code":"200","Success":true,"Data":{"AvailableAmount":"42.50","Currency":"USD"}}`)
	}))
	defer front.Close()
	b, err := Read(t.Context(), accountAt(t, front.URL), time.Now())
	if err != nil || asked != 2 || b.Amount != 42_500_000 || b.Currency != "USD" {
		t.Errorf("asked %d times: %v %v", asked, b, err)
	}
}

// TestReadOdd: nothing that is no balance is taken for one.
func TestReadOdd(t *testing.T) {
	for name, body := range map[string]string{
		"HTML": "<html>hello</html>", "empty": "", "other JSON": `{"hello":1}`, "a list": "[]", "null": `{"Success":true,"Data":{"AvailableAmount":null,"Currency":"CNY"}}`,
		"refused": `{"Success":false,"Code":"Busy","Message":"later"}`, "an object": `{"Data":{"AvailableAmount":{},"Currency":"CNY"}}`,
	} {
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
		if b, err := Read(t.Context(), accountAt(t, front.URL), time.Now()); err == nil {
			t.Errorf("%s is taken for %+v", name, b)
		}
		front.Close()
	}
}

func FuzzBalance(f *testing.F) {
	for _, s := range []string{`{"Data":{"AvailableAmount":"1,000.00","Currency":"CNY"}}`, `{"Data":{"AvailableAmount":-5,"Currency":"CNY"}}`, `{}`, `{"Success":false}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var a answer
		if json.Unmarshal([]byte(s), &a) != nil {
			return
		}
		b, err := a.balance()
		if err == nil && (len(b.Currency) != 3 || b.Amount.String() == "") || err != nil && b != (fleet.Balance{}) {
			t.Errorf("%q is %+v, %v", s, b, err)
		}
	})
}
