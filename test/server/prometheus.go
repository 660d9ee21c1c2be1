package server

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Prometheus starts a Prometheus server on a free loopback port that scrapes the
// targets (host:port, path /metrics) of job "test" every second and takes remote
// writes.
func Prometheus(t testing.TB, targets ...string) *Server {
	t.Helper()
	dir, addr := t.TempDir(), FreeAddr(t)
	return Start(t, Program{
		Binary: "prometheus", Package: "prometheus", Addr: addr,
		Args: []string{
			"--config.file=" + scrapeConfig(t, dir, targets), "--storage.tsdb.path=" + filepath.Join(dir, "data"),
			"--web.listen-address=" + addr, "--web.enable-remote-write-receiver",
		},
		Ready: answersOK("/-/ready"),
	})
}

// VictoriaMetrics starts a single VictoriaMetrics on a free loopback port that
// scrapes the targets (host:port, path /metrics) of job "test" every second.
func VictoriaMetrics(t testing.TB, targets ...string) *Server {
	t.Helper()
	dir, addr := t.TempDir(), FreeAddr(t)
	return Start(t, Program{
		Binary: "victoria-metrics", Package: "victoria-metrics", Addr: addr,
		Args: []string{
			"-promscrape.config=" + scrapeConfig(t, dir, targets), "-storageDataPath=" + filepath.Join(dir, "data"),
			"-httpListenAddr=" + addr, "-retentionPeriod=1",
		},
		Ready: answersOK("/health"),
	})
}

// scrapeConfig writes the file that both understand.
func scrapeConfig(t testing.TB, dir string, targets []string) string {
	t.Helper()
	text := "global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
	if len(targets) > 0 {
		text += fmt.Sprintf("scrape_configs: [{job_name: test, static_configs: [{targets: [%s]}]}]\n", strings.Join(targets, ", "))
	}
	file := filepath.Join(dir, "scrape.yml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatalf("write scrape.yml: %v", err)
	}
	return file
}

// answersOK is a Program's Ready: a page is answered with status 200.
func answersOK(path string) func(ctx context.Context, addr string) error {
	return func(ctx context.Context, addr string) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+path, http.NoBody)
		if err != nil {
			return err
		}
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("%s is answered with status %d", path, resp.StatusCode)
		}
		return nil
	}
}
