package simulated

import (
	"net"
	"syscall"
)

// loopbackOnly binds a wildcard address to the loopback device.
func loopbackOnly() (*net.ListenConfig, error) {
	return &net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var err error
		if controlErr := c.Control(func(fd uintptr) { err = syscall.BindToDevice(int(fd), "lo") }); controlErr != nil {
			return controlErr
		}
		return err
	}}, nil
}
