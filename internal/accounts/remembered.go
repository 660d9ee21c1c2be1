package accounts

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"github.com/brimwatch/brimwatch/collector/aliyun/inventory"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// Remembered lists the instances that were found in the accounts of a configuration, as a
// daemon has left them in a folder. It asks nobody and writes nothing, so it may run beside
// that daemon.
func Remembered(s *config.Snapshot, dir string) ([]fleet.Found, error) {
	kept := Accounts{Options: Options{Dir: dir}}
	var out []fleet.Found
	for _, name := range slices.Sorted(maps.Keys(s.Clouds)) {
		d := s.Clouds[name].Discover
		if d == nil {
			continue
		}
		found, err := inventory.Remembered(inventory.Options{
			Name: name, Regions: slices.Clone(d.Regions), Products: slices.Clone(d.Products), Zone: s.Accounts[name].Zone,
			CacheFile: kept.file(name, "found"), Logger: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			return nil, fmt.Errorf("account %s: %w", name, err)
		}
		out = append(out, found...)
	}
	return out, nil
}
