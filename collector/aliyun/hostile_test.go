package aliyun

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"github.com/brimwatch/brimwatch/test/server"
)

// unfit tells what is wrong with a text that reaches people.
func unfit(text string) string {
	switch {
	case text == "" || len(text) > 400:
		return "its length"
	case strings.ContainsFunc(text, unicode.IsControl):
		return "control characters"
	case strings.Contains(text, testSecret), strings.Contains(text, testKey):
		return "it holds keys"
	case strings.Contains(text, "string to sign"):
		return "it holds what was signed"
	}
	return ""
}

func TestBadAnswers(t *testing.T) {
	write := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for _, tt := range []struct {
		name  string
		fault http.HandlerFunc
		want  string
	}{
		{"unknown key", refusing(http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found: "+testKey), "is access_key_id right"},
		{"disabled key", refusing(http.StatusBadRequest, "InvalidAccessKeyId.Inactive", "x"), "the access key is disabled"},
		{"wrong secret", refusing(http.StatusBadRequest, "SignatureDoesNotMatch", "server string to sign is:POST"), "access_key_secret does not belong to access_key_id"},
		{"old temporary keys", refusing(http.StatusBadRequest, "InvalidSecurityToken.Expired", "x"), "temporary keys are not valid any more"},
		{"clock", refusing(http.StatusBadRequest, "InvalidTimeStamp.Expired", "x"), "set the clock of the machine"},
		{"missing right", refusing(http.StatusForbidden, "Forbidden.RAM", "User not authorized"), "allow cms:QueryMetricLast (the policy AliyunCloudMonitorReadOnlyAccess holds it)"},
		{"missing right, other words", refusing(http.StatusBadRequest, "NoPermission", "x"), "allow cms:QueryMetricLast"},
		{"500", refusing(http.StatusInternalServerError, "InternalError", "The request processing has failed."), "the cloud has a fault of its own (InternalError): The request processing has failed."},
		{"500 without words", write(http.StatusInternalServerError, ""), "the cloud has a fault of its own (status 500)"},
		{"502 with a page", write(http.StatusBadGateway, "<html>Bad Gateway</html>"), "the cloud has a fault of its own (status 502)"},
		{"a code that nobody knows", refusing(http.StatusBadRequest, "Weird.Code", "line one\nline "+testSecret), "the cloud refuses DescribeMetricLast (Weird.Code): line one line …"},
		{"200 that is none", write(http.StatusOK, `{"Code":"403","Message":"quota","Success":false}`), "the cloud refuses DescribeMetricLast (403): quota"},
		{"200 with a code only", write(http.StatusOK, `{"code":"Failed","message":"quota"}`), "(Failed): quota"},
		{"HTML", write(http.StatusOK, "<!doctype html><p>log in"), "web page"},
		{"not JSON", write(http.StatusOK, "{"), "not JSON"},
		{"a list", write(http.StatusOK, "[]"), "not JSON"},
		{"another form", write(http.StatusOK, `{"Success":true,"Datapoints":7}`), "another form"},
		{"another envelope", write(http.StatusOK, `{"Message":{}}`), "not the form"},
		{"empty", write(http.StatusOK, ""), "the answer is empty"},
		{"16 MiB", write(http.StatusOK, `{"Message":"`+strings.Repeat("x", 16<<20)+`"}`), "larger than 16 MiB"},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/", http.StatusFound)
		}, "redirects (status 302), which is not followed"},
		{"proxy wants a login", write(http.StatusProxyAuthRequired, ""), "the proxy wants a login (status 407)"},
		{"503", write(http.StatusServiceUnavailable, "x"), "the cloud cannot answer for the moment (status 503)"},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"Code":"200"`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, "was cut off"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newCMS()
			s.setFault(tt.fault)
			c := newTestCollector(t, newTestAccount(t, serve(t, s)), MQTT, "mqtt-cn-1")
			_, err := visit(t.Context(), c)
			if err == nil {
				t.Fatal("no error")
			}
			if text := err.Error(); !strings.Contains(text, tt.want) {
				t.Errorf("got %q, want %q", text, tt.want)
			} else if wrong := unfit(text); wrong != "" {
				t.Errorf("not fit for people (%s): %q", wrong, text)
			}
			// What may be wrong with one metric only does not keep the others from being asked for.
			want := 1
			if strings.Contains(tt.want, "refuses DescribeMetricLast") || strings.HasPrefix(tt.want, "(Failed)") {
				want = 3
			}
			if n := len(s.questions()); n != want {
				t.Errorf("asked %d times, want %d", n, want)
			}
		})
	}
}

func TestRetryAfterIsObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCMS()
		s.mqttOf("mqtt-cn-1", time.Second, 1, 2, 3)
		s.setFault(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(http.StatusTooManyRequests)
		})
		a := newTestAccount(t, "http://cloud.test")
		inProcess(a, s)
		c := newTestCollector(t, a, MQTT, "mqtt-cn-1")
		_, err := visit(t.Context(), c)
		refusal, ok := errors.AsType[*CallError](err)
		if !ok || refusal.RetryAfter != 90*time.Second || refusal.Status != http.StatusTooManyRequests || !refusal.Throttled() {
			t.Fatalf("got %#v", err)
		}
		pass(89 * time.Second)
		if _, err := visit(t.Context(), c); err == nil || len(s.questions()) != 1 {
			t.Errorf("asked again before 90 s: %v, %d calls", err, len(s.questions()))
		}
		s.setFault(nil)
		pass(20 * time.Second)
		read(t, c)
	})
}

func TestConnectionRefused(t *testing.T) {
	addr := server.FreeAddr(t)
	c := newTestCollector(t, newTestAccount(t, "http://"+addr), MQTT, "mqtt-cn-1")
	if _, err := visit(t.Context(), c); err == nil || !strings.Contains(err.Error(), addr+": connection refused") {
		t.Errorf("got %v", err)
	}
	if _, err := visit(t.Context(), c); err == nil {
		t.Error("before it is asked again, the fault is forgotten")
	}
}

func TestTLSMismatch(t *testing.T) {
	secure := httptest.NewUnstartedServer(newCMS())
	secure.Config.ErrorLog = quiet()
	secure.StartTLS()
	defer secure.Close()
	plain := serve(t, newCMS())
	for _, tt := range []struct{ name, endpoint, want string }{
		{"a certificate of nobody", secure.URL, "authority that is not known here"},
		{"TLS to a plain server", strings.Replace(plain, "http:", "https:", 1), "http"},
		{"plain to a TLS server", strings.Replace(secure.URL, "https:", "http:", 1), "status 400"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newTestCollector(t, newTestAccount(t, tt.endpoint), MQTT, "mqtt-cn-1")
			if _, err := visit(t.Context(), c); err == nil || !strings.Contains(err.Error(), tt.want) || unfit(err.Error()) != "" {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestOverTLS(t *testing.T) {
	s := newCMS()
	s.mqttOf("mqtt-cn-1", time.Second, 1, 2, 3)
	server := httptest.NewTLSServer(s)
	defer server.Close()
	a := newTestAccount(t, server.URL)
	transport, ok := server.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatal("no transport")
	}
	a.transport.TLSClientConfig = &tls.Config{RootCAs: transport.TLSClientConfig.RootCAs, MinVersion: tls.VersionTLS12}
	c := newTestCollector(t, a, MQTT, "mqtt-cn-1")
	if got := gauges(&read(t, c)[0]); len(got) != 3 {
		t.Errorf("got %v", got)
	}
}

// TestThroughAProxy checks that the cloud's own endpoints are asked for, over TLS,
// by the proxy of the environment.
func TestThroughAProxy(t *testing.T) {
	asked := make(chan string, 10)
	proxy := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.Host
		w.WriteHeader(http.StatusForbidden)
	}))
	u, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		call Call
		want string
	}{
		{Call{API: "metrics", Version: "2019-01-01", Action: "DescribeMetricLast", Region: "cn-hangzhou"}, "metrics.cn-hangzhou.aliyuncs.com"},
		{Call{API: "business", Version: "2017-12-14", Action: "QueryAccountBalance"}, "business.aliyuncs.com"},
		{Call{API: "rocketmq", Version: "2022-08-01", Action: "ListInstances", Region: "cn-beijing", Method: "GET", Path: "/instances"}, "rocketmq.cn-beijing.aliyuncs.com"},
	} {
		a := newTestAccount(t, "")
		a.transport.Proxy = http.ProxyURL(u) // what the environment names is read once a process
		if err := a.Call(t.Context(), tt.call, &lastAnswer{}); err == nil || unfit(err.Error()) != "" || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.want, err)
		}
		if got, want := <-asked, "CONNECT "+tt.want+":443"; got != want {
			t.Errorf("asked the proxy for %q, want %q", got, want)
		}
	}
}

func TestTheLoginOfAProxyIsNotTold(t *testing.T) {
	for _, proxy := range []string{"http://me:hunter2@127.0.0.1:1", "http://me:hunter2@%zz"} {
		t.Setenv("HTTP_PROXY", proxy)
		s := newCMS()
		var shown []string
		a := newTestAccount(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			shown = append(shown, r.Header.Values("Proxy-Authorization")...)
			s.ServeHTTP(w, r)
		})))
		a.transport.Proxy = nil // net/http goes past a proxy to this machine
		c := newTestCollector(t, a, MQTT, "mqtt-cn-1")
		v, err := visit(t.Context(), c)
		if err == nil {
			err = v[0].Err()
		}
		if err == nil || strings.Contains(err.Error(), "hunter2") || unfit(err.Error()) != "" {
			t.Errorf("%v", err)
		}
		if len(shown) > 0 {
			t.Errorf("the cloud was shown the proxy's login: %q", shown)
		}
	}
}

func TestTheProxyOfTheEnvironmentIsTaken(t *testing.T) {
	if os.Getenv("BRIMWATCH_TEST_PROXY") == "" {
		// The environment is read once a process, so this takes one of its own.
		asked := make(chan string, 1)
		proxy := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked <- r.Host
			w.WriteHeader(http.StatusForbidden)
		}))
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTheProxyOfTheEnvironmentIsTaken$")
		cmd.Env = append(os.Environ(), "BRIMWATCH_TEST_PROXY=1", "HTTPS_PROXY="+proxy, "NO_PROXY=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if got := <-asked; got != "business.aliyuncs.com:443" {
			t.Errorf("the proxy was asked for %q", got)
		}
		return
	}
	if err := newTestAccount(t, "").Call(t.Context(), balance(), &lastAnswer{}); err == nil {
		t.Error("no error, although the proxy refuses")
	}
}

func TestCtxEndsACallInTheMiddleOfTheBody(t *testing.T) {
	s := newCMS()
	begun := make(chan struct{})
	s.setFault(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"Code":`)
		_ = http.NewResponseController(w).Flush()
		close(begun)
		<-r.Context().Done()
	})
	c := newTestCollector(t, newTestAccount(t, serve(t, s)), MQTT, "mqtt-cn-1")
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	if _, err := visit(ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAKeptConnectionThatWasClosedIsNoError(t *testing.T) {
	s := newCMS()
	s.mqttOf("mqtt-cn-1", time.Second, 1, 2, 3)
	server := httptest.NewServer(s)
	defer server.Close()
	c := newTestCollector(t, newTestAccount(t, server.URL), MQTT, "mqtt-cn-1")
	for range 5 {
		c.asked = time.Time{}
		read(t, c)
		server.CloseClientConnections()
	}
}

func TestBadCalls(t *testing.T) {
	a := newTestAccount(t, "http://127.0.0.1:1")
	for _, c := range []Call{
		{}, {API: "metrics", Version: "1"}, {API: "evil.example/", Version: "1", Action: "x"},
		{API: "metrics", Version: "1", Action: "x", Region: "cn@evil.example"}, {API: "rocketmq", Version: "1", Action: "x", Path: "/instances"},
	} {
		if err := a.Call(t.Context(), c, nil); err == nil || strings.Contains(err.Error(), "refused") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
