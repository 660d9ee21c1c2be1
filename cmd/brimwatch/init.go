package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/brimwatch/brimwatch/internal/check"
	"github.com/brimwatch/brimwatch/internal/starter"
	"github.com/brimwatch/brimwatch/internal/terminal"
)

type initCommand struct {
	File  string  `arg:"" optional:"" default:"brimwatch.yml" placeholder:"FILE" help:"The file to write; one that exists is left as it is (${default})."`
	Watch *string `placeholder:"ADDRESS" help:"What to watch: addresses such as mqtt://broker:1883 or emqx=http://broker:18083, with commas between; all that was found on this host, or none."`
	Tell  *string `placeholder:"WHOM" help:"Who is told: a telephone number such as +8613800138000, the address of a webhook, or none."`
	Until *string `placeholder:"DAY" help:"Until when it may be used: the last day such as 2027-06-30, payg, or none."`
	Look  bool    `default:"true" negatable:"" help:"Look which brokers and caches answer on this host; only at 127.0.0.1, and without a login."`
}

// Run asks three questions, as far as flags do not answer them, and writes a configuration.
func (c *initCommand) Run(ctx context.Context, s streams) error {
	if err := starter.Check(c.File); err != nil {
		return err
	}
	found := c.look(ctx, s)
	q := newQuestions(ctx, s)
	a, err := c.answers(q, found)
	if err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "" // a name less
	}
	text := starter.Text(a, starter.Host{Name: terminal.Plain(host), Day: time.Now().Format(time.DateOnly), File: c.File}, s.say)
	if err := starter.Create(c.File, text); err != nil {
		return err
	}
	fmt.Fprintln(s.out, s.say.T("wrote %s", c.File))
	return c.next(s, a)
}

// look says what answers on this host.
func (c *initCommand) look(ctx context.Context, s streams) []starter.Found {
	if !c.Look {
		return nil
	}
	places := starter.Places()
	if c.Watch != nil { // an address of this host says what answers there
		places = nil
		for word := range strings.SplitSeq(*c.Watch, ",") {
			if p, ok := starter.PlaceOf(strings.TrimSpace(word)); ok {
				places = append(places, p)
			}
		}
		if w := strings.TrimSpace(*c.Watch); w == "all" || w == "" {
			places = starter.Places()
		}
	}
	found := starter.Look(ctx, places)
	if len(found) == 0 {
		fmt.Fprintln(s.out, s.say.T("Nothing that can be watched answers on this host."))
		return nil
	}
	fmt.Fprintln(s.out, s.say.T("On this host:"))
	for i, f := range found {
		note := ""
		if f.Login {
			note = s.say.T("list|, ") + s.say.T("which wants a login")
		}
		fmt.Fprintf(s.out, "%3d  %s, %s%s\n", i+1, f.What, f.URL, note)
	}
	return found
}

// answers reads the three answers, from flags or from the person.
func (c *initCommand) answers(q *questions, found []starter.Found) (a *starter.Answers, err error) {
	a, say := &starter.Answers{}, q.s.say
	watch := say.T("What is to be watched? Numbers of the list, or addresses such as mqtt://broker:1883; Enter for all of the list:")
	if len(found) == 0 {
		watch = say.T("What is to be watched? Addresses such as mqtt://broker:1883, redis://cache:6379 or emqx=http://broker:18083; Enter for nothing yet:")
	}
	err = q.ask(c.Watch, "--watch", watch, func(text string) (err error) {
		a.Watch, err = starter.ParseWatch(text, found)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = q.ask(c.Tell, "--tell", say.T("Who is told? A telephone number such as +8613800138000, or the address of a webhook; Enter for nobody yet:"), func(text string) (err error) {
		a.Tell, err = starter.ParseTell(text)
		return err
	})
	if err != nil {
		return nil, err
	}
	return a, q.ask(c.Until, "--until", say.T("Until when may it be used? The last day, such as 2027-06-30; payg; or Enter when nobody bills it:"), func(text string) (err error) {
		a.Term, err = starter.ParseTerm(text, time.Now())
		return err
	})
}

// next checks what was written, and says what comes next.
func (c *initCommand) next(s streams, a *starter.Answers) error {
	snapshot, err := check.Configuration(c.File, version)
	if err != nil {
		s.faults(err)
		return errReported
	}
	s.warnAll(snapshot)
	fmt.Fprintln(s.out, (&checkCommand{configFlag: configFlag{ConfigFile: c.File}}).summary(snapshot, s.say))
	steps := []string{"brimwatch check --probe " + c.File, "brimwatch run --config.file " + c.File}
	if a.Tell.Webhook != "" {
		steps = []string{steps[0], "brimwatch notify test --config.file " + c.File + " --to oncall", steps[1]}
	}
	if a.Tell.Phone != "" {
		fmt.Fprintln(s.out, s.say.T("Nobody is told before the provider of text messages is filled in: see the comments in the file."))
	}
	fmt.Fprintln(s.out, s.say.T("Next:"))
	for _, step := range steps {
		fmt.Fprintln(s.out, "  "+step)
	}
	return nil
}

// questions are asked where a person can answer.
type questions struct {
	s      streams
	person bool
	ended  <-chan struct{} // by Ctrl-C
	typed  chan string     // lines; closed at the end of what is typed
}

func newQuestions(ctx context.Context, s streams) *questions {
	q := &questions{s: s, person: s.look.Live && term.IsTerminal(int(os.Stdin.Fd())), ended: ctx.Done(), typed: make(chan string)}
	if q.person {
		go q.read() // it ends with the process: nothing interrupts a person who is to type
	}
	return q
}

func (q *questions) read() {
	defer close(q.typed)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		q.typed <- lines.Text()
	}
}

// line is what is typed next; false when nothing will be.
func (q *questions) line() (string, bool) {
	select {
	case text, ok := <-q.typed:
		return strings.TrimSpace(text), ok
	case <-q.ended:
		return "", false
	}
}

// ask takes the answer of a flag, or asks until an answer can be read. Where nobody can
// answer, the default is taken.
func (q *questions) ask(flag *string, name, question string, read func(string) error) error {
	if flag != nil || !q.person {
		text := ""
		if flag != nil {
			text = *flag
		}
		if err := read(text); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	for {
		fmt.Fprint(q.s.out, q.s.look.Paint(terminal.Strong, question), " ")
		line, ok := q.line()
		if !ok {
			fmt.Fprintln(q.s.out)
			return errors.New(q.s.say.T("it was not answered, and nothing was written"))
		}
		err := read(line)
		if err == nil {
			return nil
		}
		said, _ := q.s.say.Heard(err.Error())
		fmt.Fprintln(q.s.out, terminal.Plain(said))
	}
}
