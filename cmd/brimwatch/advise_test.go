package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/internal/api/wire"
)

// TestAdviceTable holds the table of an answer of the API against a file that a
// person can read.
func TestAdviceTable(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "advise", "answer.json"))
	if err != nil {
		t.Fatal(err)
	}
	var answer wire.Advices
	if err := json.Unmarshal(data, &answer); err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(*strings.Builder) error{
		"table.txt": func(b *strings.Builder) error { return adviceTable(answer, figures{}).write(b) },
		"table.csv": func(b *strings.Builder) error { return adviceTable(answer, figures{plain: true}).csv(b) },
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			if err := write(&out); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "advise", name)
			if flag.Lookup("update").Value.String() == "true" {
				if err := os.WriteFile(golden, []byte(out.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
