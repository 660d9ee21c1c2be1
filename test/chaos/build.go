package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/brimwatch/brimwatch/test/chaos/scenario"
)

// build builds what is not there: the product, and the product with a clock that jumps
// where a scenario needs it.
func build(ctx context.Context, o *scenario.Options, chosen []scenario.Scenario) error {
	if o.Binary == "" {
		o.Binary = filepath.Join(o.Dir, "brimwatch")
		if err := goDoes(ctx, "build", "-o", o.Binary, "github.com/brimwatch/brimwatch/cmd/brimwatch"); err != nil {
			return err
		}
	}
	var err error
	if o.Binary, err = filepath.Abs(o.Binary); err != nil {
		return fmt.Errorf("find the product: %w", err)
	}
	needed := false
	for _, s := range chosen {
		needed = needed || s.Jumps
	}
	if !needed {
		return nil
	}
	if o.Jumps == "" {
		o.Jumps = filepath.Join(o.Dir, "brimwatch-jumps")
		if err := goDoes(ctx, "run", "github.com/brimwatch/brimwatch/test/clock", "-build", o.Jumps); err != nil {
			return err
		}
	}
	if o.Jumps, err = filepath.Abs(o.Jumps); err != nil {
		return fmt.Errorf("find the product with a clock that jumps: %w", err)
	}
	return nil
}

// goDoes runs the go command.
func goDoes(ctx context.Context, args ...string) error {
	if out, err := exec.CommandContext(ctx, "go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", args[0], err, out)
	}
	return nil
}
