package whole

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"
)

// supported says nothing on Linux.
func supported() error { return nil }

// childAttributes puts a child into a process group of its own, so that Ctrl-C
// reaches it through us and in order, and has it killed should we be.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// raiseFileLimit gives this process and the children it starts from now on at
// least so many open files each.
func raiseFileLimit(need uint64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("ask for the limit of open files: %w", err)
	}
	hard := limit.Max
	limit.Cur, limit.Max = max(limit.Cur, need), max(limit.Max, need)
	// Set even if it is high enough: the Go runtime has raised it for this process
	// alone, and gives children the old one unless the program sets it itself.
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("each process needs %d open files, and this user may have %d: raise it (ulimit -Hn, LimitNOFILE) or measure fewer instances with -n: %w", need, hard, err)
	}
	return nil
}

// diskUse is what the files below a folder take on the disk, in bytes. Files that
// vanish meanwhile do not count.
func diskUse(dir string) (sum int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			var info fs.FileInfo
			if info, err = e.Info(); err == nil {
				if st, ok := info.Sys().(*syscall.Stat_t); ok {
					sum += st.Blocks * 512 // of 512 bytes whatever the file system: stat(2)
				}
			}
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("measure the disk: %w", err)
	}
	return sum, nil
}
