// Package atomicfile replaces files for good. Whoever reads such a file finds
// the content of before or of after, never a piece of it, even after the power
// was lost in between.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace makes content the content of the file at path, which need not exist.
// It writes a temporary file beside it, syncs it, renames it, and syncs the
// folder. After an error the file is as it was, except when only the folder could
// not be synced: then it has the new content, which a loss of power may take back.
// A path that is a symbolic link is replaced itself. Errors are of the file system
// and name the step.
func Replace(path string, content []byte, mode fs.FileMode) error {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("make a temporary file: %w", err)
	}
	_, err = tmp.Write(content)
	err = errors.Join(err, tmp.Chmod(mode.Perm()), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(tmp.Name()))
	}
	return syncDir(dir)
}

// syncDir makes a rename in a folder last through a loss of power.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync the folder: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("sync the folder: %w", err)
	}
	return nil
}
