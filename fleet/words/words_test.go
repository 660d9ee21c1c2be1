package words_test

import (
	"testing"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

func TestParseLanguage(t *testing.T) {
	for _, c := range []struct {
		name, code string
		want       words.Language
		known      bool
	}{
		{"English", "en", words.EN, true},
		{"Chinese", "zh", words.ZH, true},
		{"none", "", words.EN, false},
		{"one there are no words in", "de", words.EN, false},
		{"in capitals", "ZH", words.EN, false},
	} {
		got, known := words.ParseLanguage(c.code)
		if got != c.want || known != c.known {
			t.Errorf("%s: %v, %v; want %v, %v", c.name, got, known, c.want, c.known)
		}
		if known && got.String() != c.code {
			t.Errorf("%s: %v writes its code as %q", c.name, c.code, got)
		}
	}
}

func TestCapital(t *testing.T) {
	for given, want := range map[string]string{"": "", "message TPS": "Message TPS", "TPS": "TPS", "内存": "内存", "3 d": "3 d", "élan": "élan", "z": "Z"} {
		if got := words.Capital(given); got != want {
			t.Errorf("%q becomes %q, want %q", given, got, want)
		}
	}
}

// TestEveryMetricHasAName: a metric that is added later must be added here, too.
func TestEveryMetricHasAName(t *testing.T) {
	names := map[string]fleet.Metric{}
	for _, m := range fleet.Metrics() {
		for _, l := range []words.Language{words.EN, words.ZH} {
			name := words.Metric(m, l)
			if other, taken := names[name]; taken {
				t.Errorf("%v and %v are both called %q", m, other, name)
			}
			names[name] = m
		}
		if words.Metric(m, words.ZH) == m.String() {
			t.Errorf("%v has no Chinese name", m)
		}
	}
	for m, want := range map[fleet.Metric][2]string{
		fleet.MessageTPS: {"message TPS", "消息TPS"}, fleet.Connections: {"connections", "连接数"}, fleet.MemoryBytes: {"memory", "内存"}, fleet.NumMetrics: {"unknown", "unknown"},
	} {
		if en, zh := words.Metric(m, words.EN), words.Metric(m, words.ZH); en != want[0] || zh != want[1] {
			t.Errorf("%v is called %q and %q, want %q", m, en, zh, want)
		}
	}
	if en, zh := words.Heading(fleet.SendTPS, words.EN), words.Heading(fleet.SendTPS, words.ZH); en != "Send TPS" || zh != "发送TPS" {
		t.Errorf("a row begins with %q or %q", en, zh)
	}
}

func TestLifecycle(t *testing.T) {
	for _, c := range []struct {
		state                        fleet.LifecycleState
		name, begins, service        string
		zhName, zhBegins, zhServices string
	}{
		{fleet.LifecycleActive, "active", "is converted to pay-as-you-go", "", "正常", "转为按量付费", ""},
		{fleet.LifecycleExpiring, "expiring", "", "", "即将到期", "", ""},
		{fleet.LifecycleGrace, "expired, in grace", "expires", "still runs", "已到期，宽限期内", "到期", "仍可用"},
		{fleet.LifecycleSuspended, "suspended", "is suspended", "stopped", "已停服", "停服", "已停服"},
		{fleet.LifecycleRecycled, "in the recycle bin", "goes to the recycle bin", "in the recycle bin", "在回收站", "进回收站", "已进回收站"},
		{fleet.LifecycleReleased, "released", "is released for good", "due for deletion", "已释放", "释放", "应已释放"},
		{fleet.LifecycleFrozen, "frozen", "", "", "已冻结", "", ""},
		{fleet.LifecycleUnknown, "term unknown", "", "", "到期时间未知", "", ""},
		{"", "term unknown", "", "", "到期时间未知", "", ""},
	} {
		if got := [...]string{words.Lifecycle(c.state, words.EN), words.Begins(c.state, words.EN), words.Service(c.state, words.EN)}; got != [...]string{c.name, c.begins, c.service} {
			t.Errorf("%q: %q", c.state, got)
		}
		if got := [...]string{words.Lifecycle(c.state, words.ZH), words.Begins(c.state, words.ZH), words.Service(c.state, words.ZH)}; got != [...]string{c.zhName, c.zhBegins, c.zhServices} {
			t.Errorf("%q: %q", c.state, got)
		}
	}
}

func TestMoney(t *testing.T) {
	for _, c := range []struct {
		name     string
		amount   fleet.Amount
		currency string
		en, zh   string
	}{
		{"nothing", 0, "CNY", "0.00 CNY", "0.00元"},
		{"below one", -500_000, "CNY", "-0.50 CNY", "-0.50元"},
		{"three decimals", 999_999_000, "USD", "999.999 USD", "999.999 USD"},
		{"with commas", -1_234_567_890_000, "CNY", "-1,234,567.89 CNY", "-1,234,567.89元"},
		{"without a currency", 100_000_000, "", "100.00", "100.00"},
	} {
		if en, zh := words.Money(c.amount, c.currency, words.EN), words.Money(c.amount, c.currency, words.ZH); en != c.en || zh != c.zh {
			t.Errorf("%s: %q %q, want %q %q", c.name, en, zh, c.en, c.zh)
		}
	}
}

func TestBalance(t *testing.T) {
	for _, c := range []struct {
		name         string
		account      *fleet.Account
		balance, low string
	}{
		{"no account", nil, "", ""},
		{"nothing is known", &fleet.Account{}, "", ""},
		{"a threshold, and no balance", &fleet.Account{LowBalance: 5_000_000}, "", "5.00"},
		{"a balance, and no threshold", &fleet.Account{Balance: &fleet.Balance{Amount: 1_000_000, Currency: "EUR"}}, "1.00 EUR", ""},
		{"both", &fleet.Account{LowBalance: 5_000_000, Balance: &fleet.Balance{Amount: -1_000_000, Currency: "EUR"}}, "-1.00 EUR", "5.00 EUR"},
	} {
		if balance, low := words.Balance(c.account, words.EN), words.LowBalance(c.account, words.EN); balance != c.balance || low != c.low {
			t.Errorf("%s: %q, low below %q; want %q, %q", c.name, balance, low, c.balance, c.low)
		}
	}
}
