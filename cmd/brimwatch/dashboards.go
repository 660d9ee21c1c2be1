package main

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/brimwatch/brimwatch/dashboards"
	"github.com/brimwatch/brimwatch/dashboards/export"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

type dashboardsCommand struct {
	Export dashboardsExportCommand `cmd:"" help:"Write the dashboards for Grafana, and files by which Grafana takes them up by itself."`
}

type dashboardsExportCommand struct {
	Dir        string `arg:"" placeholder:"DIR" help:"The folder to write into; it need not exist."`
	URL        string `default:"http://127.0.0.1:9740" env:"BRIMWATCH_URL" help:"Where Grafana and browsers find Brimwatch (${default})."`
	SeenAs     string `placeholder:"PATH" help:"The path of the folder as Grafana sees it, where that is another one: in a container."`
	DataSource string `placeholder:"UID" help:"The uid of a data source that Grafana has already, such as a Prometheus that scrapes Brimwatch."`
	Force      bool   `help:"Replace files that somebody changed, too."`
}

// Run writes the dashboards into a folder, and says what it wrote.
func (c *dashboardsExportCommand) Run(s streams) error {
	o, err := c.options(s.say)
	if err != nil {
		return err
	}
	files, err := dashboards.Files(o)
	if err != nil {
		return err
	}
	r, err := export.Write(c.Dir, files, c.Force)
	for _, path := range r.Written {
		fmt.Fprintln(s.out, s.say.T("wrote %s", filepath.Join(c.Dir, path)))
	}
	if err != nil {
		return err
	}
	for _, path := range r.Kept {
		fmt.Fprintln(s.err, "brimwatch:", s.say.T("%s was changed since it was exported, and stays as it is; --force replaces it", filepath.Join(c.Dir, path)))
	}
	if len(r.Kept) > 0 {
		return errReported
	}
	return nil
}

func (c *dashboardsExportCommand) options(say *phrases.Printer) (dashboards.Options, error) {
	var o dashboards.Options
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		// Not the address itself: it may hold a password.
		return o, errors.New(say.T("--url is an address such as http://127.0.0.1:9740"))
	}
	u.User = nil // the files are for everybody to read
	o.Pages = strings.TrimRight(u.String(), "/")
	if c.DataSource != "" && !regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`).MatchString(c.DataSource) {
		return o, errors.New(say.T("--data-source is the uid of a data source: at most 40 letters, digits, - and _; Grafana shows it in the address of the data source's page"))
	}
	o.DataSource, o.Folder = c.DataSource, c.SeenAs
	if o.Folder == "" {
		if o.Folder, err = filepath.Abs(c.Dir); err != nil {
			return o, fmt.Errorf("find the path of the folder: %w", err)
		}
	}
	return o, nil
}
