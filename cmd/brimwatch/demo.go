package main

import (
	"context"
	"log/slog"

	"github.com/brimwatch/brimwatch/internal/demo"
)

type demoCommand struct {
	Listen  string `default:"127.0.0.1:9740" help:"Where the Brimwatch page is; a free port when this one is in use (${default})."`
	Cloud   bool   `help:"Also watch an account of a small Alibaba Cloud, whose instances are found."`
	Verbose bool   `help:"Show what Brimwatch logs."`
}

// Run shows the demo until it is told to end.
func (c *demoCommand) Run(ctx context.Context, s streams) error {
	log := slog.New(slog.DiscardHandler)
	if c.Verbose {
		log = slog.New(slog.NewTextHandler(s.err, nil))
	}
	return demo.Run(ctx, demo.Options{Listen: c.Listen, Cloud: c.Cloud, Out: s.out, Say: s.say, Version: version, Log: log})
}
