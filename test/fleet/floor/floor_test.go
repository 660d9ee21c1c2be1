package floor

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/test/fleet/simulated"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve returns the port of a fleet of 20 instances with the full page.
func serve(t *testing.T) int {
	t.Helper()
	now := time.Now()
	server, err := simulated.NewServer(simulated.Options{Instances: 20, Mode: "full", Start: now, Epoch: now.Add(-time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l, err := simulated.Listen(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return simulated.Port(l)
}

func TestMeasureReadsEveryPage(t *testing.T) {
	port := serve(t)
	for _, client := range []string{HTTP, Raw} {
		for work, values := range map[string]float64{Discard: 0, Pick: 4, Parse: 149} {
			t.Run(client+" "+work, func(t *testing.T) {
				r, err := Measure(t.Context(), Options{
					Instances: 20, Port: port, Interval: 100 * time.Millisecond, Rounds: 2, Client: client, Work: work,
				})
				if err != nil {
					t.Fatal(err)
				}
				if r.Failures != 0 || r.ValuesPerFetch != values || r.BytesPerFetch < 15_000 {
					t.Errorf("result: %+v", r)
				}
			})
		}
	}
}

func TestMeasureCountsFailures(t *testing.T) {
	port := serve(t)
	for _, client := range []string{HTTP, Raw} {
		r, err := Measure(t.Context(), Options{
			Instances: 30, Port: port, Interval: 100 * time.Millisecond, Rounds: 1, Client: client, Work: Pick,
		})
		if err != nil {
			t.Fatal(err)
		}
		if r.Failures != 10 || r.FirstFailure == "" {
			t.Errorf("%s: 10 of 30 instances do not exist, and the result is %+v", client, r)
		}
	}
}

func TestMeasureEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Measure(ctx, Options{Instances: 20, Port: 1, Interval: time.Hour, Rounds: 1, Client: HTTP, Work: Pick})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error: %v", err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	good := Options{Instances: 1, Port: 1, Interval: time.Second, Rounds: 1, Client: HTTP, Work: Pick}
	for name, change := range map[string]func(*Options){
		"instances": func(o *Options) { o.Instances = 0 },
		"rounds":    func(o *Options) { o.Rounds = 0 },
		"interval":  func(o *Options) { o.Interval = 0 },
		"client":    func(o *Options) { o.Client = "curl" },
		"work":      func(o *Options) { o.Work = "" },
	} {
		o := good
		change(&o)
		if err := o.check(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := good.check(); err != nil {
		t.Error(err)
	}
}

// TestBounds feeds the raw client's reader every prefix of answers, and noise.
func TestBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOf(rapid.Byte()).Draw(t, "noise")
		b = append([]byte(rapid.SampledFrom([]string{"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: "}).Draw(t, "head")), b...)
		body, end, err := bounds(b)
		if err == nil && end >= 0 && (body > len(b) || end < body) {
			t.Errorf("bounds of %q: %d to %d", b, body, end)
		}
	})
	answer := "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
	if body, end, err := bounds([]byte(answer)); err != nil || answer[body:end] != "hello" {
		t.Errorf("bounds of a good answer: %d, %d, %v", body, end, err)
	}
	for _, bad := range []string{"HTTP/1.1 404 Not Found\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"} {
		if _, _, err := bounds([]byte(bad)); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
