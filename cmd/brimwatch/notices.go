package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

type ackCommand struct {
	Code []string `arg:"" optional:"" help:"Codes of alarms, such as K7Q2."`
	All  bool     `help:"All that are open."`
	By   string   `help:"Who acknowledges; your user name when it is left out."`
	URL  string   `default:"http://127.0.0.1:9740" env:"BRIMWATCH_URL" help:"Where Brimwatch answers (${default})."`
}

// Run acknowledges alarms.
func (c *ackCommand) Run(ctx context.Context, s streams) error {
	cl, err := client.New(c.URL)
	if err != nil {
		return err
	}
	by := c.By
	if by == "" {
		by = os.Getenv("USER")
	}
	if len(c.Code) == 0 && !c.All {
		return errors.New(s.say.T("name the codes of alarms, such as K7Q2, or all that are open by --all"))
	}
	done, err := cl.AckSeveral(ctx, wire.AckSeveral{Codes: c.Code, All: c.All, By: by})
	if err != nil {
		return err
	}
	for _, a := range done.Acked {
		fmt.Fprintln(s.out, s.say.T("%s is acknowledged by %s: no more reminders, unless it gets worse.", a.Code, words.Person(a.AckedBy, s.say.Language())))
	}
	if c.All && len(done.Acked) == 0 {
		fmt.Fprintln(s.out, s.say.T("There is nothing to acknowledge."))
	}
	if len(done.Missing) > 0 {
		return errors.New(s.say.T("no open alarm has the code %s; it may have ended", strings.Join(done.Missing, s.say.T("choice| or "))))
	}
	return nil
}

type silenceCommand struct {
	Add    silenceAddCommand    `cmd:"" help:"Hold notices of alarms whose labels match."`
	List   silenceListCommand   `cmd:"" help:"List silences."`
	Remove silenceRemoveCommand `cmd:"" help:"End a silence; what is still wrong is told."`
}

type silenceAddCommand struct {
	clientFlags
	Match   map[string]string `required:"" mapsep:"," help:"Labels that must match: instance_id=mqtt-cn-1,metric=connections."`
	For     string            `default:"2h" help:"How long (${default})."`
	Comment string            `help:"Why."`
	DryRun  bool              `help:"Only say what it would hold."`
}

// Run adds a silence, and says so when it fits nothing.
func (c *silenceAddCommand) Run(ctx context.Context, s streams) error {
	ask := func(ctx context.Context, cl *client.Client) (wire.Silences, error) {
		added, err := cl.AddSilence(ctx, wire.NewSilence{Matchers: c.Match, For: c.For, By: os.Getenv("USER"), Comment: c.Comment, Preview: c.DryRun})
		if err == nil && added.Remark != "" {
			s.warn(added.Remark)
		}
		return wire.Silences{Silences: []wire.Silence{added}}, err
	}
	return list(ctx, c.clientFlags, s, ask, silenceTable)
}

type silenceListCommand struct {
	clientFlags
}

// Run lists silences.
func (c *silenceListCommand) Run(ctx context.Context, s streams) error {
	return list(ctx, c.clientFlags, s, func(ctx context.Context, cl *client.Client) (wire.Silences, error) { return cl.Silences(ctx) }, silenceTable)
}

func silenceTable(v wire.Silences, f figures) table {
	t := table{header: phrases.Keys("ID", "MATCHERS", "UNTIL", "person|BY", "INSTANCES", "ALARMS", "NOTICES", "COMMENT")}
	for _, one := range v.Silences {
		var match []string
		for _, name := range sortedKeys(one.Matchers) {
			match = append(match, name+"="+one.Matchers[name])
		}
		t.rows = append(t.rows, []string{one.ID, strings.Join(match, ","), f.at(one.Until), words.Person(one.By, f.say.Language()),
			strconv.Itoa(len(one.Holds.Instances)), strings.Join(one.Holds.Alarms, " "), strconv.Itoa(one.Holds.Notices), one.Comment})
	}
	return t
}

type silenceRemoveCommand struct {
	ID  string `arg:"" help:"Id of the silence."`
	URL string `default:"http://127.0.0.1:9740" env:"BRIMWATCH_URL" help:"Where Brimwatch answers (${default})."`
}

// Run ends a silence.
func (c *silenceRemoveCommand) Run(ctx context.Context, s streams) error {
	cl, err := client.New(c.URL)
	if err != nil {
		return err
	}
	if err := cl.RemoveSilence(ctx, c.ID); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, s.say.T("%s has ended.", c.ID))
	return err
}

type noticesCommand struct {
	clientFlags
	State    string `values:"pending,sending,sent,delivered,held,dropped,dead" help:"Only these: pending, sending, sent, delivered, held, dropped or dead."`
	Code     string `help:"Only about the alarm with this code."`
	Instance string `help:"Only about the instance with this id."`
	Person   string `help:"Only to this contact, or to a recipient by its name."`
	Receiver string `help:"Only through this receiver."`
	Since    string `help:"Decided since then: an age such as 2h, a date, RFC 3339 or Unix seconds."`
	Until    string `help:"Decided before then, likewise."`
	Limit    int    `help:"At most so many, the newest."`
}

// Run lists notices.
func (c *noticesCommand) Run(ctx context.Context, s streams) error {
	return list(ctx, c.clientFlags, s, func(ctx context.Context, cl *client.Client) (wire.Notices, error) {
		return cl.Notices(ctx, client.NoticeQuery{State: c.State, Code: c.Code, Instance: c.Instance, Person: c.Person, Receiver: c.Receiver, From: moment(c.Since), To: moment(c.Until), Limit: c.Limit})
	},
		func(v wire.Notices, f figures) table {
			t := table{header: phrases.Keys("TIME", "CODE", "KIND", "INSTANCE", "CHANNEL", "RECIPIENT", "STATE", "ATTEMPTS", "REASON")}
			for _, n := range v.Notices {
				t.rows = append(t.rows, []string{f.at(n.CreatedAt), n.Episode, f.say.Word("kind of notice", n.Kind), n.InstanceID, f.say.Word("channel", n.Channel), n.Recipient, f.say.Word("notice", n.State), strconv.Itoa(n.Attempts), f.heard(n.Reason)})
			}
			return t
		})
}
