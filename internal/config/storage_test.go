package config

import (
	"strings"
	"testing"
)

// TestKeysOfOtherVersions: two keys may have the value that holds anyway. Any other
// value is refused in plain words, and the reference lists neither key.
func TestKeysOfOtherVersions(t *testing.T) {
	for _, text := range []string{"{state: sqlite}", "{state: \"sqlite\", query_url: \"\"}", "{state: , query_url: }"} {
		if got := faultsOf(t, "storage: "+text+"\n"); got != "" {
			t.Errorf("%s: %s", text, got)
		}
	}
	const state = "storage.state: this version does not know another state than sqlite: SQLite in storage.dir is used; remove the key"
	const query = "storage.query_url: this version does not know query_url: statistics are read from its own history; remove the key"
	for text, want := range map[string]string{
		"{state: \"postgres://u:hunter2@h/db\"}": "brimwatch.yml:1:18: " + state, "{state: [sqlite]}": "brimwatch.yml:1:18: " + state, "{state: \"\"}": "brimwatch.yml:1:18: " + state,
		"{query_url: \"http://u:hunter2@h\"}": "brimwatch.yml:1:22: " + query, "{query_url: {}}": "brimwatch.yml:1:22: " + query,
	} {
		if got := faultsOf(t, "storage: "+text+"\n"); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", text, got, want)
		}
	}
	if got := faultsOf(t, "storage: {query: x}\n"); strings.Contains(got, "query_url") || !strings.Contains(got, "unknown key; known are dir, query_max_samples, remote_write, retention") {
		t.Errorf("an unknown key: %s", got)
	}
	if text := reference(); strings.Contains(text, "`query_url`") || strings.Contains(text, "`alertmanagers`") || strings.Contains(text, "Not available") {
		t.Error("the reference lists what is not there")
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
