package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	toolkit "github.com/prometheus/exporter-toolkit/web"

	"github.com/brimwatch/brimwatch/internal/access"
	"github.com/brimwatch/brimwatch/internal/api"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/heartbeat"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/internal/push"
	"github.com/brimwatch/brimwatch/internal/web"
)

// Bounds of the HTTP side. Statements over a long history take a while to
// answer, so there is no bound on writing.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = time.Minute
	idleTimeout       = 2 * time.Minute
	httpGrace         = 5 * time.Second
	maxHeaderBytes    = 64 << 10
)

// buildServer puts pages, API, metrics and the query API under one address.
func (d *Daemon) buildServer(s *config.Snapshot) error {
	if f := s.Server.WebConfigFile; f != "" {
		if err := toolkit.Validate(f); err != nil {
			return fmt.Errorf("server.web_config_file %s: %w", f, err)
		}
	}
	d.exposition = &api.Exposition{Families: d.families, Gatherer: d.registry, Logger: d.log}
	handler, err := d.routes()
	if err != nil {
		return err
	}
	d.gate, err = access.NewGate(access.Options{
		Listen: s.Server.Listen, WebConfigFile: s.Server.WebConfigFile, Logger: d.options.Logger, Registerer: d.registry,
		Passing: []string{links.Path, links.SilencePath, links.PicturePath, web.StaticPath},
	}, accessRules(s))
	if err != nil {
		return err
	}
	d.pusher, err = push.New(push.Options{Write: d.exposition.WriteMetrics, Logger: d.options.Logger, Registerer: d.registry})
	if err != nil {
		return err
	}
	d.pusher.Set(endpointsOf(s))
	d.heart, err = heartbeat.New(heartbeat.Options{Alive: d.alive, Logger: d.options.Logger, Registerer: d.registry, Version: d.options.Version})
	if err != nil {
		return err
	}
	d.heart.Set(targetOf(s))
	d.server = &http.Server{
		Handler: d.gate.Wrap(handler), ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
	}
	return nil
}

// accessRules are the rules of the door that a reload may change.
func accessRules(s *config.Snapshot) access.Rules {
	return access.Rules{ExternalURL: s.Server.ExternalURL, Hosts: s.Server.Hosts, Open: s.Server.Open}
}

// endpointsOf lists the places that the metrics page is sent to.
func endpointsOf(s *config.Snapshot) []push.Endpoint {
	out := make([]push.Endpoint, len(s.Server.Push))
	for i, p := range s.Server.Push {
		out[i] = push.Endpoint{URL: p.URL.Reveal(), Interval: p.Interval, Username: p.Username, Password: p.Password.Reveal(), Bearer: p.Bearer.Reveal()}
	}
	return out
}

// targetOf is where the heartbeat goes.
func targetOf(s *config.Snapshot) heartbeat.Target {
	if s.Heartbeat == nil {
		return heartbeat.Target{}
	}
	return heartbeat.Target{URL: s.Heartbeat.URL.Reveal(), Method: s.Heartbeat.Method, Every: s.Heartbeat.Every}
}

// alive says why Brimwatch does not do its work: nothing can be stored, or nothing is
// read.
func (d *Daemon) alive(now time.Time) error {
	if !d.outbox.Healthy() {
		return errors.New("states and notices cannot be stored")
	}
	return d.state.Alive(now)
}

// serve answers HTTP until ctx ends. Then it lets requests under way finish, for a
// while.
func (d *Daemon) serve(ctx context.Context) error {
	file, systemd := d.initial.Server.WebConfigFile, false
	flags := &toolkit.FlagConfig{WebListenAddresses: &[]string{d.listener.Addr().String()}, WebSystemdSocket: &systemd, WebConfigFile: &file}
	ended := make(chan error, 1)
	go func() {
		ended <- toolkit.Serve(d.gate.Listen(d.descriptors.bound(d.listener), d.server), d.server, flags, d.log)
	}()
	select {
	case err := <-ended:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), httpGrace)
	defer cancel()
	err := d.server.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = d.server.Close()
	}
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	if err != nil {
		return fmt.Errorf("stop HTTP: %w", err)
	}
	return nil
}
