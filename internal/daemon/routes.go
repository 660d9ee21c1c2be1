package daemon

import (
	"fmt"
	"net/http"

	"github.com/brimwatch/brimwatch/internal/access"
	"github.com/brimwatch/brimwatch/internal/api"
	"github.com/brimwatch/brimwatch/internal/explain"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/internal/mcp"
	"github.com/brimwatch/brimwatch/internal/pictures"
	"github.com/brimwatch/brimwatch/internal/web"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

// routes puts everything that answers HTTP under its path.
func (d *Daemon) routes() (http.Handler, error) {
	ctl := control{d}
	pages, err := web.New(web.Options{
		Fleet: d.view, Statistics: d.recorded, Alarms: d.outbox, Acker: d.engine, Confirmer: d.engine, Confirmations: d.outbox, Notices: d.outbox, People: d.outbox, AlarmDialog: ctl, Advisor: d.advisor, Teller: d.explainer(),
		Silences: d.outbox, Retrier: d.outbox, Optouts: d.outbox,
		Remarks: ctl.remarks, Title: ctl.title, Guide: ctl.guide, Accounts: d.view, OnCall: ctl, Foresight: d.foresight, Forecaster: d.advisor, LastDay: d.lastDay, Links: d.links, ExternalURL: ctl.externalURL,
		Logger: d.options.Logger, Version: d.options.Version,
	})
	if err != nil {
		return nil, fmt.Errorf("build the pages: %w", err)
	}
	explainer := d.explainer()
	programs, err := api.New(api.Options{
		Fleet: d.view, Accounts: d.view, Statistics: d.recorded, Alarms: d.outbox, Acker: d.engine, Confirmer: d.engine, Confirmations: d.outbox, Notices: d.outbox, People: d.outbox, Retrier: d.outbox, Silences: d.outbox,
		AlarmEditor: ctl, Reloader: ctl, Health: ctl, Advisor: d.advisor, OnCall: ctl, Explainer: explainer, Metrics: d.exposition, Logger: d.options.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("build the API: %w", err)
	}
	assistants, err := mcp.New(mcp.Options{
		Fleet: d.view, Accounts: d.view, Statistics: d.recorded, Alarms: d.outbox, Acker: d.engine, Notices: d.outbox, Silences: d.outbox, OnCall: ctl, Advisor: d.advisor, Explainer: explainer,
		MayWrite: ctl.assistantsWrite, Version: d.options.Version, Logger: d.options.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("build what assistants ask: %w", err)
	}
	meter, err := access.NewMeter(d.registry)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, r := range []struct {
		pattern, name string // the name is what the metrics call it
		handler       http.Handler
	}{
		{"/prometheus/", "prometheus", d.history.Handler()},
		{"/api/", "api", programs},
		{"/metrics", "metrics", programs},
		{"/-/", "health", programs},
		{mcp.Path, "mcp", assistants},
		{twilio.StatusPath, "receipts", d.hooks},
		{twilio.InboundPath, "replies", d.hooks},
		{twilio.KeyPath, "keys", d.hooks},
		{links.PicturePath, "pictures", pictures.New(pictures.Options{Links: d.links, Drawer: d.drawer(), Logger: d.options.Logger})},
		{"/", "pages", pages},
	} {
		mux.Handle(r.pattern, meter.Wrap(r.name, r.handler))
	}
	return mux, nil
}

// explainer says why instances are judged and told of as they are.
func (d *Daemon) explainer() *explain.Explainer {
	return explain.New(explain.Options{Configuration: d.state.Configuration, Found: d.accounts.Found, Fleet: d.view, Engine: d.engine, Outbox: d.outbox})
}
