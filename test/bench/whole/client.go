package whole

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/test/fleet/simulated"
)

// client speaks to one process over HTTP.
type client struct {
	base string
	http *http.Client
}

func newClient(base string) *client {
	return &client{base: base, http: &http.Client{Transport: &http.Transport{}, Timeout: requestBound}}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// do sends a request without a body and hands the answer's body to read.
func (c *client) do(ctx context.Context, method, path string, read func(io.Reader) error) (err error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, http.NoBody)
	if err != nil {
		return fmt.Errorf("ask for %s: %w", path, err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("ask for %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 300)) // it only helps a person
		return fmt.Errorf("ask for %s: %s %s", path, resp.Status, strings.Join(strings.Fields(string(text)), " "))
	}
	if err := read(resp.Body); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

func (c *client) json(ctx context.Context, path string, into any) error {
	return c.do(ctx, http.MethodGet, path, func(r io.Reader) error { return json.NewDecoder(r).Decode(into) })
}

func drain(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// fleetClient is the control side of the simulated fleet.
type fleetClient struct{ *client }

func (c fleetClient) stats(ctx context.Context) (s simulated.Stats, err error) {
	return s, c.json(ctx, "/stats", &s)
}

func (c fleetClient) events(ctx context.Context) (e []simulated.Event, err error) {
	return e, c.json(ctx, "/events", &e)
}

func (c fleetClient) expected(ctx context.Context) (e simulated.Expected, err error) {
	return e, c.json(ctx, "/expected", &e)
}

func (c fleetClient) trigger(ctx context.Context, set int) error {
	return c.do(ctx, http.MethodPost, "/trigger?set="+strconv.Itoa(set), drain)
}

// daemonClient is the daemon that is measured.
type daemonClient struct{ *client }

func (c daemonClient) ready(ctx context.Context) error {
	return c.do(ctx, http.MethodGet, "/-/ready", drain)
}

// standing is what the daemon tells about itself.
type standing struct {
	up      int     // instances whose newest reading is up
	samples float64 // stored in the history since the start
}

// The metrics that the benchmark reads.
const (
	upMetric      = "brimwatch_instance_up"
	samplesMetric = "brimwatch_history_appended_total"
)

func (c daemonClient) standing(ctx context.Context) (s standing, err error) {
	err = c.do(ctx, http.MethodGet, "/metrics", func(r io.Reader) error {
		var err error
		s, err = readStanding(r)
		return err
	})
	return s, err
}

// readStanding picks what it needs from a page of metrics.
func readStanding(r io.Reader) (s standing, err error) {
	found := false
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, upMetric+"{"):
			if strings.HasSuffix(line, " 1") {
				s.up++
			}
		case strings.HasPrefix(line, samplesMetric+" "):
			if s.samples, err = strconv.ParseFloat(line[len(samplesMetric)+1:], 64); err != nil {
				return s, fmt.Errorf("%s: %w", samplesMetric, err)
			}
			found = true
		}
	}
	if err := lines.Err(); err != nil {
		return s, err
	}
	if !found {
		return s, errors.New("the daemon does not tell " + samplesMetric)
	}
	return s, nil
}
