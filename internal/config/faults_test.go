package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/test/golden"
)

// TestFaults loads each file of testdata/bad and compares what is said of it.
func TestFaults(t *testing.T) {
	cases, err := filepath.Glob("testdata/bad/*.yml")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yml"), func(t *testing.T) {
			_, err := Load(file)
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("it was taken, or failed otherwise: %v", err)
			}
			name := strings.TrimSuffix(filepath.Base(file), ".yml") + ".txt"
			golden.Equal(t, filepath.Join("bad", name), []byte(faults.Error()+"\n"))
		})
	}
}

func TestMissingFile(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "none.yml")); err == nil || !strings.Contains(err.Error(), "there is no file") {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := Load(t.TempDir()); err == nil {
		t.Error("a folder was taken")
	}
}

// TestSecretsNeverShow prints everything there is to print of a configuration
// with secrets.
func TestSecretsNeverShow(t *testing.T) {
	const secret = "correct-horse-battery"
	path := files(t, "brimwatch.yml", strings.ReplaceAll(strings.ReplaceAll(complete, "hush-hush", secret),
		`url: "mqtt://127.0.0.1"`, `url: "mqtt://127.0.0.1", username: u, password: `+secret)+`
storage: {remote_write: [{url: "http://h/w", username: u, password: `+secret+`}]}
`)
	s := mustLoad(t, path)
	asJSON, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("loaded", "snapshot", *s, "source", s.Instances[0].Source)
	for name, text := range map[string]string{
		"%v": fmt.Sprintf("%v", *s), "%+v": fmt.Sprintf("%+v", *s), "%#v": fmt.Sprintf("%#v %#v", *s, *s.Instances[0].Source),
		"json": string(asJSON), "log": log.String(), "warnings": Faults(s.Warnings).Error(),
		"diff": Diff(s, &Snapshot{Server: s.Server}).String(),
	} {
		if strings.Contains(text, secret) {
			t.Errorf("%s shows the secret", name)
		}
	}
	_, err = Load(files(t, "brimwatch.yml", "instances: [{id: a, product: mqtt, source: {type: mosquitto, url: \"mqtt://u:"+secret+"@h\", pasword: "+secret+"}}]\n"))
	if err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("faults show the secret, or there are none: %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(complete))
	f.Add([]byte("a: &a [*a, *a]\n"))
	f.Add([]byte("include: [brimwatch.yml]\n"))
	f.Add([]byte("instances: {<<: {id: 1}}\n"))
	f.Add([]byte("alarms: {capacity: {threshold: 1e400, levels: [~, {threshold: 0x7}]}}\n"))
	f.Add([]byte("---\n- 1\n--- 2\n"))
	f.Add([]byte("\xff\xfe"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(dir, "brimwatch.yml")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Load(path)
		if (s == nil) == (err == nil) {
			t.Fatalf("snapshot %v, error %v", s, err)
		}
	})
}
