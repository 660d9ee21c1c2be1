package store

import (
	"fmt"
	"syscall"
)

func mount(dir string, mib int) error {
	return syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, fmt.Sprintf("size=%dm,mode=0700", mib))
}

// unmountNow takes the disk away, whoever still has a file open there.
func unmountNow(dir string) error { return syscall.Unmount(dir, syscall.MNT_DETACH) }
