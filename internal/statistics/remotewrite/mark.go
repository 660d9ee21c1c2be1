package remotewrite

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/internal/atomicfile"
)

// mark is the time through which an endpoint has taken all, in a file.
type mark struct {
	path     string
	endpoint string // as it is shown
}

// markContent is what the file of a mark holds.
type markContent struct {
	Endpoint string    `json:"endpoint"`
	Through  time.Time `json:"taken_through"`
}

const (
	markPrefix = "remote-"
	markSuffix = ".json"
)

// markName returns the name of the file for an endpoint.
func markName(endpoint string) string {
	sum := sha256.Sum256([]byte(endpoint))
	return markPrefix + hex.EncodeToString(sum[:8]) + markSuffix
}

func markIn(dir, endpoint string) mark {
	return mark{path: filepath.Join(dir, markName(endpoint)), endpoint: endpoint}
}

// load returns the time that the file holds; false when there is no file.
func (m mark) load() (int64, bool, error) {
	raw, err := os.ReadFile(m.path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("read how much was sent: %w", err)
	}
	var content markContent
	if err := json.Unmarshal(raw, &content); err != nil {
		return 0, false, fmt.Errorf("read how much was sent: %s: %w", m.path, err)
	}
	if content.Through.IsZero() {
		return 0, false, fmt.Errorf("read how much was sent: %s holds no time", m.path)
	}
	return content.Through.UnixMilli(), true, nil
}

// save puts a time into the file.
func (m mark) save(through int64) error {
	raw, err := json.Marshal(markContent{Endpoint: m.endpoint, Through: time.UnixMilli(through).UTC()})
	if err != nil {
		return fmt.Errorf("note how much was sent: %w", err)
	}
	if err := atomicfile.Replace(m.path, append(raw, '\n'), 0o640); err != nil {
		return fmt.Errorf("note how much was sent: %w", err)
	}
	return nil
}

// Forget removes the marks in dir of endpoints other than those, when all that they
// could say was before the given time. The endpoints are named by their Options.Label, or
// as Shown has them.
func Forget(dir string, endpoints []string, before time.Time) error {
	found, err := filepath.Glob(filepath.Join(dir, markPrefix+"*"+markSuffix))
	if err != nil {
		return fmt.Errorf("look for marks of remote write: %w", err)
	}
	var keep []string
	for _, e := range endpoints {
		keep = append(keep, markName(e))
	}
	var errs []error
	for _, path := range found {
		if slices.Contains(keep, filepath.Base(path)) {
			continue
		}
		through, ok, err := mark{path: path}.load()
		if err != nil || !ok || through >= before.UnixMilli() {
			continue // one that cannot be read is looked at by who wants it
		}
		errs = append(errs, os.Remove(path))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("remove old marks of remote write: %w", err)
	}
	return nil
}
