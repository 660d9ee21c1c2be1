package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Load reads a configuration with all it includes. The error is Faults: all
// faults, in the order of files and lines. Load starts and opens nothing.
func Load(path string) (*Snapshot, error) { return newDecoder().loadPath(path) }

func (d *decoder) loadPath(path string) (*Snapshot, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", path, err)
	}
	if filepath.IsLocal(path) {
		full = path // faults name files as the person did
	}
	return d.load(full)
}

func (d *decoder) load(full string) (*Snapshot, error) {
	root := d.readTree(full)
	var doc document
	d.decode(root, reflect.ValueOf(&doc).Elem())
	s := d.resolve(root, &doc)
	s.Path, s.LoadedAt, s.found = full, time.Now(), d.found
	s.Files, s.Hash = d.contents()
	s.patterns = d.patterns
	if len(d.faults) > 0 {
		d.sort(d.faults)
		return nil, d.faults
	}
	d.sort(d.warnings)
	s.Warnings = d.warnings
	return s, nil
}

// sort brings faults into the order in which a person mends them.
func (d *decoder) sort(fs []Fault) {
	slices.SortStableFunc(fs, func(a, b Fault) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}

// contents lists the files that were read, and makes a hash of what they held.
func (d *decoder) contents() (files []string, hash string) {
	files = slices.Sorted(maps.Keys(d.read))
	return files, hashContents(files, func(f string) []byte { return d.read[f] })
}

// Changed tells whether the files are not what was loaded any more.
func (s *Snapshot) Changed() bool { return hashOf(s.Files) != s.Hash }

// hashOf makes the hash of what files hold now.
func hashOf(files []string) string {
	return hashContents(files, func(f string) []byte {
		data, _ := readRegular(f) // one that cannot be read holds nothing, as when it was loaded
		return data
	})
}

func hashContents(files []string, content func(file string) []byte) string {
	h := sha256.New()
	for _, f := range files {
		data := content(f)
		// A hash takes everything.
		_, _ = fmt.Fprintf(h, "%s\x00%d\x00", f, len(data))
		h.Write(data)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// resolve makes a Snapshot of the decoded document: it fills in defaults, looks up
// names, and checks everything.
func (d *decoder) resolve(root place, doc *document) *Snapshot {
	s := &Snapshot{}
	d.resolveServer(root, doc, s)
	d.resolveStorage(root, &doc.Storage, &s.Storage)
	d.resolveCollect(doc, s)
	s.Accounts, s.Clouds = d.resolveAccounts(doc)
	s.Catalogue = d.resolveCatalogue(root, doc)
	intervals := d.resolveIntervals(doc)
	contacts := d.resolveContacts(doc, s, intervals)
	d.resolveProviders(doc, s)
	d.resolveVoice(doc, s)
	s.SMTP = d.resolveSMTP(&doc.SMTP)
	rotas := d.resolveRotas(doc, s, contacts)
	d.resolveReceivers(doc, s, contacts, rotas, intervals)
	d.resolveAlarms(root, doc, s)
	d.resolveTold(root, doc, s)
	s.Heartbeat = d.resolveHeartbeat(&doc.Heartbeat)
	s.Drill = d.resolveDrill(&doc.Drill)
	d.resolveAccountNotify(doc, s)
	d.resolveInstances(root, doc, s)
	d.warnWithoutReceivers(root, doc, s)
	d.warnUnused(doc, s)
	d.warnUnusedSMTP(doc, s)
	d.warnFloods(doc, s)
	return s
}
