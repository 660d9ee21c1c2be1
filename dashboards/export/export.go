// Package export writes the dashboards into a folder, without taking away what somebody
// changed there.
//
// A file of the name .exported keeps the sums of what was written, in the format of
// sha256sum. A file that still has its sum is replaced when the new one differs: so a
// newer Brimwatch brings its dashboards up to date. One that has another content was
// changed by somebody, or is not ours: it stays, and is named, unless it shall be
// replaced all the same. Files are replaced as a whole, so Grafana, which looks at them
// every ten seconds, never reads half of one.
package export

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/brimwatch/brimwatch/dashboards"
	"github.com/brimwatch/brimwatch/internal/atomicfile"
)

// sumsName is the file that keeps the sums.
const sumsName = ".exported"

// Modes of what is written. Grafana runs as another user, and there is no secret in it.
const (
	fileMode   = 0o644
	folderMode = 0o755
)

// Result is what became of the files, each by its path in the folder.
type Result struct {
	Written []string // new, or brought up to date
	Same    []string // as they were
	Kept    []string // changed by somebody, and left alone
}

// Write writes files into the folder dir, which need not exist. With force it replaces
// what somebody changed, too. After an error some files may have been written.
func Write(dir string, files []dashboards.File, force bool) (Result, error) {
	var r Result
	sums, err := readSums(dir)
	if err != nil {
		return r, err
	}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		before, err := os.ReadFile(path)
		switch {
		case err == nil && bytes.Equal(before, f.Content):
			r.Same = append(r.Same, f.Path)
			sums[f.Path] = sum(f.Content)
			continue
		case err == nil && !force && sums[f.Path] != sum(before):
			r.Kept = append(r.Kept, f.Path)
			continue
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return r, fmt.Errorf("read what is there: %w", err)
		}
		if err := os.MkdirAll(filepath.Dir(path), folderMode); err != nil {
			return r, fmt.Errorf("make the folder: %w", err)
		}
		if err := atomicfile.Replace(path, f.Content, fileMode); err != nil {
			return r, err
		}
		r.Written = append(r.Written, f.Path)
		sums[f.Path] = sum(f.Content)
	}
	return r, writeSums(dir, files, sums)
}

func sum(content []byte) string {
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}

// readSums reads what was written before. A line that makes no sense is left out: then
// its file is taken for one that somebody changed.
func readSums(dir string) (map[string]string, error) {
	sums := make(map[string]string)
	content, err := os.ReadFile(filepath.Join(dir, sumsName))
	if errors.Is(err, fs.ErrNotExist) {
		return sums, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what was exported before: %w", err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(content)); lines.Scan(); {
		if s, path, ok := strings.Cut(lines.Text(), "  "); ok {
			sums[path] = s
		}
	}
	return sums, nil
}

// writeSums keeps the sums of the files that are as they were exported.
func writeSums(dir string, files []dashboards.File, sums map[string]string) error {
	var b bytes.Buffer
	for _, f := range files {
		if s, ok := sums[f.Path]; ok {
			fmt.Fprintf(&b, "%s  %s\n", s, f.Path)
		}
	}
	path := filepath.Join(dir, sumsName)
	if before, err := os.ReadFile(path); err == nil && bytes.Equal(before, b.Bytes()) {
		return nil
	}
	return atomicfile.Replace(path, b.Bytes(), fileMode)
}
