package main

import (
	"context"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

type alarmsCommand struct {
	clientFlags
	State    string `values:"raised,unknown,cleared,open" help:"Only these: raised, unknown or cleared; open for the first two."`
	Instance string `help:"Only about the instance with this id."`
	Code     string `help:"Only the alarm with this code."`
	Limit    int    `help:"At most so many, the newest."`
}

// Run lists alarms.
func (c *alarmsCommand) Run(ctx context.Context, s streams) error {
	return list(ctx, c.clientFlags, s, func(ctx context.Context, cl *client.Client) (wire.Alarms, error) {
		return cl.Alarms(ctx, client.AlarmQuery{State: c.State, Instance: c.Instance, Code: c.Code, Limit: c.Limit})
	}, alarmTable)
}

func alarmTable(v wire.Alarms, f figures) table {
	t := table{header: phrases.Keys("CODE", "RULE", "INSTANCE", "METRIC", "STATE", "SEVERITY", "USAGE", "CAPACITY", "UTILIZATION", "SINCE", "ENDED", "ACKNOWLEDGED"), bar: 8}
	for i := range v.Alarms {
		a := &v.Alarms[i]
		about := a.InstanceID
		if a.Account != "" {
			about = f.say.T("account %s", a.Account)
		}
		row := []string{a.Code, f.say.Word("alarmname", a.Rule), about, a.Metric, f.say.Word("state of an alarm", a.State), f.say.Word("severity", a.Severity), "", "", "", f.at(a.RaisedAt), f.since(a.EndedAt), words.Person(a.AckedBy, f.say.Language())}
		if a.Rule == "capacity" {
			row[6], row[7], row[8] = f.amount(a.Metric, a.Usage), f.amount(a.Metric, a.Capacity), f.shareBeside(a.Utilization, a.Threshold)
		}
		t.rows = append(t.rows, row)
		t.tones = append(t.tones, toneOf(a.State))
	}
	return t
}
