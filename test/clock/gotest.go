package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// goTest is how go test is called.
type goTest struct {
	overlay string   // the file for -overlay
	product string   // the product's binary, built with the overlay
	args    []string // packages, and flags of go test's own

	stdout, stderr io.Writer
}

// product is the package of the product's binary.
const product = "github.com/brimwatch/brimwatch/cmd/brimwatch"

// build builds a program with the overlay: the product, unless args say another
// one. Flags of go build come before the package.
func build(ctx context.Context, overlay, file string, args []string, stderr io.Writer) error {
	if len(args) == 0 {
		args = []string{product}
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-overlay", overlay, "-o", file}, args...)...) //nolint:gosec // the person who types the command says what is built
	cmd.Stderr = stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build a program with another clock: %w", err)
	}
	return nil
}

// at runs the tests at a moment, and returns the packages that failed.
func (g goTest) at(ctx context.Context, m moment) (failed []string, err error) {
	args := append([]string{"test", "-overlay", g.overlay, "-count=1", "-vet=off", "-timeout", "15m", "-skip", skipPattern(leftOut())}, g.args...)
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // the person who types the command says what is run
	cmd.Env = append(os.Environ(), momentVariable+"="+m.String(), shiftVariable+"=", "BRIMWATCH_BIN="+g.product)
	cmd.Stderr = g.stderr
	printed, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start go test: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start go test: %w", err)
	}
	failed, err = follow(printed, g.stdout)
	if waited := cmd.Wait(); waited != nil {
		err = waited
	}
	return failed, err
}

// follow passes on what go test prints, but for packages without tests, and
// returns the packages that failed.
func follow(printed io.Reader, stdout io.Writer) (failed []string, err error) {
	lines := bufio.NewReader(printed)
	for {
		line, err := lines.ReadString('\n')
		if !strings.HasPrefix(line, "?   \t") {
			fmt.Fprint(stdout, line)
		}
		if result, ok := strings.CutPrefix(line, "FAIL\t"); ok {
			if names := strings.Fields(result); len(names) > 0 {
				failed = append(failed, names[0])
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return failed, nil
		case err != nil:
			return failed, fmt.Errorf("read the output of go test: %w", err)
		}
	}
}
