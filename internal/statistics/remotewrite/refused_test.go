package remotewrite

import (
	"bytes"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestBadSamplesDoNotCostTheRest has a far side that refuses any request with one of a
// few samples in it: all others arrive, and exactly those are counted.
func TestBadSamplesDoNotCostTheRest(t *testing.T) {
	for _, status := range []int{http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity} {
		synctest.Test(t, func(t *testing.T) {
			dir, p, far := t.TempDir(), newPast(), newStrict(t)
			begun(t, dir, farURL, time.Now())
			fill(p, 300, time.Now(), time.Now().Add(2*time.Minute))
			all := p.all()
			bad := func(s stamped) bool { return s.Series == connections(7).String() || s == all[len(all)/2] }
			far.before = func(list []stamped) fate {
				if slices.ContainsFunc(list, bad) {
					return fate{status: status}
				}
				return fate{}
			}
			<-time.After(time.Hour)
			var log bytes.Buffer
			w := run(t, farURL, Options{History: p.history(24 * time.Hour), Dir: dir, Transport: far, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			<-time.After(10 * time.Minute)
			w.end()
			want := slices.DeleteFunc(slices.Clone(all), bad)
			if diff := cmp.Diff(want, far.has()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if n := refused(w); int(n) != len(all)-len(want) {
				t.Errorf("%v are counted as refused, want %d", n, len(all)-len(want))
			}
			if n := strings.Count(log.String(), "refuses samples"); n != 1 {
				t.Errorf("it is said %d times:\n%s", n, log.String())
			}
		})
	}
}

// TestAllIsRefused has a far side that refuses whatever is older than a moment: it does
// not take many more requests to find that out, and what is newer arrives.
func TestAllIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, p, far := t.TempDir(), newPast(), newStrict(t)
		begun(t, dir, farURL, time.Now())
		fill(p, 300, time.Now(), time.Now().Add(time.Hour))
		bound := time.Now().Add(50 * time.Minute).UnixMilli()
		far.before = func(list []stamped) fate {
			if slices.ContainsFunc(list, func(s stamped) bool { return s.T < bound }) {
				return fate{status: http.StatusBadRequest}
			}
			return fate{}
		}
		<-time.After(time.Hour)
		var log bytes.Buffer
		w := run(t, farURL, Options{History: p.history(24 * time.Hour), Dir: dir, Transport: far, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		<-time.After(20 * time.Minute)
		w.end()
		newer := slices.DeleteFunc(p.all(), func(s stamped) bool { return s.T < bound })
		got := far.has()
		if missing := len(newer) - len(got); missing < 0 || missing > 300 {
			t.Errorf("%d of %d newer samples are missing, want less than a round", missing, len(newer))
		}
		if n := int(refused(w)); n != len(p.all())-len(got) {
			t.Errorf("%d are counted as refused, want %d", n, len(p.all())-len(got))
		}
		// 240 rounds of one request each, of which 200 are refused with both halves.
		if far.requests > 3*200+2*mostCredit+40+20 {
			t.Errorf("%d requests", far.requests)
		}
		if strings.Count(log.String(), "refuses samples") != 1 || strings.Count(log.String(), "takes all samples again") != 1 {
			t.Errorf("log:\n%s", log.String())
		}
	})
}
