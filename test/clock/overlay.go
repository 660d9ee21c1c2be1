package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/brimwatch/brimwatch/internal/atomicfile"
)

// What time.Now does with the seconds of the real clock. In a bubble of
// testing/synctest it has returned before, so that the bubble's clock stays.
const (
	original = "\tmono -= startNano\n\tsec += unixToInternal - minWall\n"
	moved    = "\tmono -= startNano\n\tsec += clockShift + clockJump.Load() + unixToInternal - minWall\n"
)

// The environment of a test binary: the first is set by this program, the second
// by a process that has the first, for those that it starts.
const (
	momentVariable = "BRIMWATCH_TEST_MOMENT"
	shiftVariable  = "BRIMWATCH_TEST_SHIFT"
)

// jumpVariable names a file that says how far the wall clock of a process is off
// at the moment, such as -25h: whoever writes it sets the clock of the running
// process, and leaves its monotonic clock alone.
const jumpVariable = "BRIMWATCH_TEST_JUMP_FILE"

// jumpEvery is how often a process reads that file.
const jumpEvery = "20 * Millisecond"

// shiftSource is a further file of package time.
const shiftSource = `package time

import (
	"sync/atomic"
	"syscall"
)

// clockShift is how many seconds this process's clock is ahead of the real one.
// It is worked out once, so that the clock runs on from the moment.
var clockShift = readClockShift()

func readClockShift() int64 {
	if text, ok := syscall.Getenv("` + shiftVariable + `"); ok && text != "" {
		shift, err := ParseDuration(text)
		if err != nil {
			panic("` + shiftVariable + `: " + err.Error())
		}
		return int64(shift / Second)
	}
	text, ok := syscall.Getenv("` + momentVariable + `")
	if !ok || text == "" {
		return 0
	}
	moment, err := Parse("` + layout + `", text)
	if err != nil {
		panic("` + momentVariable + `: " + err.Error())
	}
	sec, _, _ := now()
	shift := moment.Unix() - sec
	// Those that this process starts have the same clock.
	if err := syscall.Setenv("` + shiftVariable + `", (Duration(shift) * Second).String()); err != nil {
		panic("` + shiftVariable + `: " + err.Error())
	}
	return shift
}

// clockJump is how many seconds the clock was set forward since, by a file. Now may
// be called where nothing may block, so a goroutine reads the file.
var clockJump atomic.Int64

func init() {
	path, ok := syscall.Getenv("` + jumpVariable + `")
	if !ok || path == "" {
		return
	}
	readClockJump(path)
	go func() {
		for {
			Sleep(` + jumpEvery + `)
			readClockJump(path)
		}
	}()
}

// readClockJump takes over what the file says. A file that is not there says that
// the clock is right; what is no duration, as it is half written, changes nothing.
func readClockJump(path string) {
	fd, err := open(path)
	if err == syscall.ENOENT {
		clockJump.Store(0)
	}
	if err != nil {
		return
	}
	defer closefd(fd)
	var buf [64]byte
	n, err := read(fd, buf[:])
	if err != nil || n <= 0 {
		return
	}
	text := string(buf[:n])
	for len(text) > 0 && (text[len(text)-1] == '\n' || text[len(text)-1] == ' ') {
		text = text[:len(text)-1]
	}
	if jump, err := ParseDuration(text); err == nil {
		clockJump.Store(int64(jump / Second))
	}
}
`

// folder is where the overlay is kept: the same at each run, so that Go's build
// cache knows what it has built with it.
func folder() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "brimwatch-clock")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make a folder for the overlay: %w", err)
	}
	return dir, nil
}

// makeOverlay writes a package time with another clock into a folder, and
// returns the path of the file that go test -overlay takes.
func makeOverlay(ctx context.Context, dir string) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return "", fmt.Errorf("ask Go where its library is: %w", err)
	}
	root, version, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	library := filepath.Join(root, "src", "time")
	source, err := os.ReadFile(filepath.Join(library, "time.go"))
	if err != nil {
		return "", fmt.Errorf("read the source of package time: %w", err)
	}
	source, err = moveClock(source)
	if err != nil {
		return "", fmt.Errorf("%s of %s: %w", filepath.Join(library, "time.go"), version, err)
	}
	dir = filepath.Join(dir, version)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make a folder for the overlay: %w", err)
	}
	clock, shift, overlay := filepath.Join(dir, "time.go"), filepath.Join(dir, "shift.go"), filepath.Join(dir, "overlay.json")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(library, "time.go"):     clock,
		filepath.Join(library, "zz_shift.go"): shift,
	}})
	if err != nil {
		return "", fmt.Errorf("write the overlay: %w", err)
	}
	for path, content := range map[string][]byte{clock: source, shift: []byte(shiftSource), overlay: list} {
		if err := atomicfile.Replace(path, content, 0o600); err != nil {
			return "", fmt.Errorf("write the overlay: %w", err)
		}
	}
	return overlay, nil
}

// moveClock returns the source of package time with a time.Now that is ahead by
// clockShift and clockJump.
func moveClock(source []byte) ([]byte, error) {
	if bytes.Count(source, []byte(original)) != 1 {
		return nil, errors.New("time.Now is written in another way than test/clock/overlay.go knows: read it there, and change the two texts at the top of that file")
	}
	return bytes.Replace(source, []byte(original), []byte(moved), 1), nil
}
