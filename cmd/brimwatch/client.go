package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/config"
)

// clientFlags are what all commands have that ask a running Brimwatch.
type clientFlags struct {
	URL    string `default:"http://127.0.0.1:9740" env:"BRIMWATCH_URL" help:"Where Brimwatch answers (${default})."`
	Output string `short:"o" default:"table" enum:"table,json,csv" help:"How to print: ${enum}."`
}

// list asks, and prints what came as a table, JSON or CSV.
func list[T any](ctx context.Context, f clientFlags, s streams, ask func(context.Context, *client.Client) (T, error), rows func(T, figures) table) error {
	c, err := client.New(f.URL)
	if err != nil {
		return err
	}
	v, err := ask(ctx, c)
	if err != nil {
		return err
	}
	switch f.Output {
	case "json":
		return printJSON(s.out, v)
	case "csv":
		return rows(v, figuresOf(f.Output, s.say)).csv(s.out)
	}
	return rows(v, figuresOf(f.Output, s.say)).write(s.out, s.say, s.look)
}

// moment writes a moment as the API takes it, from how people type it: an age without a
// sign (7d), and a day of this machine's zone, besides all that the API takes itself.
func moment(text string) string {
	if _, err := config.ParseSpan(text); err == nil && strings.Trim(text, "0123456789") != "" {
		return "-" + text
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return day.Format(time.RFC3339)
	}
	return text
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
