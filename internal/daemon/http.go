package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/exporter-toolkit/web"

	"github.com/brimwatch/brimwatch/internal/config"
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
		if err := web.Validate(f); err != nil {
			return fmt.Errorf("server.web_config_file %s: %w", f, err)
		}
	}
	handler, err := d.routes()
	if err != nil {
		return err
	}
	d.server = &http.Server{
		Handler: handler, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
	}
	return nil
}

// webPart is the HTTP side while it serves.
type webPart struct {
	server *http.Server
	failed chan error
	ended  chan struct{}
}

// serve starts the HTTP side.
func (d *Daemon) serve() *webPart {
	p := &webPart{server: d.server, failed: make(chan error, 1), ended: make(chan struct{})}
	file := d.board.current().Server.WebConfigFile
	systemd := false
	flags := &web.FlagConfig{WebListenAddresses: &[]string{d.listener.Addr().String()}, WebSystemdSocket: &systemd, WebConfigFile: &file}
	go func() {
		defer close(p.ended)
		if err := web.Serve(d.listener, d.server, flags, d.log); err != nil && !errors.Is(err, http.ErrServerClosed) {
			p.failed <- fmt.Errorf("serve HTTP: %w", err)
		}
	}()
	return p
}

// stop lets requests under way finish, for a while, and returns when the HTTP
// side has ended.
func (p *webPart) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), httpGrace)
	defer cancel()
	err := p.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = p.server.Close()
	}
	<-p.ended
	if err != nil {
		return fmt.Errorf("stop HTTP: %w", err)
	}
	return nil
}
