// Package top is the live screen of `brimwatch top`: the fleet, worst first, read anew
// every few seconds.
//
// It is a model, an update and a view. Model is a value that holds all there is to know;
// Update makes the next one of it and of something that happened; Screen writes it as
// text. None of them reads a clock or asks anybody: what happens comes in as a message,
// and what is to be done goes out as a command. Run gives both to Bubble Tea, which keeps
// the terminal and leaves it as it was, after an error and a crash, too.
//
// A Brimwatch that does not answer is no end: the screen keeps the last figures, says how
// old they are and why, and goes on asking.
package top

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/terminal"
)

// Options says whose fleet is shown, and how.
type Options struct {
	// Ask reads all instances. It returns when ctx ends.
	Ask   func(ctx context.Context) (wire.Instances, error)
	Where string        // the address that is asked, as it may be shown
	Every time.Duration // from an answer to the next question
	Zone  *time.Location
	Say   *phrases.Printer
	Look  terminal.Look
	Order Order
	Query string // what the list is filtered by at first
}

// Run shows the live screen until a key or the end of ctx ends it.
func Run(ctx context.Context, o Options, in io.Reader, out io.Writer, environ []string) error {
	running, end := context.WithCancel(ctx)
	defer end() // questions and waits that are under way
	p := tea.NewProgram(program{Model: New(o, time.Now()), ctx: running},
		tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithEnvironment(environ), tea.WithoutSignalHandler())
	_, err := p.Run()
	switch {
	case err == nil, errors.Is(err, tea.ErrInterrupted), ctx.Err() != nil && errors.Is(err, tea.ErrProgramKilled):
		return nil
	case errors.Is(err, tea.ErrProgramPanic):
		return errors.New("a fault in Brimwatch ended the screen; what it printed helps to mend it")
	}
	return fmt.Errorf("show the screen: %w", err)
}

// program is the Model as Bubble Tea runs it: what the model wants is carried out here.
type program struct {
	Model

	ctx context.Context //nolint:containedctx // of the whole run; Bubble Tea hands none to commands
}

// Init asks for the first time, and starts the clock.
func (p program) Init() tea.Cmd { return tea.Batch(p.carryOut(ask), p.carryOut(count)) }

// Update implements tea.Model.
func (p program) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	next, wants := p.update(msg)
	p.Model = next
	return p, p.carryOut(wants)
}

// View implements tea.Model.
func (p program) View() tea.View {
	v := tea.NewView(p.Screen())
	v.AltScreen = true
	v.WindowTitle = "brimwatch top"
	return v
}

// want is what a model wants done.
type want uint8

const (
	nothing want = iota
	ask          // read the fleet
	wait         // ask when Every has passed
	count        // tell the time in a second
	quit
	suspend
)

func (p program) carryOut(w want) tea.Cmd {
	switch w {
	case ask:
		return func() tea.Msg {
			fleet, err := p.Ask(p.ctx)
			return answer{fleet: fleet.Instances, err: err, at: time.Now()}
		}
	case wait:
		return p.after(p.Every, func(time.Time) tea.Msg { return due{} })
	case count:
		return p.after(time.Second, func(at time.Time) tea.Msg { return tick(at) })
	case quit:
		return tea.Quit
	case suspend:
		return tea.Suspend
	case nothing:
	}
	return nil
}

// after sends a message when a time has passed, unless the screen ends before.
func (p program) after(d time.Duration, message func(at time.Time) tea.Msg) tea.Cmd {
	return func() tea.Msg {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case at := <-t.C:
			return message(at)
		case <-p.ctx.Done():
			return nil
		}
	}
}
