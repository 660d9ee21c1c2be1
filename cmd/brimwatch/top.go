package main

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/terminal/top"
)

type topCommand struct {
	URL    string        `default:"http://127.0.0.1:9740" env:"BRIMWATCH_URL" help:"Where Brimwatch answers (${default})."`
	Every  time.Duration `default:"5s" placeholder:"DURATION" help:"How long after an answer to ask again (${default})."`
	Sort   string        `enum:"worst,fullest,name,id,product,expires" default:"worst" help:"Order: ${enum} (${default})."`
	Filter string        `placeholder:"WORDS" help:"Only instances that have all these words in name, id, product, account or labels."`
}

// leastEvery keeps a screen from asking all the time.
const leastEvery = time.Second

// Run shows the fleet, worst first, until it is told to end; where nobody looks on, once.
func (c *topCommand) Run(ctx context.Context, s streams) error {
	if c.Every < leastEvery {
		return errors.New(s.say.T("--every is a second at least"))
	}
	cl, err := client.New(c.URL)
	if err != nil {
		return err
	}
	o := top.Options{
		Ask:   func(ctx context.Context) (wire.Instances, error) { return cl.Instances(ctx, client.InstanceQuery{}) },
		Where: cl.Shown(), Every: c.Every, Zone: time.Local, Say: s.say, Look: s.look, Order: top.Order(c.Sort), Query: c.Filter,
	}
	if !s.look.Live || !term.IsTerminal(int(os.Stdin.Fd())) {
		v, err := o.Ask(ctx)
		if err != nil {
			return err
		}
		_, err = io.WriteString(s.out, top.New(o, time.Now()).Take(v.Instances).Once())
		return err
	}
	return top.Run(ctx, o, os.Stdin, s.out, os.Environ())
}
