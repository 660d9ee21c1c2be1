package daemon

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

const calendarOnly = `server: {listen: "127.0.0.1:0"}
storage: {dir: "DIR/data", retention: 1d}
instances: [{id: cache, product: redis, billing: {method: subscription, expires: 2099-12-31}}]
`

func TestRunEndsWithAllItStarted(t *testing.T) {
	before := goleak.IgnoreCurrent()
	d, err := build(t, writeConfig(t, calendarOnly, nil))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx, nil) }()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	for _, path := range []string{"/-/healthy", "/-/ready", "/", "/metrics", "/api/v1/instances", "/prometheus/api/v1/labels"} {
		// The listener is there since New: the request waits for the server.
		resp, err := client.Get("http://" + d.Address().String() + path)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s answered %s", path, resp.Status)
		}
	}
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("Run: %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the daemon did not end")
	}
	goleak.VerifyNone(t, before)
	if c, err := net.Dial("tcp", d.Address().String()); err == nil {
		_ = c.Close()
		t.Error("somebody still listens")
	}
}

// A daemon can be started again on what the last one left.
func TestNewAfterClose(t *testing.T) {
	path := writeConfig(t, calendarOnly, nil)
	for range 2 {
		d, err := build(t, path)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for _, c := range []struct {
		name    string
		config  string
		others  map[string]string
		want    string
		nothing bool // not even the data directory is made
	}{
		{
			name: "a bad file", config: "instances: [{id: a, product: mqqt}]", nothing: true,
			want: `there is no product "mqqt"`,
		},
		{
			name: "an address that is taken", nothing: true,
			config: strings.Replace(calendarOnly, "127.0.0.1:0", taken.Addr().String(), 1),
			want:   "listen on server.listen " + taken.Addr().String() + ": ",
		},
		{
			name:   "a data directory that is a file",
			config: calendarOnly, others: map[string]string{"data": ""},
			want: "make storage.dir: ",
		},
		{
			name:   "a web configuration with a fault",
			config: strings.Replace(calendarOnly, `:0"}`, `:0", web_config_file: web.yml}`, 1), others: map[string]string{"web.yml": "nonsense: 1\n"},
			want: "server.web_config_file: this is no web configuration",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			path := writeConfig(t, c.config, c.others)
			d, err := build(t, path)
			if err == nil {
				_ = d.close()
				t.Fatal("it was taken")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q, want %q in it", err, c.want)
			}
			goleak.VerifyNone(t, before)
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), "data")); c.nothing && err == nil {
				t.Error("the data directory was made")
			}
		})
	}
}

func TestAddressTakenSaysTheWayOut(t *testing.T) {
	first, err := build(t, writeConfig(t, calendarOnly, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := first.close(); err != nil {
			t.Error(err)
		}
	}()
	_, err = build(t, writeConfig(t, strings.Replace(calendarOnly, "127.0.0.1:0", first.Address().String(), 1), nil))
	if err == nil || !strings.HasSuffix(err.Error(), "address already in use; is another Brimwatch running, or the port taken?") {
		t.Errorf("got %v", err)
	}
}

func TestSecondDaemonOnTheSameDataIsRefused(t *testing.T) {
	path := writeConfig(t, calendarOnly, nil)
	first, err := build(t, path)
	if err != nil {
		t.Fatal(err)
	}
	before := goleak.IgnoreCurrent()
	_, err = build(t, path)
	want := "another Brimwatch runs on " + filepath.Join(filepath.Dir(path), "data") + ": stop it, or give this one a storage.dir of its own"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	goleak.VerifyNone(t, before)
	// The refused one did not take the lock away from the first.
	if _, err := build(t, path); err == nil || err.Error() != want {
		t.Errorf("the third got %v", err)
	}
	if err := first.close(); err != nil {
		t.Fatal(err)
	}
	next, err := build(t, path)
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	if err := next.close(); err != nil {
		t.Error(err)
	}
}
