package whole

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// standInVariable makes the test binary play the daemon; its value is what the
// stand-in does wrong.
const standInVariable = "BRIMWATCH_BENCH_STANDIN"

// What the stand-in can do wrong.
const (
	good    = "nothing"
	doubles = "sends every alarm twice, as two notices"
	retries = "sends every notice twice"
	blames  = "also raises an alarm that nobody expects"
	crashes = "ends by itself after a while"
	skips   = "reads only every second instance again"
)

// fleetBinary is where TestMain has built the simulated fleet.
func fleetBinary() string { return filepath.Join(os.Getenv("BRIMWATCH_BENCH_DIR"), "fleet") }

func TestMain(m *testing.M) {
	if fault := os.Getenv(standInVariable); fault != "" {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		err := playDaemon(ctx, fault, os.Args[len(os.Args)-1])
		stop()
		if err != nil {
			fmt.Fprintln(os.Stderr, "stand-in:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(withFleet(m))
}

func withFleet(m *testing.M) int {
	dir, err := os.MkdirTemp("", "brimwatch-bench-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	if err := os.Setenv("BRIMWATCH_BENCH_DIR", dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	build := exec.Command("go", "build", "-o", fleetBinary(), "github.com/brimwatch/brimwatch/test/fleet")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the simulated fleet: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// standInConfig is what the stand-in reads of the configuration.
type standInConfig struct {
	Include []string
	Server  struct{ Listen string }
	Storage struct{ Dir string }
	Collect struct{ Interval time.Duration }

	Receivers []struct{ Webhooks []struct{ URL string } }
	Instances []standInInstance
}

type standInInstance struct {
	ID       string
	Capacity map[string]float64
	Source   struct {
		URL     string
		Mapping map[string]struct{ Series, Kind string }
	}
	last   map[string]float64
	lastAt time.Time
	raised map[string]bool
}

// standIn is the least that can be taken for the daemon.
type standIn struct {
	fault   string
	config  standInConfig
	hook    string
	client  http.Client
	ids     int
	samples atomic.Int64
	history *os.File
}

func playDaemon(ctx context.Context, fault, file string) error {
	s := &standIn{fault: fault}
	if err := s.load(file); err != nil {
		return err
	}
	s.hook = s.config.Receivers[0].Webhooks[0].URL
	dir := filepath.Join(s.config.Storage.Dir, "history")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var err error
	if s.history, err = os.Create(filepath.Join(dir, "samples")); err != nil {
		return err
	}
	l, err := net.Listen("tcp", s.config.Server.Listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(s.answer)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	err = s.rounds(ctx)
	if closeErr := server.Close(); closeErr != nil {
		err = errors.Join(err, closeErr)
	}
	if serveErr := <-served; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}

// rounds reads everything once an interval until it is told to end.
func (s *standIn) rounds(ctx context.Context) error {
	tick := time.NewTicker(s.config.Collect.Interval)
	for round := 0; ; round++ {
		if s.fault == crashes && round == 3 {
			return errors.New("out of everything")
		}
		for i := range s.config.Instances {
			if s.fault == skips && round > 0 && (i+round)%2 == 0 {
				continue
			}
			if err := s.read(ctx, &s.config.Instances[i]); err != nil && ctx.Err() == nil {
				return err
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (s *standIn) load(file string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(b, &s.config); err != nil {
		return err
	}
	for _, glob := range s.config.Include {
		files, err := filepath.Glob(filepath.Join(filepath.Dir(file), glob))
		if err != nil {
			return err
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				return err
			}
			var part standInConfig
			if err := yaml.Unmarshal(b, &part); err != nil {
				return err
			}
			s.config.Instances = append(s.config.Instances, part.Instances...)
		}
	}
	return nil
}

func (s *standIn) answer(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	switch r.URL.Path {
	case "/-/ready":
	case "/metrics":
		for i := range s.config.Instances {
			fmt.Fprintf(&body, "brimwatch_instance_up{instance_id=%q} 1\n", s.config.Instances[i].ID)
		}
		fmt.Fprintf(&body, "brimwatch_history_appended_total %d\n", s.samples.Load())
	default:
		w.WriteHeader(http.StatusNotFound)
	}
	_, _ = w.Write(body.Bytes()) // the client went away
}

// read reads one instance, notes its samples, and raises what is above 70 %.
func (s *standIn) read(ctx context.Context, in *standInInstance) error {
	page, err := s.get(ctx, in.Source.URL)
	if err != nil {
		return err
	}
	at := time.Now()
	now := make(map[string]float64)
	for metric, m := range in.Source.Mapping {
		_, after, ok := strings.Cut(page, "\n"+m.Series+" ")
		if !ok {
			return fmt.Errorf("%s is not on the page", m.Series)
		}
		text, _, _ := strings.Cut(after, "\n")
		if now[metric], err = strconv.ParseFloat(text, 64); err != nil {
			return err
		}
		s.samples.Add(1)
		if _, err := fmt.Fprintf(s.history, "%-16s", text); err != nil {
			return err
		}
		usage := now[metric]
		if m.Kind == "counter" {
			if in.last == nil {
				continue
			}
			usage = (usage - in.last[metric]) / at.Sub(in.lastAt).Seconds()
		}
		if usage > 0.7*in.Capacity[metric] && !in.raised[metric] {
			if in.raised == nil {
				in.raised = make(map[string]bool)
			}
			in.raised[metric] = true
			if err := s.raise(ctx, in.ID, metric); err != nil {
				return err
			}
		}
	}
	in.last, in.lastAt = now, at
	return nil
}

func (s *standIn) get(ctx context.Context, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(resp.Body)
	return string(b), errors.Join(err, resp.Body.Close())
}

func (s *standIn) raise(ctx context.Context, instance, metric string) error {
	s.ids++
	err := error(nil)
	send := func(id int, metric string) {
		err = errors.Join(err, s.post(ctx, fmt.Sprint("msg_", id), instance, metric))
	}
	switch s.fault {
	case doubles:
		send(s.ids, metric)
		s.ids++
		send(s.ids, metric)
	case retries:
		send(s.ids, metric)
		send(s.ids, metric)
	case blames:
		send(s.ids, metric)
		s.ids++
		send(s.ids, "message_tps")
	default:
		send(s.ids, metric)
	}
	return err
}

func (s *standIn) post(ctx context.Context, id, instance, metric string) error {
	b, err := json.Marshal(map[string]any{"alerts": []any{map[string]any{
		"status": "firing", "labels": map[string]string{"alertname": "capacity", "instance_id": instance, "metric": metric},
	}}})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.hook, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("webhook-id", id)
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		err = errors.New(resp.Status)
	}
	return errors.Join(err, resp.Body.Close())
}
