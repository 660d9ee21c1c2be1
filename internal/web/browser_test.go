package web_test

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser starts a Chromium without a window, and a server of f for it. The
// context ends after a minute.
func browser(t *testing.T, f *fake, scripts bool) (*tab, string) {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is needed for this test; install the Debian package chromium")
	}
	server := httptest.NewServer(handler(t, f))
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 900), chromedp.NoSandbox,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true), chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("blink-settings", "imagesEnabled=true,scriptEnabled="+map[bool]string{true: "true", false: "false"}[scripts]),
	)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx}
	chromedp.ListenTarget(ctx, b.listen)
	b.run("start", network.Enable(), cdplog.Enable())
	return b, server.URL
}

// tab is one page of a browser that notes what goes wrong on it.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	problems []string
	foreign  []string // addresses outside this machine that were asked for
}

func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, "exception: "+e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
			b.problems = append(b.problems, "console: "+string(e.Args[0].Value))
		}
	case *cdplog.EventEntryAdded:
		b.problems = append(b.problems, "log: "+e.Entry.Text+" "+e.Entry.URL)
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "http://127.0.0.1:") && !strings.HasPrefix(e.Request.URL, "data:") {
			b.foreign = append(b.foreign, e.Request.URL)
		}
	}
}

// run does the actions, or fails naming what they are for.
func (b *tab) run(what string, actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// clean fails when the pages so far had a problem.
func (b *tab) clean() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.problems) > 0 || len(b.foreign) > 0 {
		b.t.Errorf("problems: %q, requests to elsewhere: %q", b.problems, b.foreign)
	}
}

// picture keeps what the page looks like where BRIMWATCH_PICTURES says.
func (b *tab) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("BRIMWATCH_PICTURES")
	if dir == "" {
		return
	}
	var png []byte
	b.run("picture "+name, chromedp.FullScreenshot(&png, 100))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func orders() string { return "/instances/mqtt-cn-0pp1abc" }

func TestPagesInBrowser(t *testing.T) {
	b, url := browser(t, realistic(), true)
	for name, path := range map[string]string{
		"instances": "/", "information": orders(), "statistics": orders() + "?tab=statistics&last=24h", "monitoring": orders() + "?tab=alarms",
		"alarms": "/alarms", "notices": "/notices", "nothing": "/?q=nothing-is-called-so", "silent": "/instances/mqtt-cn-3silent", "calendar": "/instances/iot-060a0nk0",
		"redis": "/instances/r-bp1zxszhcgatnx?tab=statistics&last=7d",
	} {
		b.run(name, chromedp.Navigate(url+path), chromedp.WaitVisible("main h1, main h2", chromedp.ByQuery))
		b.picture(name)
		for _, scheme := range []string{"dark", "light"} {
			b.run(scheme, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
			if scheme == "dark" {
				b.picture(name + "-dark")
			}
		}
	}
	b.clean()
}
