//go:build !linux

package whole

import (
	"errors"
	"syscall"
)

// supported says that this system will not do: the benchmark reads /proc and
// needs a loopback address for each instance.
func supported() error { return errors.New("the whole daemon is measured on Linux only") }

func childAttributes() *syscall.SysProcAttr { return nil }

func raiseFileLimit(uint64) error { return supported() }

func diskUse(string) (int64, error) { return 0, supported() }
