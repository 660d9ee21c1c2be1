package main

import (
	"context"
	"log/slog"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/demo"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

type demoCommand struct {
	Listen  string `default:"127.0.0.1:9740" help:"Where the Brimwatch page is; a free port when this one is in use (${default})."`
	Cloud   bool   `default:"true" negatable:"" help:"Also watch two accounts of a small Alibaba Cloud inside the process, whose instances are found."`
	ZH      bool   `name:"zh" help:"In Chinese, whatever --lang and the environment say."`
	Verbose bool   `help:"Show what Brimwatch logs."`
}

// Run shows the demo until it is told to end.
func (c *demoCommand) Run(ctx context.Context, s streams) error {
	log := slog.New(slog.DiscardHandler)
	if c.Verbose {
		log = slog.New(slog.NewTextHandler(s.err, nil))
	}
	if c.ZH {
		s.say = phrases.New().In(words.ZH)
	}
	return demo.Run(ctx, demo.Options{Listen: c.Listen, NoCloud: !c.Cloud, Out: s.out, Say: s.say, Version: version, Log: log})
}
