package daemon

import (
	"fmt"
	"net/http"

	"github.com/brimwatch/brimwatch/internal/api"
	"github.com/brimwatch/brimwatch/internal/web"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

// routes puts everything that answers HTTP under its path.
func (d *Daemon) routes() (http.Handler, error) {
	ctl := control{d}
	pages, err := web.New(web.Options{
		Fleet: d.view, Statistics: d.history, Alarms: d.outbox, Acker: d.engine, Notices: d.outbox, AlarmEditor: ctl, Advisor: d.advisor,
		Remarks: ctl.remarks, Title: ctl.title, Guide: ctl.guide, Accounts: d.view, ExternalURL: ctl.externalURL,
		Logger: d.options.Logger, Version: d.options.Version,
	})
	if err != nil {
		return nil, fmt.Errorf("build the pages: %w", err)
	}
	programs, err := api.New(api.Options{
		Fleet: d.view, Accounts: d.view, Statistics: d.history, Alarms: d.outbox, Acker: d.engine, Notices: d.outbox, Silences: d.outbox,
		AlarmEditor: ctl, Reloader: ctl, Health: ctl, Advisor: d.advisor, Metrics: d.exposition, Logger: d.options.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("build the API: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/prometheus/", d.history.Handler())
	mux.Handle("/api/", programs)
	mux.Handle("/metrics", programs)
	mux.Handle("/-/", programs)
	mux.Handle(twilio.StatusPath, d.hooks)
	mux.Handle(twilio.InboundPath, d.hooks)
	mux.Handle("/", pages)
	return mux, nil
}
