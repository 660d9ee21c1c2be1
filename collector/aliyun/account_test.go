package aliyun

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestAccountOptions(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    AccountOptions
		want string // in the error; "" is none
	}{
		{"keys", AccountOptions{Name: "a", AccessKeyID: "x", AccessKeySecret: "y"}, ""},
		{"the chain", AccountOptions{Name: "a"}, ""},
		{"no name", AccountOptions{}, "needs a name"},
		{"half a key", AccountOptions{Name: "a", AccessKeyID: "x"}, "both access_key_id and access_key_secret"},
		{"the other half", AccountOptions{Name: "a", AccessKeySecret: "x"}, "both access_key_id and access_key_secret"},
		{"fewer than no calls", AccountOptions{Name: "a", MonthlyCalls: -1}, "must not be negative"},
		{"an endpoint", AccountOptions{Name: "a", Endpoint: "https://proxy.example.com:8443/"}, ""},
		{"no scheme", AccountOptions{Name: "a", Endpoint: "proxy.example.com"}, "cannot be read"},
		{"a password", AccountOptions{Name: "a", Endpoint: "https://me:hunter2@proxy.example.com"}, "must not hold a user name or password"},
		{"a path", AccountOptions{Name: "a", Endpoint: "https://proxy.example.com/x"}, "without path"},
		{"a folder that is missing", AccountOptions{Name: "a", MeterFile: filepath.Join(t.TempDir(), "x", "y")}, "folder is missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := NewAccount(tt.o)
			if (err == nil) != (tt.want == "") || err != nil && (!strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2")) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if a != nil {
				if err := a.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// chainOnly takes everything out of the environment that the chain looks at, so
// that nothing of this machine is found, and no service of a cloud is asked.
func chainOnly(t *testing.T) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "ALIBABA_CLOUD_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
	t.Setenv("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true")
}

func balance() Call {
	return Call{API: "business", Version: "2017-12-14", Action: "QueryAccountBalance"}
}

func TestTheCredentialChain(t *testing.T) {
	signed := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wrong := badSignature(r, testKey, testSecret); wrong != "" {
			refuse(w, http.StatusBadRequest, "SignatureDoesNotMatch", wrong)
			return
		}
		_, _ = w.Write([]byte(`{"Code":"200","Success":true,"Data":{"Token":"` + r.Header.Get("x-acs-security-token") + `"}}`))
	})
	type answer struct{ Data struct{ Token string } }
	ask := func(t *testing.T, a *Account) (answer, error) {
		t.Helper()
		var into answer
		err := a.Call(t.Context(), balance(), &into)
		return into, err
	}
	t.Run("nothing is found, then something is", func(t *testing.T) {
		chainOnly(t)
		a := newTestAccount(t, serve(t, signed), func(o *AccountOptions) { o.AccessKeyID, o.AccessKeySecret = "", "" })
		_, err := ask(t, a)
		if err == nil || !strings.Contains(err.Error(), "set access_key_id and access_key_secret") || unfit(err.Error()) != "" {
			t.Errorf("without keys: %v", err)
		}
		t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", testKey)
		t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", testSecret)
		if _, err := ask(t, a); err != nil {
			t.Errorf("with keys in the environment: %v", err)
		}
	})
	t.Run("temporary keys of the environment", func(t *testing.T) {
		chainOnly(t)
		t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", testKey)
		t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", testSecret)
		t.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "a-token")
		a := newTestAccount(t, serve(t, signed), func(o *AccountOptions) { o.AccessKeyID, o.AccessKeySecret = "", "" })
		if got, err := ask(t, a); err != nil || got.Data.Token != "a-token" {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("a profile", func(t *testing.T) {
		chainOnly(t)
		file := filepath.Join(t.TempDir(), "credentials")
		text := "[default]\ntype = access_key\naccess_key_id = " + testKey + "\naccess_key_secret = " + testSecret + "\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("ALIBABA_CLOUD_CREDENTIALS_FILE", file)
		a := newTestAccount(t, serve(t, signed), func(o *AccountOptions) { o.AccessKeyID, o.AccessKeySecret = "", "" })
		if _, err := ask(t, a); err != nil {
			t.Error(err)
		}
	})
	t.Run("a URI", func(t *testing.T) {
		chainOnly(t)
		uri := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"Code":"Success","AccessKeyId":"` + testKey + `","AccessKeySecret":"` + testSecret +
				`","SecurityToken":"of-a-uri","Expiration":"` + time.Now().Add(time.Hour).UTC().Format(time.RFC3339) + `"}`))
		}))
		t.Setenv("ALIBABA_CLOUD_CREDENTIALS_URI", uri)
		a := newTestAccount(t, serve(t, signed), func(o *AccountOptions) { o.AccessKeyID, o.AccessKeySecret = "", "" })
		if got, err := ask(t, a); err != nil || got.Data.Token != "of-a-uri" {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("a link that does not answer", func(t *testing.T) {
		chainOnly(t)
		asked, free := make(chan struct{}, 100), make(chan struct{})
		uri := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked <- struct{}{}; <-free }))
		t.Setenv("ALIBABA_CLOUD_CREDENTIALS_URI", uri)
		a := newTestAccount(t, serve(t, signed), func(o *AccountOptions) { o.AccessKeyID, o.AccessKeySecret = "", "" })
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-asked; cancel() }()
		if err := a.Call(ctx, balance(), &answer{}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		close(free)
	})
}

func TestROAAndRPC(t *testing.T) {
	var got []string
	a := newTestAccount(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wrong := badSignature(r, testKey, testSecret); wrong != "" {
			refuse(w, http.StatusBadRequest, "SignatureDoesNotMatch", wrong)
			return
		}
		got = append(got, r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("x-acs-action")+" "+r.Header.Get("x-acs-version"))
		_, _ = w.Write([]byte(`{"requestId":"0","success":true,"code":"200","data":{"totalCount":7}}`))
	})))
	var into struct {
		Data struct{ TotalCount int }
	}
	for _, c := range []Call{
		{API: "rocketmq", Version: "2022-08-01", Action: "ListInstances", Region: "cn-hangzhou", Method: "GET", Path: "/instances",
			Query: map[string]string{"pageNumber": "1", "filter": "a b*~+%/ü"}},
		{API: "onsmqtt", Version: "2020-04-20", Action: "ListInstances", Region: "cn-hangzhou"},
	} {
		if err := a.Call(t.Context(), c, &into); err != nil || into.Data.TotalCount != 7 {
			t.Errorf("%s: %+v, %v", c.API, into, err)
		}
	}
	want := []string{"GET /instances?filter=a+b%2A~%2B%25%2F%C3%BC&pageNumber=1 ListInstances 2022-08-01", "POST / ListInstances 2020-04-20"}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Errorf("asked %q, want %q", got, want)
			break
		}
	}
	if b := a.Budget(time.Now()); b.Calls != 0 {
		t.Errorf("%d calls were counted that CloudMonitor does not count", b.Calls)
	}
}

func TestSuccessInItsManyForms(t *testing.T) {
	for body, well := range map[string]bool{
		`{}`: true, `{"Code":"200"}`: true, `{"Code":200}`: true, `{"code":"OK"}`: true, `{"Code":"Success","Success":true}`: true,
		`{"Success":"true","Code":"200"}`: true, `{"Code":null,"Success":null}`: true, `{"success":true,"code":"weird"}`: true,
		`{"Success":"false"}`: false, `{"success":false,"code":"200"}`: false, `{"Code":"404"}`: false, `{"Code":500}`: false,
	} {
		a := newTestAccount(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })))
		if err := a.Call(t.Context(), balance(), &struct{}{}); (err == nil) != well {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestMetrics(t *testing.T) {
	s := newCMS()
	s.mqttOf("mqtt-cn-1", time.Second, 1, 2, 3)
	reg := prometheus.NewPedanticRegistry()
	endpoint := serve(t, s)
	first := newTestAccount(t, endpoint, func(o *AccountOptions) { o.Registerer = reg })
	c := newTestCollector(t, first, MQTT, "mqtt-cn-1")
	read(t, c)
	s.setFault(refusing(http.StatusForbidden, "Forbidden.RAM", "x"))
	c.asked = time.Time{}
	if _, err := visit(t.Context(), c); err == nil {
		t.Error("no error")
	}
	want := `
# HELP brimwatch_collect_aliyun_calls_total Calls to the cloud, by how they ended.
# TYPE brimwatch_collect_aliyun_calls_total counter
brimwatch_collect_aliyun_calls_total{account="acme",operation="DescribeMetricLast",outcome="ok"} 3
brimwatch_collect_aliyun_calls_total{account="acme",operation="DescribeMetricLast",outcome="refused"} 1
# HELP brimwatch_collect_aliyun_month_calls Metered calls of the account in this month (UTC).
# TYPE brimwatch_collect_aliyun_month_calls gauge
brimwatch_collect_aliyun_month_calls{account="acme"} 4
# HELP brimwatch_collect_aliyun_month_limit Metered calls that a month has for the account.
# TYPE brimwatch_collect_aliyun_month_limit gauge
brimwatch_collect_aliyun_month_limit{account="acme"} 1e+06
# HELP brimwatch_collect_aliyun_pace By how much intervals are stretched so that the month's calls last; 1 is not at all.
# TYPE brimwatch_collect_aliyun_pace gauge
brimwatch_collect_aliyun_pace{account="acme"} 1
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
	// A configuration that is not taken after all leaves what was there.
	rejected := newTestAccount(t, endpoint, func(o *AccountOptions) { o.Registerer, o.MonthlyCalls = reg, 78 })
	if err := rejected.Close(); err != nil {
		t.Fatal(err)
	}
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
	// While a configuration is replaced, both are there, and the new one shows.
	second := newTestAccount(t, endpoint, func(o *AccountOptions) { o.Registerer, o.MonthlyCalls = reg, 77 })
	other := newTestAccount(t, endpoint, func(o *AccountOptions) { o.Registerer, o.Name = reg, "other" })
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	limits := func() int {
		n, err := testutil.GatherAndCount(reg, "brimwatch_collect_aliyun_month_limit")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := limits(); n != 2 {
		t.Errorf("%d accounts are shown, want 2", n)
	}
	for left, a := range []*Account{other, second} {
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		if n := limits(); n != 1-left {
			t.Errorf("%d accounts are shown, want %d", n, 1-left)
		}
	}
}

// TestMany lets Collectors of one account work at the same time.
func TestMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCMS()
		file := filepath.Join(t.TempDir(), "calls.json")
		a := newTestAccount(t, "http://cloud.test", func(o *AccountOptions) { o.MeterFile, o.Logger = file, slog.New(slog.DiscardHandler) })
		inProcess(a, s)
		s.mqttOf("mqtt-cn-1", time.Second, 1, 2, 3)
		var under sync.WaitGroup
		const many = 8
		for range many {
			c := newTestCollector(t, a, MQTT, "mqtt-cn-1")
			under.Go(func() {
				if v, err := visit(t.Context(), c); err != nil || len(gauges(&v[0])) != 3 {
					t.Errorf("got %v", err)
				}
			})
		}
		under.Wait()
		if b := a.Budget(time.Now()); b.Calls != 3*many {
			t.Errorf("%d calls were counted, want %d", b.Calls, 3*many)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		if got := counts(t, file); got.Calls != 3*many {
			t.Errorf("written %+v", got)
		}
	})
}
