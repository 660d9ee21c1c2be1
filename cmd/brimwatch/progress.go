package main

import (
	"fmt"
	"io"
	"os"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/check"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/terminal"
)

// emptyLine takes away what stands in a line of a terminal.
const emptyLine = "\r\x1b[K"

// progressOn shows on a terminal how far something is; done takes it away.
func progressOn(w io.Writer, what string) (progress func(share float64), done func()) {
	if !terminal.Of(w, os.Getenv).Live {
		return nil, func() {}
	}
	return func(share float64) { fmt.Fprintf(w, "%s%s: %s", emptyLine, what, words.Share(share)) }, func() { fmt.Fprint(w, emptyLine) }
}

// progress shows on a terminal how far the reading of sources has come.
type progress struct {
	w     io.Writer
	say   *phrases.Printer
	look  terminal.Look
	shown bool
	step  int // of those that are drawn
}

// newProgress returns a progress that shows nothing unless w is a terminal.
func newProgress(w io.Writer, say *phrases.Printer) *progress {
	return &progress{w: w, say: say, look: terminal.Of(w, os.Getenv), step: -1}
}

// show draws the bar anew when it has grown by a step. What waits for its second reading
// is half done.
func (p *progress) show(at check.ProbeProgress) {
	if !p.look.Live || at.All == 0 {
		return
	}
	const steps = 200
	step := (2*at.Done + at.Again) * steps / (2 * at.All)
	if step == p.step && at.Done < at.All {
		return
	}
	p.step = step
	line := p.say.T("%s %d of %d read", p.look.Meter(float64(step)/steps, 0, barWidth), at.Done, at.All)
	if at.Failed > 0 {
		line += p.say.T(", %d could not be", at.Failed)
	}
	if at.Again > 0 {
		line += p.say.T(", %d are read a second time for their rates", at.Again)
	}
	fmt.Fprint(p.w, emptyLine, p.look.Cut(line, p.look.Width-1))
	p.shown = true
}

// end clears the bar away.
func (p *progress) end() {
	if p.shown {
		fmt.Fprint(p.w, emptyLine)
	}
}
