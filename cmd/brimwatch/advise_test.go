package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/terminal"
	"github.com/brimwatch/brimwatch/test/golden"
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
		"table.txt": func(b *strings.Builder) error { return adviceTable(answer, figures{}).write(b, nil, terminal.Look{}) },
		"table.csv": func(b *strings.Builder) error { return adviceTable(answer, figures{plain: true}).csv(b) },
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			if err := write(&out); err != nil {
				t.Fatal(err)
			}
			golden.Equal(t, filepath.Join("advise", name), []byte(out.String()))
		})
	}
}
