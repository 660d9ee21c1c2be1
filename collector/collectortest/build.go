package collectortest

import (
	"os"
	"path/filepath"
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
