package main

import (
	"io"

	"github.com/alecthomas/kong"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/manual"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"The shell: ${enum}."`
}

// Run prints the script by which a shell completes the command line.
func (c *completionCommand) Run(s streams, app *kong.Application) error {
	script, _ := manual.Of(app).Script(c.Shell) // the parser takes no other shell
	_, err := io.WriteString(s.out, script)
	return err
}

type manCommand struct{}

// Run prints the manual page.
func (manCommand) Run(s streams, app *kong.Application) error {
	_, err := io.WriteString(s.out, manual.Of(app).Page(version, s.say))
	return err
}

type schemaCommand struct{}

// Run prints the JSON Schema of the configuration.
func (schemaCommand) Run(s streams) error {
	_, err := s.out.Write(config.JSONSchema())
	return err
}
