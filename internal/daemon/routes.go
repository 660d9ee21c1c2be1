package daemon

import (
	"fmt"
	"net/http"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/api"
	"github.com/brimwatch/brimwatch/internal/web"
)

// routes puts everything that answers HTTP under its path.
func (d *Daemon) routes() (http.Handler, error) {
	ctl := control{d}
	pages, err := web.New(web.Options{
		Fleet: d.board, Statistics: d.history, Alarms: d.outbox, Acker: d.engine, Notices: d.outbox, AlarmEditor: ctl, Advisor: d.advisor,
		Remarks: func() []string {
			return append(append(d.clouds.remarks(), d.board.ledger.remarks(time.Now())...), d.board.Remarks()...)
		},
		Title: func(in *fleet.Instance) string { return titles(d.board.current().Catalogue)(in, "en") },
		Guide: func(in *fleet.Instance, language string) fleet.Guide {
			return d.board.current().Catalogue.Guide(in, language)
		},
		Accounts: d.board, ExternalURL: func() string { return d.board.current().Server.ExternalURL },
		Logger: d.options.Logger, Version: d.options.Version,
	})
	if err != nil {
		return nil, fmt.Errorf("build the pages: %w", err)
	}
	programs, err := api.New(api.Options{
		Fleet: d.board, Accounts: d.board, Statistics: d.history, Alarms: d.outbox, Acker: d.engine, Notices: d.outbox, Silences: d.outbox,
		AlarmEditor: ctl, Reloader: ctl, Health: ctl, Advisor: d.advisor, Gatherer: d.registry, Logger: d.options.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("build the API: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/prometheus/", d.history.Handler())
	mux.Handle("/api/", programs)
	mux.Handle("/metrics", programs)
	mux.Handle("/-/", programs)
	mux.HandleFunc("POST "+statusHook, d.twilioStatus)
	mux.HandleFunc("POST "+inboundHook, d.twilioInbound)
	mux.Handle("/", pages)
	return mux, nil
}
