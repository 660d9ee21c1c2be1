package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKeysOfOtherVersions: a key may have the value that holds anyway. Any other value is
// refused in plain words, and the reference does not list the key.
func TestKeysOfOtherVersions(t *testing.T) {
	for _, text := range []string{"{state: sqlite}", "{state: \"sqlite\", query_url: \"\"}", "{state: , query_url: }"} {
		if got := faultsOf(t, "storage: "+text+"\n"); got != "" {
			t.Errorf("%s: %s", text, got)
		}
	}
	const state = "storage.state: this version does not know another state than sqlite: SQLite in storage.dir is used; remove the key"
	for text, want := range map[string]string{
		"{state: \"postgres://u:hunter2@h/db\"}": "brimwatch.yml:1:18: " + state, "{state: [sqlite]}": "brimwatch.yml:1:18: " + state, "{state: \"\"}": "brimwatch.yml:1:18: " + state,
	} {
		if got := faultsOf(t, "storage: "+text+"\n"); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", text, got, want)
		}
	}
	if got := faultsOf(t, "storage: {query: x}\n"); !strings.Contains(got, "unknown key; known are dir, query_max_samples, query_url, remote_write, retention") {
		t.Errorf("an unknown key: %s", got)
	}
	if text := reference(); strings.Contains(text, "Not available") {
		t.Error("the reference lists what is not there")
	}
}

// TestQueryURL reads the database that the history is read from, as a URL and as a
// mapping, and faults that repeat no secret.
func TestQueryURL(t *testing.T) {
	for text, want := range map[string]*Database{
		"{}":              nil,
		"{query_url: }":   nil,
		`{query_url: ""}`: nil,
		"{query_url: 'http://vm:8428/select/0/prometheus'}": {URL: "http://vm:8428/select/0/prometheus"},
		"{query_url: {url: 'http://vm:8428'}}":              {URL: "http://vm:8428"},
		"{query_url: {url: 'http://vm:8428', username: me, password: hunter2}}": {
			URL: "http://vm:8428", Username: "me", Password: "hunter2",
		},
	} {
		s := mustLoad(t, files(t, "brimwatch.yml", "storage: "+text+"\n"))
		if diff := cmp.Diff(want, s.Storage.Query); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", text, diff)
		}
	}
	for text, want := range map[string]string{
		"{query_url: 'ftp://u:hunter2@vm'}":                                   "brimwatch.yml:1:22: storage.query_url: ",
		"{query_url: {}}":                                                     "brimwatch.yml:1:22: storage.query_url: url is missing",
		"{query_url: {url: 'http://'}}":                                       "brimwatch.yml:1:28: storage.query_url.url: ",
		"{query_url: [http://vm]}":                                            "brimwatch.yml:1:22: storage.query_url: ",
		"{query_url: {url: 'http://vm', address: hunter2}}":                   "brimwatch.yml:1:41: storage.query_url.address: unknown key",
		"{query_url: {url: 'http://vm', username: a, bearer_token: hunter2}}": "brimwatch.yml:1:51: storage.query_url.username: give either",
	} {
		if got := faultsOf(t, "storage: "+text+"\n"); !strings.HasPrefix(got, want) || strings.Contains(got, "hunter2") {
			t.Errorf("%s:\n%s\nwant\n%s", text, got, want)
		}
	}
}

// TestQueryMaxSamples: what one query may hold is fifty million samples unless it
// is said, and enough for a chart.
func TestQueryMaxSamples(t *testing.T) {
	for text, want := range map[string]int{
		"{}": 50_000_000, "{query_max_samples: }": 50_000_000, "{query_max_samples: 200000}": 200_000, "{query_max_samples: 100000}": 100_000,
	} {
		s, err := Load(files(t, "brimwatch.yml", "storage: "+text+"\n"))
		if err != nil || s.Storage.QueryMaxSamples != want {
			t.Errorf("%s: %+v, %v, want %d", text, s, err, want)
		}
	}
	for text, want := range map[string]string{
		"99999": "with fewer than 100000 samples a query, no chart of a year can be drawn",
		"0":     "with fewer than 100000 samples a query, no chart of a year can be drawn",
		"-1":    "with fewer than 100000 samples a query, no chart of a year can be drawn",
		"many":  `a whole number is wanted here, not "many"`,
		"1.5":   `a whole number is wanted here, not "1.5"`,
		"[]":    "a number is wanted here, not a list",
	} {
		want = "brimwatch.yml:1:30: storage.query_max_samples: " + want
		if got := faultsOf(t, "storage: {query_max_samples: "+text+"}\n"); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", text, got, want)
		}
	}
}
