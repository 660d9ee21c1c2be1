// Package build writes Brimwatch's dashboards for Grafana, in the classic schema
// that Grafana 9 to 12 read.
//
// The nouns: a board is one dashboard; its panels lie in lines of 24 columns, and
// rows part them; a panel has targets, which are the queries it asks. What every
// panel has to have (the data source in three places, all options of its kind, a
// place that no other panel has, a text for when there is nothing to show) is
// written here once, so that a dashboard is a list of what it shows.
//
// The package is for whoever changes a dashboard. The product carries what it wrote:
// the files in the folder above.
package build

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// object is one JSON object.
type object map[string]any

// Dashboard is one file.
type Dashboard struct {
	Name    string // of the file, such as fleet.json
	Content []byte
}

// All writes all dashboards.
func All() ([]Dashboard, error) {
	boards := []struct {
		name  string
		write func() *board
	}{
		{"fleet.json", fleetOverview},
		{"instance.json", instanceStatistics},
		{"calendar.json", calendarAndAccounts},
		{"notices.json", noticesAndDelivery},
		{"self.json", brimwatchItself},
	}
	out := make([]Dashboard, 0, len(boards))
	for _, b := range boards {
		content, err := encode(b.write().object())
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", b.name, err)
		}
		out = append(out, Dashboard{b.name, content})
	}
	return out, nil
}

// encode writes JSON as people like to compare it: keys in order, a line for each
// value, and PromQL with its signs as they are.
func encode(o object) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(o); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
