package daemon

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier/rota"
)

// control tells API and pages of the configuration in force, and changes it.
type control struct {
	d *Daemon
}

// Reload loads the configuration anew.
func (c control) Reload(ctx context.Context) (any, error) {
	change, err := c.d.Reload(ctx)
	if err != nil {
		return nil, err
	}
	return map[string]any{"status": "loaded", "summary": change.String(), "changed": change}, nil
}

// Ready says why Brimwatch cannot do its work.
func (c control) Ready(context.Context) error {
	if trouble, troubled := c.d.outbox.Trouble(); troubled {
		return fmt.Errorf("states and notices cannot be stored (%s): %s", trouble.Kind, trouble.Plain())
	}
	return nil
}

// Remarks says what Brimwatch does not do in full although it is ready.
func (c control) Remarks() []string {
	return slices.Concat(c.d.sources.Remarks(), c.d.outbox.StoreRemarks())
}

// SetAlarms writes settings into the configuration and puts them into force.
func (c control) SetAlarms(ctx context.Context, id string, settings map[fleet.Metric]alarm.Setting) error {
	// One after the other: each is an edit of what the one before has written.
	c.d.editing.Lock()
	defer c.d.editing.Unlock()
	if err := config.SetAlarms(c.d.state.Configuration(), id, settings); err != nil {
		return err
	}
	_, err := c.d.Reload(ctx)
	return err
}

// remarks lists what the operator should see to.
func (c control) remarks() []string {
	return slices.Concat(c.d.accounts.Remarks(), c.d.ledger.Remarks(time.Now()), c.d.pusher.Remarks(), c.d.heart.Remarks(), c.d.outbox.Remarks(), c.d.state.Remarks(),
		c.Remarks(), c.d.lastWay.Remarks(), c.d.managers.Remarks())
}

// Rotas lists the rotas.
func (c control) Rotas() []rota.Rota { return c.d.state.Configuration().Rotas }

// title names product and edition of an instance.
func (c control) title(in *fleet.Instance, l words.Language) string {
	return c.d.state.Configuration().Catalogue.Title(in, l)
}

// guide tells how an instance is renewed and changed.
func (c control) guide(in *fleet.Instance, l words.Language) fleet.Guide {
	return c.d.state.Configuration().Catalogue.Guide(in, l)
}

// assistantsWrite tells whether assistants may acknowledge and silence.
func (c control) assistantsWrite() bool { return c.d.state.Configuration().Server.MCPWrite }

// externalURL is the address of the pages as others know it.
func (c control) externalURL() string { return c.d.state.Configuration().Server.ExternalURL }
