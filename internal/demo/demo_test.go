package demo

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// printedPages is how many addresses the demo prints.
const printedPages = 10

// patience bounds every wait of these tests; what is waited for comes much sooner.
const patience = 60 * time.Second

// terminal keeps what is printed and tells when the story has begun.
type terminal struct {
	mu    sync.Mutex
	text  strings.Builder
	begun chan struct{}
	once  sync.Once
}

func (o *terminal) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(p)
	if strings.Contains(o.text.String(), story(nil)[0].says) {
		o.once.Do(func() { close(o.begun) })
	}
	return len(p), nil
}

func (o *terminal) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func TestRunShowsItsPagesAndLeavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &terminal{begun: make(chan struct{})}
	ended := make(chan error, 1)
	go func() {
		// Its address is in use: it takes another one.
		ended <- Run(ctx, Options{Listen: taken.Addr().String(), NoCloud: true, Out: out, Version: "test", Log: slog.New(slog.DiscardHandler)})
	}()
	select {
	case <-out.begun:
	case err := <-ended:
		t.Fatalf("the demo ended: %v\n%s", err, out)
	case <-time.After(patience):
		t.Fatalf("the demo does not begin:\n%s", out)
	}
	urls := regexp.MustCompile(`http://\S+`).FindAllString(out.String(), -1)
	if len(urls) != printedPages {
		t.Errorf("%d addresses were printed, want %d:\n%s", len(urls), printedPages, out)
	}
	for _, url := range urls {
		visit(t, url, "</html>")
	}
	visit(t, urls[0], "Orders")
	if strings.Contains(urls[0], taken.Addr().String()) {
		t.Error("the address that is in use was taken")
	}
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("Run: %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the demo does not end")
	}
	if !strings.Contains(out.String(), "The demo has ended; nothing of it is left.") {
		t.Errorf("the end was not told:\n%s", out)
	}
	left, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) > 0 {
		t.Errorf("%s was left", left[0].Name())
	}
	goleak.VerifyNone(t, before)
}

// visit opens a page as a browser would.
func visit(t *testing.T, url, shows string) {
	t.Helper()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		t.Errorf("%s: %v", url, err)
		return
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(page), shows) {
		t.Errorf("%s answered %s, %v:\n%s", url, resp.Status, err, page)
	}
}

// What was started before something fails ends too.
func TestRunThatFailsLeavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // so the stores cannot be opened
	if err := Run(ctx, Options{Listen: "127.0.0.1:0", Out: io.Discard, Version: "test", Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("it ran")
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
	goleak.VerifyNone(t, before)
}
