package main

import (
	"context"
	"os"

	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/mcp/bridge"
)

type mcpCommand struct {
	URL string `default:"http://127.0.0.1:9740" env:"BRIMWATCH_URL" help:"Where Brimwatch answers (${default})."`
}

// Run lets an assistant ask a running Brimwatch, until it ends its input.
func (c *mcpCommand) Run(ctx context.Context, s streams) error {
	cl, err := client.New(c.URL)
	if err != nil {
		return err
	}
	return bridge.Run(ctx, bridge.Options{Client: cl, Version: version, In: os.Stdin, Out: s.out})
}
