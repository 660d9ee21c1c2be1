package state

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

func limited(id string, value float64, at int64) *fleet.Reading {
	r := &fleet.Reading{Instance: id}
	r.Limits[fleet.Connections] = fleet.Limit{Value: value, At: at, Origin: fleet.OriginServer}
	return r
}

// reading is a fleet with instances a and b, and their newest readings.
func reading(readings ...*fleet.Reading) *Fleet {
	f := New(&config.Snapshot{Instances: []config.Instance{{Instance: &fleet.Instance{ID: "a"}}, {Instance: &fleet.Instance{ID: "b"}}}}, nil, time.Unix(7300, 0))
	f.Put(readings)
	return f
}

func TestLimitsAreKept(t *testing.T) {
	dir := t.TempDir()
	log := slog.New(slog.DiscardHandler)
	if err := OpenLimits(dir, reading(limited("a", 5000, 7300), &fleet.Reading{Instance: "b"}), log).file.Save(); err != nil {
		t.Fatal(err)
	}
	again := OpenLimits(dir, reading(limited("a", 5000, 7399)), log)
	told, ok := again.Before("a")
	if want := (fleet.Limit{Value: 5000, At: 7200, Origin: fleet.OriginServer}); !ok || told[fleet.Connections] != want {
		t.Errorf("got %+v, want %+v", told[fleet.Connections], want)
	}
	if _, ok := again.Before("b"); ok {
		t.Error("an instance without limits is kept")
	}
	info := stat(t, dir)
	if err := again.file.Save(); err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(info, stat(t, dir)) {
		t.Error("the file was written although nothing changed")
	}
}

// An instance that was not read before the next stop keeps what was known.
func TestLimitsOfWhatWasNotReadYet(t *testing.T) {
	f := New(&config.Snapshot{Instances: []config.Instance{{Instance: &fleet.Instance{ID: "a"}}, {Instance: &fleet.Instance{ID: "b"}}, {Instance: &fleet.Instance{ID: "c"}}}}, nil, time.Unix(7300, 0))
	l := &Limits{fleet: f, before: map[string]ownLimits{"a": limited("a", 5000, 7200).Limits}}
	f.Put([]*fleet.Reading{limited("b", 10, 7200)})
	got := l.newest()
	if got[0].Limits[fleet.Connections].Value != 5000 || got[1].Limits[fleet.Connections].Value != 10 || got[2] != nil {
		t.Errorf("got %+v", got)
	}
}

func TestLimitsFromADamagedFile(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "cut off": `{"a":{"connections":{"val`, "another form": "[1]",
		"odd": `{"a":{"clients":{"value":1,"at":1,"origin":"server"},"connections":{"value":-1,"at":1,"origin":"server"},"subscriptions":{"value":1,"at":1,"origin":"moon"}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "limits.json"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			l := OpenLimits(dir, reading(limited("a", 5000, 7300)), slog.New(slog.DiscardHandler))
			if told, _ := l.Before("a"); told != (ownLimits{}) {
				t.Errorf("got %+v", told)
			}
			if err := l.file.Save(); err != nil {
				t.Fatal(err)
			}
			if told, _ := OpenLimits(dir, nil, slog.New(slog.DiscardHandler)).Before("a"); told[fleet.Connections].Value != 5000 {
				t.Error("a damaged file is not replaced")
			}
		})
	}
}

func stat(t *testing.T, dir string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, "limits.json"))
	if err != nil {
		t.Fatal(err)
	}
	return info
}
