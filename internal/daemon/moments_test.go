package daemon

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"testing"
)

// momentsOf asks the history of a daemon for the moments of an instance, as Grafana
// does, and returns their states.
func momentsOf(t *testing.T, d *Daemon, id string) []string {
	t.Helper()
	query := `brimwatch_instance_lifecycle_moment_timestamp_seconds{instance_id=~"` + id + `"} * 1000`
	w := get(t, d, "/prometheus/api/v1/query?query="+url.QueryEscape(query))
	var answer struct {
		Data struct {
			Result []struct{ Metric map[string]string }
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d, %v: %s", w.Code, err, w.Body)
	}
	var out []string
	for _, r := range answer.Data.Result {
		out = append(out, r.Metric["state"])
	}
	slices.Sort(out)
	return out
}

// TestMomentsFollowTheConfiguration holds that the moments that can be asked for are
// those of the configuration in force.
func TestMomentsFollowTheConfiguration(t *testing.T) {
	path := writeConfig(t, `server: {listen: "127.0.0.1:0"}
storage: {dir: "DIR/data", retention: 1d}
instances:
  - {id: a, product: mqtt, edition: basic, billing: {expires: 2099-12-31}}
`, nil)
	d := judging(t, path)
	if got := momentsOf(t, d, "a"); !slices.Equal(got, []string{"expiring", "grace", "released", "suspended"}) {
		t.Errorf("moments of a subscription: %v", got)
	}
	edit(t, path, "{expires: 2099-12-31}", "{expires: 2099-12-31, policy: mqtt-2019}")
	if _, err := d.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := momentsOf(t, d, "a"); !slices.Equal(got, []string{"expiring", "released", "suspended"}) {
		t.Errorf("moments of another policy: %v", got)
	}
	for id, want := range map[string]int{"a": 1, "": 1, "nobody": 0} {
		_, all := d.state.Courses(id)
		n := 0
		for in, c := range all {
			if n++; in.ID != "a" || len(c.Moments) != 3 {
				t.Errorf("%q: %s with %d moments", id, in.ID, len(c.Moments))
			}
		}
		if n != want {
			t.Errorf("%q: %d calendars, want %d", id, n, want)
		}
	}
}
