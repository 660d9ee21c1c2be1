package daemon

import "syscall"

// dieWithParent makes the kernel end the process when the program that started it is
// killed.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
