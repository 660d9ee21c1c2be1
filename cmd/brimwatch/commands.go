package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/brimwatch/brimwatch/internal/daemon"
)

// commands is the command line.
type commands struct {
	languageFlag
	ShowVersion versionFlag `name:"version" help:"Print the version."`

	Run        runCommand        `cmd:"" help:"Run the daemon."`
	Init       initCommand       `cmd:"" help:"Write a first configuration, with what answers on this host and comments; asks three questions, or takes flags."`
	Check      checkCommand      `cmd:"" help:"Check a configuration: every fault with file, line and reason. Exit code 1 when there is one."`
	Test       testCommand       `cmd:"" help:"Run tests of a configuration: series and dates in, alarms and messages out; a diff where they differ. Sends nothing."`
	Backtest   backtestCommand   `cmd:"" help:"Say what would have been raised and told over the recorded history, at what price; with another threshold, too. Sends nothing."`
	Demo       demoCommand       `cmd:"" help:"Show the whole story on this machine, with a broker, clients and a telephone of its own."`
	Instances  instancesCommand  `cmd:"" help:"List instances with their usage."`
	Top        topCommand        `cmd:"" help:"Show the instances live, worst first, with keys to sort and filter."`
	Stats      statsCommand      `cmd:"" help:"Show the history of one instance."`
	Advise     adviseCommand     `cmd:"" help:"Say which edition or specification would fit, and when it will be full."`
	Explain    explainCommand    `cmd:"" help:"Say why an instance is judged and told of as it is: which line has set what, which timers run, who would be told."`
	Calendar   calendarCommand   `cmd:"" help:"List what lies ahead: when terms end, and when instances are suspended, released or converted."`
	Accounts   accountsCommand   `cmd:"" help:"List who pays: balance, daily use, what renews from it, and when it is not enough."`
	Rehearse   rehearseCommand   `cmd:"" help:"Say what each person would be told in the days ahead, and what nobody would hear. Sends nothing."`
	Oncall     oncallCommand     `cmd:"" help:"Say who is on call, until when, and who follows."`
	Alarms     alarmsCommand     `cmd:"" help:"List alarms."`
	Ack        ackCommand        `cmd:"" help:"Acknowledge an alarm by its code: no more reminders, unless it gets worse."`
	Confirm    confirmCommand    `cmd:"" help:"Say that an instance whose deletion was due still exists, or with --gone that it does not."`
	Silence    silenceCommand    `cmd:"" help:"Hold the notices of some alarms for a while."`
	Notices    noticesCommand    `cmd:"" help:"List notices: who was told what, and what became of it."`
	People     peopleCommand     `cmd:"" help:"List contacts: when each number was last proved, by a message that arrived or an answer."`
	MCP        mcpCommand        `cmd:"" name:"mcp" help:"Let an assistant ask a running Brimwatch by the Model Context Protocol, on standard input and output."`
	Notify     notifyCommand     `cmd:"" help:"Send notices by hand."`
	Dashboards dashboardsCommand `cmd:"" help:"Dashboards for Grafana."`
	Schema     schemaCommand     `cmd:"" help:"Print the JSON Schema of the configuration, for editors."`
	Completion completionCommand `cmd:"" help:"Print the script by which a shell completes this command line."`
	Man        manCommand        `cmd:"" help:"Print the manual page: brimwatch man | man -l -"`
	Version    versionCommand    `cmd:"" help:"Print the version."`
}

// configFlag is where the configuration is.
type configFlag struct {
	ConfigFile string `name:"config.file" default:"brimwatch.yml" placeholder:"FILE" help:"The configuration (${default})."`
}

// logFlags say how the daemon logs.
type logFlags struct {
	LogLevel  string `name:"log.level" default:"info" enum:"debug,info,warn,error" help:"Log what is at least this important: ${enum}."`
	LogFormat string `name:"log.format" default:"text" enum:"text,json" help:"How log lines look: ${enum}."`
}

func (f logFlags) logger(s streams) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.LogLevel)); err != nil {
		return nil, fmt.Errorf("log level: %w", err)
	}
	o := &slog.HandlerOptions{Level: level}
	if f.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(s.err, o)), nil
	}
	return slog.New(slog.NewTextHandler(s.err, o)), nil
}

type runCommand struct {
	configFlag
	logFlags
}

// Run runs the daemon until it is told to end. SIGHUP loads the configuration anew.
func (c *runCommand) Run(ctx context.Context, s streams) error {
	log, err := c.logger(s)
	if err != nil {
		return err
	}
	spareMemory()
	d, err := daemon.New(ctx, daemon.Options{ConfigFile: c.ConfigFile, Version: version, Logger: log})
	if err != nil {
		return err
	}
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	reload := make(chan struct{})
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-hup:
			}
			select {
			case <-ctx.Done():
				return
			case reload <- struct{}{}:
			}
		}
	}()
	return d.Run(ctx, reload)
}

// gcPercent lets the heap grow by less than Go's usual 100 % before it is
// collected. What Brimwatch keeps is many times what it makes in a second, so
// memory is saved at little cost: docs/performance.md has the figures.
const gcPercent = 40

// spareMemory trades a little time for memory, unless GOGC says otherwise.
func spareMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

// versionFlag prints the version instead of carrying out a command.
type versionFlag bool

// BeforeReset prints the version as soon as the flag is seen.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	if err := (versionCommand{}).Run(streams{out: app.Stdout}); err != nil {
		return err
	}
	app.Exit(exitDone)
	return nil
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, "brimwatch", version)
	return err
}
