package inventory

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/internal/atomicfile"
)

// cacheVersion is that of the cache file's form. A file of another one is not
// read; the next sweep writes it anew.
const cacheVersion = 1

// cacheFile holds the instances over restarts.
type cacheFile struct {
	Version int                  `json:"version"`
	Account string               `json:"account"`
	Written time.Time            `json:"written"`
	Lists   map[string][]*record `json:"lists"` // by unit
}

// load takes over the instances of the file. A file that cannot be used is set aside,
// so that somebody can look at it, and never keeps Brimwatch from starting.
func (i *Inventory) load() {
	name := i.opts.CacheFile
	if name == "" {
		return
	}
	body, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		i.log.Warn("what was found last cannot be read", "error", err)
		return
	}
	lists, err := readCache(body, i.opts.Name)
	if err != nil {
		aside := name + ".damaged"
		i.log.Warn("what was found last cannot be used and is set aside", "error", err, "file", aside)
		if err := os.Rename(name, aside); err != nil {
			i.log.Warn("the file cannot be set aside", "error", err)
		}
		return
	}
	for _, u := range i.all() {
		for _, r := range lists[u.key()] {
			if i.wants(u, r) {
				u.records[r.ID] = r
			}
		}
	}
}

// readCache reads a cache file's content.
func readCache(body []byte, account string) (map[string][]*record, error) {
	var c cacheFile
	if err := json.Unmarshal(body, &c); err != nil {
		return nil, fmt.Errorf("not a cache file: %w", err)
	}
	if c.Version != cacheVersion {
		return nil, fmt.Errorf("it has version %d, this is version %d", c.Version, cacheVersion)
	}
	if c.Account != account {
		return nil, fmt.Errorf("it is one of account %q", clip(c.Account))
	}
	for _, records := range c.Lists {
		for _, r := range records {
			if r == nil || r.ID == "" {
				return nil, errors.New("it has a record without an id")
			}
		}
	}
	return c.Lists, nil
}

// save writes the instances: into a new file that takes the old one's place, so that
// there is always a whole one.
func (i *Inventory) save(now time.Time) error {
	if i.opts.CacheFile == "" {
		return nil
	}
	c := cacheFile{Version: cacheVersion, Account: i.opts.Name, Written: now, Lists: make(map[string][]*record)}
	for _, u := range i.all() {
		for _, id := range slices.Sorted(maps.Keys(u.records)) {
			c.Lists[u.key()] = append(c.Lists[u.key()], u.records[id])
		}
	}
	body, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		return fmt.Errorf("write it down: %w", err)
	}
	return atomicfile.Replace(i.opts.CacheFile, body, 0o600)
}
