package scenario

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/daemon"
	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

// callAfter is how long nobody acknowledges before people are called: the shortest there is.
const callAfter = 30 * time.Second

// callFates are what becomes of the request for a call, to one person each.
func callFates() []farside.Fate {
	return []farside.Fate{
		{}, {Way: farside.AcceptThenCut}, {Way: farside.AcceptThenSilence}, {Way: farside.AcceptLate, Wait: 3 * time.Second}, {Way: farside.Silent},
		{Way: farside.CutUnaccepted}, {Way: farside.AcceptThenFail, Status: http.StatusBadGateway}, {Way: farside.Refuse, Status: http.StatusServiceUnavailable},
		{Way: farside.Refuse, Status: http.StatusTooManyRequests, RetryAfter: "2"}, farside.Portal(),
	}
}

// calledPhone is the number of one of those who are called.
func calledPhone(i int) string { return fmt.Sprintf("+493000010%d", i) }

// calls has people called because of an alarm that nobody acknowledges. The request for each
// call goes wrong in another way, and the product is killed in the midst of it.
func calls(ctx context.Context, o Options) (*World, error) {
	w, err := newWorld(o, "calls", fleetOf(2, 1)())
	if err != nil {
		return w, err
	}
	caller, err := farside.NewProvider(farside.BackupSID)
	if err != nil {
		return w, err
	}
	gate := farside.NewGate(caller)
	w.closers = append(w.closers, gate.Close)
	url, err := w.serve(gate)
	if err != nil {
		return w, err
	}
	w.config.Callers = []daemon.Provider{daemon.Twilio("caller", farside.BackupSID, url)}
	r := daemon.Receiver{Name: "called", CallAfter: callAfter}
	fates := callFates()
	for i := range fates {
		c := daemon.Contact{Name: fmt.Sprintf("called%d", i), Phone: calledPhone(i)}
		w.config.Contacts = append(w.config.Contacts, c)
		r.Voice = append(r.Voice, c.Name)
	}
	cloud, err := w.addCloudCalls(&r, caller)
	if err != nil {
		return w, err
	}
	w.config.Receivers = append(w.config.Receivers, r)
	if err := w.config.Write(w.daemon.Dir); err != nil {
		return w, err
	}
	if err := w.begin(ctx); err != nil {
		return w, err
	}
	gate.Set(func(r *http.Request) farside.Fate {
		if r.Method != http.MethodPost {
			return farside.Fate{}
		}
		return fates[calledOf(r)]
	})
	cloud.goWrong()
	return w, w.called(ctx, gate, caller, cloud, len(fates))
}

// calledOf finds whom a request calls.
func calledOf(r *http.Request) int {
	to := farside.FormValue(r, "To")
	for i := range callFates() {
		if to == calledPhone(i) {
			return i
		}
	}
	return 0
}

// called raises an alarm, kills the product when the first calls are under way, and counts them.
func (w *World) called(ctx context.Context, gate *farside.Gate, caller *farside.Provider, cloud *cloudCalls, people int) error {
	w.fleet.Set(0, 0, pages.Full) // critical, and nobody acknowledges it
	w.fleet.Set(1, 0, pages.High) // nobody is called for a warning
	first := w.rnd.IntN(people)
	asked, err := waitFor(ctx, callAfter+30*time.Second, func() bool { return len(gate.Posts()) > first })
	if err != nil {
		return err
	}
	if !asked {
		w.missed("somebody is called", "called", callAfter+30*time.Second)
	}
	if err := pause(ctx, 50*time.Millisecond); err != nil { // until the other requests were read
		return err
	}
	if err := w.kill(); err != nil {
		return err
	}
	gate.Set(nil)
	cloud.gate.Set(nil)
	if err := w.start(ctx); err != nil {
		return err
	}
	if _, err := waitFor(ctx, 2*time.Minute, func() bool { return gate.Behind() == 0 && len(caller.Calls()) >= people && cloud.called() }); err != nil {
		return err
	}
	for i := range 2 {
		w.fleet.Set(i, 0, pages.Calm)
	}
	if err := w.draw(ctx, w.patience()); err != nil {
		return err
	}
	got := make(map[string]int)
	wrong := 0
	for _, c := range caller.Calls() {
		got[c.To]++
		said := strings.ToLower(c.Said) // a sentence begins with the name
		if !strings.Contains(said, pages.ID(0)) || strings.Contains(said, pages.ID(1)) {
			wrong++
		}
	}
	for i, f := range callFates() {
		n := got[calledPhone(i)]
		w.count("calls where "+f.Name(), "1", n, n == 1)
	}
	w.count("calls about anything else", "0", wrong, wrong == 0)
	cloud.judge(w)
	return nil
}
