package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/brimwatch/brimwatch/internal/check"
	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

type notifyCommand struct {
	Test notifyTestCommand `cmd:"" help:"Send one test notice for real, and print what the far side said."`
}

type notifyTestCommand struct {
	configFlag
	To  string `required:"" placeholder:"NAME" help:"A contact or a receiver."`
	URL string `env:"BRIMWATCH_URL" help:"Where the running Brimwatch answers, which then tries what waits; by the configuration when it is left out."`
}

// Run sends a test notice to everybody behind a name.
func (c *notifyTestCommand) Run(ctx context.Context, s streams) error {
	results, err := check.NotifyTest(ctx, c.ConfigFile, c.To, version)
	if err != nil {
		return err
	}
	failed, accepted := false, false
	for _, r := range results {
		mark := s.say.T("sent or not|ok")
		if r.Err != nil {
			mark, failed = s.say.T("sent or not|failed"), true
		} else {
			accepted = true
		}
		said, _ := s.say.Heard(r.Said())
		fmt.Fprintf(s.out, "%s  %s %s  %s\n", phrases.Fill(mark, len("failed")), s.say.Word("channel", r.Channel), r.Display, said)
		for _, remark := range r.Remarks {
			said, _ := s.say.Heard(remark)
			fmt.Fprintf(s.out, "%s  %s\n", phrases.Fill("", len("failed")), said)
		}
	}
	if accepted {
		c.retry(ctx, s)
	}
	if failed {
		return errReported
	}
	return nil
}

// retry lets the Brimwatch that runs, if one does, try now what waits for another
// attempt: the far side has just answered.
func (c *notifyTestCommand) retry(ctx context.Context, s streams) {
	address := c.URL
	if address == "" {
		address = check.Address(c.ConfigFile)
	}
	cl, err := client.New(address)
	if err == nil {
		err = cl.RetryNotices(ctx)
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED): // none runs
	case err != nil:
		said, _ := s.say.Heard(err.Error())
		fmt.Fprintln(s.err, s.say.T("what waits for another attempt was not tried now: %s", said))
	default:
		fmt.Fprintln(s.out, s.say.T("What waits for another attempt is tried now."))
	}
}
