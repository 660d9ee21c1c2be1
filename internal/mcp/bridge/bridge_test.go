package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/mcp"
	"github.com/brimwatch/brimwatch/test/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// asked is what the tool of the tests takes.
type asked struct {
	Word string `json:"word"`
}

// brimwatch answers at mcp.Path as a Brimwatch does; before may refuse a request.
func brimwatch(t *testing.T, before func(w http.ResponseWriter, r *http.Request) bool) string {
	t.Helper()
	far := sdk.NewServer(&sdk.Implementation{Name: "brimwatch", Title: "Brimwatch", Version: "9.9"}, &sdk.ServerOptions{Instructions: "ask", Capabilities: mcp.Capabilities()})
	sdk.AddTool(far, &sdk.Tool{Name: "echo", Description: "Says it again."}, func(_ context.Context, _ *sdk.CallToolRequest, in asked) (*sdk.CallToolResult, any, error) {
		if in.Word == "" {
			return nil, nil, errors.New("say something")
		}
		return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: in.Word}}}, map[string]string{"word": in.Word}, nil
	})
	h := sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return far }, &sdk.StreamableHTTPOptions{Stateless: true, JSONResponse: true})
	mux := http.NewServeMux()
	mux.HandleFunc(mcp.Path, func(w http.ResponseWriter, r *http.Request) {
		if before == nil || before(w, r) {
			h.ServeHTTP(w, r)
		}
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

// run runs a bridge to a Brimwatch between two pipes. ended gets what it returns.
func run(t *testing.T, url string) (in io.WriteCloser, out io.ReadCloser, ended <-chan error) {
	t.Helper()
	c, err := client.New(url)
	if err != nil {
		t.Fatal(err)
	}
	fromHost, toBridge := io.Pipe()
	fromBridge, toHost := io.Pipe()
	end := make(chan error, 1)
	go func() {
		err := Run(t.Context(), Options{Client: c, Version: "test", In: fromHost, Out: toHost})
		_ = toHost.Close() // a pipe in memory
		end <- err
	}()
	return toBridge, fromBridge, end
}

// connect is an assistant that speaks to a bridge.
func connect(t *testing.T, url, version string) *sdk.ClientSession {
	t.Helper()
	in, out, ended := run(t, url)
	s, err := sdk.NewClient(&sdk.Implementation{Name: "assistant", Version: "1"}, nil).Connect(t.Context(), &sdk.IOTransport{Reader: out, Writer: in}, &sdk.ClientSessionOptions{ProtocolVersion: version})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), <-ended); err != nil {
			t.Errorf("the bridge ended with %v", err)
		}
	})
	return s
}

func call(t *testing.T, s *sdk.ClientSession, word string) (*sdk.CallToolResult, string) {
	t.Helper()
	got, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: "echo", Arguments: map[string]any{"word": word}})
	if err != nil {
		t.Fatal(err)
	}
	text, ok := got.Content[0].(*sdk.TextContent)
	if !ok {
		t.Fatalf("the answer is a %T", got.Content[0])
	}
	return got, text.Text
}

// TestCarried: assistants of each version see what the Brimwatch says, as it says it.
func TestCarried(t *testing.T) {
	url := brimwatch(t, func(w http.ResponseWriter, r *http.Request) bool {
		user, password, _ := r.BasicAuth()
		if user != "wei" || password != "p/w" {
			w.WriteHeader(http.StatusUnauthorized)
			return false
		}
		return true
	})
	url = strings.Replace(url, "http://", "http://wei:p%2Fw@", 1)
	for _, version := range sdk.SupportedProtocolVersions() {
		t.Run(version, func(t *testing.T) {
			s := connect(t, url, version)
			if got := s.InitializeResult(); got.ServerInfo.Version != "9.9" || got.Instructions != "ask" || got.Capabilities.Logging != nil { //nolint:staticcheck // deprecated, and so never to be told
				t.Errorf("it says of itself %+v", got)
			}
			tools, err := s.ListTools(t.Context(), nil)
			if err != nil || len(tools.Tools) != 1 || tools.Tools[0].Description != "Says it again." {
				t.Errorf("it has %v, %v", tools, err)
			}
			got, said := call(t, s, "说\nit")
			structure, err := json.Marshal(got.StructuredContent)
			if err != nil || got.IsError || said != "说\nit" || string(structure) != `{"word":"说\nit"}` {
				t.Errorf("it says %q, %s, %v", said, structure, err)
			}
			if got, said := call(t, s, ""); !got.IsError || said != "say something" {
				t.Errorf("the tool's error reads %q", said)
			}
			if _, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: "rm"}); err == nil || !strings.Contains(err.Error(), `unknown tool "rm"`) {
				t.Errorf("a tool that is none answers %v", err)
			}
		})
	}
}

// TestAnew: a Brimwatch that was away and is back is asked as before.
func TestAnew(t *testing.T) {
	var away atomic.Bool
	s := connect(t, brimwatch(t, func(w http.ResponseWriter, _ *http.Request) bool {
		if !away.Load() {
			return true
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if tcp, ok := conn.(*net.TCPConn); ok && err == nil {
			err = tcp.SetLinger(0)
		}
		if err == nil {
			err = conn.Close()
		}
		if err != nil {
			t.Error(err)
		}
		return false
	}), "2025-06-18")
	for _, gone := range []bool{false, true, false} {
		away.Store(gone)
		got, said := call(t, s, "word")
		if got.IsError != gone || gone && !strings.HasPrefix(said, "the Brimwatch at http://127.0.0.1:") {
			t.Errorf("away (%v), it says %q", gone, said)
		}
		if _, err := s.ListTools(t.Context(), nil); (err != nil) != gone || gone && !strings.Contains(err.Error(), "the Brimwatch at http://127.0.0.1:") {
			t.Errorf("away (%v), the list is answered %v", gone, err)
		}
	}
}

// TestNotAnswered: it is said at once, in plain words and without passwords, why nobody answers.
func TestNotAnswered(t *testing.T) {
	refusing := func(status int, kind, text string) string {
		return brimwatch(t, func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Location", "https://login.example.com/")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text) // the answer is looked at
			return false
		})
	}
	old := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(old.Close)
	for _, tt := range []struct{ name, url, want string }{
		{"nobody listens", "http://wei:secret@" + server.FreeAddr(t), "is it running?"},
		{"a password is wanted", refusing(http.StatusUnauthorized, "text/plain", "Unauthorized"), "asks for a user and password: write them into --url"},
		{"by a wrong name", refusing(http.StatusMisdirectedRequest, "text/plain; charset=utf-8", "this request came by the name x"), "refuses: this request came by the name x"},
		{"an older one", old.URL, "has no /mcp: is it a Brimwatch, and of this version?"},
		{"a page", refusing(http.StatusOK, "text/plain", "metrics"), "is not a Brimwatch of this version: "},
		{"something else in JSON", refusing(http.StatusOK, "application/json", `{"status":"ok"}`), "is not a Brimwatch of this version: "},
		{"a proxy that signs people in", refusing(http.StatusFound, "text/html", "<a href>"), "answered 302 Found; is it a Brimwatch, or a proxy before it?"},
		{"a proxy with nothing behind it", refusing(http.StatusBadGateway, "text/html", "<h1>Bad gateway</h1>"), "answered 502 Bad Gateway; is it a Brimwatch, or a proxy before it?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in, out, ended := run(t, tt.url)
			printed, err := io.ReadAll(out)
			if err != nil || len(printed) > 0 {
				t.Errorf("it printed %q, %v", printed, err)
			}
			if err := <-ended; err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "\n") {
				t.Errorf("it says %v; want %s", err, tt.want)
			}
			if err := in.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestEndOfInput: what was asked before the input ended is answered all the same.
func TestEndOfInput(t *testing.T) {
	in, out, ended := run(t, brimwatch(t, nil))
	go func() {
		_, err := io.WriteString(in, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo","arguments":{"word":"late"}}}
{"jsonrpc":"2.0","id":3,"method":"tools/list"}
`)
		if err := errors.Join(err, in.Close()); err != nil {
			t.Error(err)
		}
	}()
	printed, err := io.ReadAll(out)
	if err := errors.Join(err, <-ended); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"id":1,"result":`, `"text":"late"`, `"name":"echo"`} {
		if !strings.Contains(string(printed), want) {
			t.Errorf("there is no %s in\n%s", want, printed)
		}
	}
}

// TestGarbage: what is no message is answered or ends the bridge; it never hangs.
func TestGarbage(t *testing.T) {
	for _, line := range []string{"hello\n", "{}\n", "[]\n", "\x00\n", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":null}}` + "\n"} {
		in, out, ended := run(t, brimwatch(t, nil))
		go func() { _, _ = io.Copy(io.Discard, out) }() // what comes is looked at elsewhere
		if _, err := io.WriteString(in, line); err != nil {
			t.Errorf("%q: %v", line, err)
		}
		_ = in.Close() // a pipe in memory
		if err := <-ended; err != nil && strings.Contains(err.Error(), "panic") {
			t.Errorf("%q ends the bridge with %v", line, err)
		}
	}
}
