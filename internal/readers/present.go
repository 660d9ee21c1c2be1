package readers

import (
	"context"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// mostPresent bounds how many alarms and notices are looked through.
const mostPresent = 10_000

// Present gathers what there is for silences to hold. accounts may be nil: then no
// account is known.
func Present(ctx context.Context, fleet Fleet, accounts Accounts, alarms Alarms, notices Notices, now time.Time) (*notifier.Present, error) {
	open, err := alarms.Episodes(ctx, alarm.EpisodeFilter{Open: true, Limit: mostPresent})
	if err != nil {
		return nil, fmt.Errorf("read the open alarms: %w", err)
	}
	held, err := notices.Notices(ctx, notifier.Filter{State: notifier.Held, Limit: mostPresent})
	if err != nil {
		return nil, fmt.Errorf("read the held notices: %w", err)
	}
	p := &notifier.Present{Now: now, Open: open, Held: held}
	standings := fleet.Standings()
	for i := range standings {
		p.Instances = append(p.Instances, standings[i].Instance)
	}
	if accounts != nil {
		list := accounts.Accounts()
		for i := range list {
			p.Accounts = append(p.Accounts, list[i].Name)
		}
	}
	return p, nil
}
