package collectortest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/collector"
)

// Make calls a source's New, as in Make(t, redis.New, redis.Options{…}), and
// fails the test when it returns an error. The caller closes the Collector.
func Make[O any, C collector.Collector](t testing.TB, construct func(O) (C, error), o O) C {
	t.Helper()
	c, err := construct(o)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return c
}

// Build is Make of a Collector that is closed with the test.
func Build[O any, C collector.Collector](t testing.TB, construct func(O) (C, error), o O) C {
	t.Helper()
	c := Make(t, construct, o)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return c
}

// Testdata returns the text of a file below the test's folder testdata.
func Testdata(t testing.TB, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Secret stands in the options of tests where an error must not repeat it.
const Secret = "hunter2"

// Refused calls a source's New and wants an error that says want and keeps
// Secret, and no Collector.
func Refused[O any, C interface {
	comparable
	collector.Collector
}](t testing.TB, construct func(O) (C, error), o O, want string) {
	t.Helper()
	c, err := construct(o)
	var none C
	if err == nil || c != none || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), Secret) {
		t.Errorf("New returned %v and the error %v, want one that says %q and keeps secrets", c, err, want)
	}
}

// Published returns a capture that others published: a file below the folder
// captures of the one that BRIMWATCH_CONTRACTS names. Without that the test is
// left out.
func Published(t testing.TB, path ...string) string {
	t.Helper()
	root := os.Getenv("BRIMWATCH_CONTRACTS")
	if root == "" {
		t.Skip("left out: BRIMWATCH_CONTRACTS is not set")
	}
	b, err := os.ReadFile(filepath.Join(append([]string{root, "captures"}, path...)...)) //nolint:gosec // the folder is that of who runs the test
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
