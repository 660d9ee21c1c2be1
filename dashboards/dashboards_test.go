package dashboards_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/dashboards"
	"github.com/brimwatch/brimwatch/dashboards/build"
	"github.com/brimwatch/brimwatch/test/golden"
)

func TestMain(m *testing.M) {
	golden.Flag()
	os.Exit(m.Run())
}

// shipped are the dashboards as they are in the binary.
func shipped(t *testing.T) []dashboards.File {
	t.Helper()
	list, err := dashboards.Dashboards(dashboards.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 5 {
		t.Fatalf("there are %d dashboards, want 5", len(list))
	}
	return list
}

// TestFilesAreAsBuilt: the files in this folder are what package build writes.
func TestFilesAreAsBuilt(t *testing.T) {
	built, err := build.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range built {
		if golden.Updating() {
			if err := os.WriteFile(b.Name, b.Content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := os.ReadFile(b.Name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(kept), string(b.Content)); diff != "" {
			t.Errorf("%s is not as built; go test ./dashboards -update writes it anew (-file +built)\n%s", b.Name, diff)
		}
	}
	names := make(map[string]bool)
	for _, b := range built {
		names[b.Name] = true
	}
	for _, f := range shipped(t) {
		if !names[f.Path] {
			t.Errorf("nobody builds %s", f.Path)
		}
	}
}

// TestAdapted: only what is chosen at first changes, and nothing at all with the usual
// address.
func TestAdapted(t *testing.T) {
	usual := shipped(t)
	same, err := dashboards.Dashboards(dashboards.Options{Pages: "http://127.0.0.1:9740", DataSource: "brimwatch"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range usual {
		if !bytes.Equal(usual[i].Content, same[i].Content) {
			t.Errorf("%s changed although nothing is unusual", usual[i].Path)
		}
	}
	adapted, err := dashboards.Dashboards(dashboards.Options{Pages: "https://b.example.com/x?a=<b>", DataSource: "prom-1"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range usual {
		back := strings.NewReplacer("https://b.example.com/x?a=<b>", "http://127.0.0.1:9740").Replace(string(adapted[i].Content))
		back = strings.Replace(back, "\"text\": \"prom-1\",\n          \"value\": \"prom-1\"", "\"text\": \"Brimwatch\",\n          \"value\": \"brimwatch\"", 1)
		if diff := cmp.Diff(string(usual[i].Content), back); diff != "" {
			t.Errorf("%s: more changed than was asked for (-usual +adapted)\n%s", usual[i].Path, diff)
		}
		for _, want := range []string{`"https://b.example.com/x?a=<b>"`, `"prom-1"`} {
			if !strings.Contains(string(adapted[i].Content), want) {
				t.Errorf("%s does not have %s", usual[i].Path, want)
			}
		}
	}
}

// parsed reads a dashboard.
func parsed(t *testing.T, f dashboards.File) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(f.Content, &v); err != nil {
		t.Fatalf("%s: %v", f.Path, err)
	}
	return v
}
