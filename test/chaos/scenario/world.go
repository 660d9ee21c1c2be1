// Package scenario holds what is done to the product, and what must come of it: each
// scenario makes a world of its own, with a fleet of pages, a provider and webhook
// receivers behind gates, and the product as a process that watches the pages.
package scenario

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/test/chaos/daemon"
	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/ledger"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

// Options say how scenarios are run.
type Options struct {
	Binary string // the product
	// Jumps is the product with a wall clock that jumps as a file says; "" leaves out
	// what needs it.
	Jumps  string
	Dir    string // a folder for everything; each scenario makes its own in it
	Seed   uint64
	Brief  bool // outages of seconds, small storms, few kills
	Kills  int
	Outage time.Duration // how long outages last; 0 is as the scenario says
	Storm  int           // alarms of a storm; 0 is as the scenario says
	Log    func(format string, args ...any)
}

// Figure is one thing that was seen, against its mark.
type Figure struct {
	What, Mark, Got string
	OK              bool
	// Timed marks one that a busy machine may miss: a length of time, or a count of
	// what happens within one.
	Timed bool
}

// World is the surroundings of the product in one scenario.
type World struct {
	Options
	rnd      *rand.Rand
	config   daemon.Config
	fleet    *pages.Fleet
	provider *farside.Provider
	sms      *farside.Gate
	backup   *farside.Provider // a second one; nil is none
	spare    *farside.Gate     // the gate of it
	hooks    map[string]*hook  // by name
	lines    []*line           // all further ways
	daemon   *daemon.Daemon

	journal map[string]wire.Notice // by id, as it was seen last
	stays   []ledger.Stay
	settled bool
	perhaps map[string]bool // recipients that another may be told in the place of
	// byHook draws the ledger up of webhooks alone: the journal is too long to say
	// which notices a text message carried.
	byHook  bool
	figures []Figure
	report  ledger.Report
	closers []func()
}

// hook is one webhook receiver.
type hook struct {
	*farside.Hook
	gate *farside.Gate
	url  string
}

// The people of all worlds.
const (
	weiPhone = "+4930000001"
	liPhone  = "+4930000002"
)

// newWorld makes a world with a fleet and one receiver of two people and a webhook.
// The product does not run yet.
func newWorld(o Options, name string, fleet *pages.Fleet) (*World, error) {
	dir := filepath.Join(o.Dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a folder for the scenario: %w", err)
	}
	w := &World{
		Options: o, rnd: rand.New(rand.NewPCG(o.Seed, o.Seed)), fleet: fleet,
		hooks: make(map[string]*hook), journal: make(map[string]wire.Notice),
	}
	var err error
	if w.provider, err = farside.NewProvider(farside.AccountSID); err != nil {
		return nil, err
	}
	if w.daemon, err = daemon.New(dir, o.Binary); err != nil {
		return nil, err
	}
	w.sms = farside.NewGate(w.provider)
	w.config = daemon.Config{Listen: w.daemon.Listen, Interval: time.Second, Fleet: fleet}
	w.closers = append(w.closers, w.sms.Close, w.daemon.Close)
	if w.config.Provider, err = w.serve(w.sms); err != nil {
		return nil, errors.Join(err, w.close())
	}
	if w.config.Pages, err = w.serve(fleet); err != nil {
		return nil, errors.Join(err, w.close())
	}
	h, err := w.addHook("a")
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	w.config.Contacts = []daemon.Contact{{Name: "wei", Phone: weiPhone}, {Name: "li", Phone: liPhone}}
	w.config.Receivers = []daemon.Receiver{{Name: "oncall", Way: daemon.Way{SMS: []string{"wei", "li"}, Webhooks: []daemon.Webhook{hookAt(h.url)}}}}
	w.stay("sms/" + weiPhone)
	w.stay("sms/" + liPhone)
	return w, w.config.Write(dir)
}

// addBackup opens a second provider, which the product asks after the first. The product
// does not run yet.
func (w *World) addBackup() error {
	var err error
	if w.backup, err = farside.NewProvider(farside.BackupSID); err != nil {
		return err
	}
	w.spare = farside.NewGate(w.backup)
	w.closers = append(w.closers, w.spare.Close)
	if w.config.Backup, err = w.serve(w.spare); err != nil {
		return err
	}
	return w.config.Write(w.daemon.Dir)
}

// texts are all that the providers accepted, oldest first.
func (w *World) texts() []farside.Text {
	out := w.provider.Texts()
	if w.backup != nil {
		out = append(out, w.backup.Texts()...)
	}
	for _, l := range w.lines {
		if l.texts != nil {
			out = append(out, l.texts()...)
		}
	}
	slices.SortStableFunc(out, func(a, b farside.Text) int { return a.At.Compare(b.At) })
	return out
}

// addHook opens a webhook receiver that is to be told from now on.
func (w *World) addHook(name string) (*hook, error) {
	h := &hook{Hook: farside.NewHook("webhook/" + name)}
	h.gate = farside.NewGate(h.Hook)
	url, err := w.serve(h.gate)
	h.url = url + "/" + name
	w.closers = append(w.closers, h.gate.Close)
	w.hooks[name] = h
	w.stay("webhook/" + name)
	return h, err
}

// hookAt is a webhook as it is configured.
func hookAt(url string) daemon.Webhook { return daemon.Webhook{URL: url, Timeout: 5 * time.Second} }

// serve serves a handler on the loopback until the world ends.
func (w *World) serve(h http.Handler) (url string, err error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("serve the far side: %w", err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l) // it ends when it is closed
	}()
	w.closers = append(w.closers, func() {
		_ = server.Close() // nothing waits for its answers any more
		<-done
	})
	return "http://" + l.Addr().String(), nil
}

// close ends everything: first the product, then what it talks to.
func (w *World) close() error {
	var err error
	if w.daemon.Running() {
		err = w.daemon.Stop()
	}
	for i := len(w.closers) - 1; i >= 0; i-- {
		w.closers[i]()
	}
	return err
}

// stay says that a recipient is to be told from now on.
func (w *World) stay(recipient string) {
	w.stays = append(w.stays, ledger.Stay{Recipient: recipient, From: time.Now()})
}

// leave says that a recipient is to be told no longer.
func (w *World) leave(recipient string) {
	for i := range w.stays {
		if s := &w.stays[i]; s.Recipient == recipient && s.Until.IsZero() {
			s.Until = time.Now()
		}
	}
}

// start starts the product.
func (w *World) start(ctx context.Context) error {
	w.fleet.Life()
	return w.daemon.Start(ctx)
}

// kill ends it as the kernel does.
func (w *World) kill() error { return w.daemon.Kill() }

// restart ends it as the kernel does, and starts it.
func (w *World) restart(ctx context.Context) error {
	if err := w.kill(); err != nil {
		return err
	}
	return w.start(ctx)
}

// reload writes the configuration and loads it.
func (w *World) reload(ctx context.Context) error {
	if err := w.config.Write(w.daemon.Dir); err != nil {
		return err
	}
	return w.daemon.Reload(ctx)
}

// weather sets what becomes of requests at the far sides that each world has; nil lets all go
// well at all others, too.
func (w *World) weather(choose func(*http.Request) farside.Fate) {
	w.sms.Set(choose)
	if w.spare != nil {
		w.spare.Set(choose)
	}
	for _, h := range w.hooks {
		h.gate.Set(choose)
	}
	if choose == nil {
		for _, l := range w.lines {
			l.set(nil)
		}
	}
}

// say notes what a scenario does.
func (w *World) say(format string, args ...any) { w.Log(format, args...) }

// long chooses a length of time by whether this is the brief form.
func (w *World) long(brief, full time.Duration) time.Duration {
	if w.Brief {
		return brief
	}
	return full
}

// high is the level of alarms that must not wait for a minute to be over in the brief
// form: text messages about warnings keep a pace, those about what is critical do not.
func (w *World) high() pages.Level {
	if w.Brief {
		return pages.Full
	}
	return pages.High
}

// many chooses a number in the same way.
func (w *World) many(brief, full int) int {
	if w.Storm > 0 {
		return w.Storm
	}
	if w.Brief {
		return brief
	}
	return full
}

// count notes a figure that must hold on any machine.
func (w *World) count(what, mark string, got any, ok bool) {
	w.figures = append(w.figures, Figure{What: what, Mark: mark, Got: fmt.Sprint(got), OK: ok})
}

// timed notes a length of time against the most that it may be.
func (w *World) timed(what string, got, most time.Duration) {
	w.figures = append(w.figures, Figure{What: what, Mark: "at most " + short(most), Got: short(got), OK: got <= most, Timed: true})
}

// missed notes that something did not happen within a time.
func (w *World) missed(what, mark string, waited time.Duration) {
	w.figures = append(w.figures, Figure{What: what, Mark: mark, Got: "not within " + short(waited)})
}

// short writes a length of time for a table.
func short(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// pause lets time go by.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// waitFor waits until something holds, and tells whether it did in time.
func waitFor(ctx context.Context, most time.Duration, holds func() bool) (bool, error) {
	deadline := time.Now().Add(most)
	for {
		if holds() {
			return true, nil
		}
		if time.Now().After(deadline) {
			return false, nil
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return false, err
		}
	}
}
