package web_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/golden"
)

// subscribe asks for the feed as a calendar program does that has seen a tag.
func subscribe(t *testing.T, f *fake, path, tag string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "brim.example:9740"
	if tag != "" {
		r.Header.Set("If-None-Match", tag)
	}
	w := httptest.NewRecorder()
	handler(t, f).ServeHTTP(w, r)
	return w
}

func TestFeed(t *testing.T) {
	w := subscribe(t, realistic(), "/calendar.ics", "")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/calendar; charset=utf-8" {
		t.Fatal(w.Code, w.Header())
	}
	golden.Equal(t, "calendar.ics", w.Body.Bytes())
	short := subscribe(t, realistic(), "/calendar.ics?days=10&account=acme&product=mqtt", "").Body.String()
	wants(t, short, "X-WR-CALNAME:Brimwatch · acme · mqtt\r\n", "SUMMARY:Orders: expires\\; it stays usable for a grace\r\n",
		"DTSTART:20261127T081204Z\r\n", "URL:http://brim.example:9740/instances/mqtt-cn-0pp1abc\r\n")
	if n := strings.Count(short, "BEGIN:VEVENT"); n != 1 {
		t.Errorf("%d entries, want only the end of Orders", n)
	}
}

func TestFeedIsFetchedOnlyWhenItChanged(t *testing.T) {
	f := realistic()
	first := subscribe(t, f, "/calendar.ics", "")
	tag := first.Header().Get("ETag")
	if !strings.HasPrefix(tag, `W/"`) || first.Header().Get("Cache-Control") != "private, no-cache" {
		t.Fatal(first.Header())
	}
	for _, sent := range []string{tag, `"other", ` + tag, strings.TrimPrefix(tag, "W/"), "*"} {
		if w := subscribe(t, f, "/calendar.ics", sent); w.Code != http.StatusNotModified || w.Body.Len() != 0 || w.Header().Get("ETag") != tag {
			t.Errorf("%s: %d, %d bytes", sent, w.Code, w.Body.Len())
		}
	}
	if w := subscribe(t, f, "/calendar.ics?days=30", tag); w.Code != http.StatusOK {
		t.Errorf("another list: %d", w.Code)
	}
	f.standings = slices.Clone(f.standings)
	pays(&f.standings[0], fleet.Term{Method: fleet.Subscription, Policy: "mqtt", Expires: now().AddDate(0, 1, 0)}, &f.accounts[0])
	if w := subscribe(t, f, "/calendar.ics", tag); w.Code != http.StatusOK || w.Header().Get("ETag") == tag {
		t.Errorf("after a renewal: %d", w.Code)
	}
}

// entry returns the entry of a feed whose summary begins so.
func entry(t *testing.T, feed, summary string) string {
	t.Helper()
	feed = strings.ReplaceAll(feed, "\r\n ", "")
	for one := range strings.SplitSeq(feed, "BEGIN:VEVENT") {
		if strings.Contains(one, "SUMMARY:"+summary) {
			return one
		}
	}
	t.Fatalf("no entry %q in\n%s", summary, feed)
	return ""
}

func TestRenewalMovesEntries(t *testing.T) {
	uid := regexp.MustCompile(`UID:(\S+)`)
	f := realistic()
	before := subscribe(t, f, "/calendar.ics", "").Body.String()
	pays(&f.standings[0], fleet.Term{Method: fleet.Subscription, Policy: "mqtt", Expires: time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC)}, &f.accounts[0])
	after := subscribe(t, f, "/calendar.ics", "").Body.String()
	for _, what := range []string{"Orders: expires", "Orders: is suspended", "Orders: is released"} {
		a, b := entry(t, before, what), entry(t, after, what)
		if uid.FindString(a) == "" || uid.FindString(a) != uid.FindString(b) {
			t.Errorf("%s is not the same entry after a renewal:\n%s%s", what, a, b)
		}
		if a == b {
			t.Errorf("%s did not move", what)
		}
	}
	wants(t, entry(t, after, "Orders: expires"), "DTSTART;VALUE=DATE:20270101\r\nDTEND;VALUE=DATE:20270102\r\n", "(last day 2026-12-31)")
	pays(&f.standings[0], fleet.Term{Method: fleet.Subscription, Policy: "mqtt", Expires: now().AddDate(1, 0, 0)}, &f.accounts[0])
	if gone := subscribe(t, f, "/calendar.ics", "").Body.String(); strings.Contains(gone, "SUMMARY:Orders") {
		t.Error("entries of the old term stay after a renewal by a year")
	}
}

func TestFeedRefusesOtherDays(t *testing.T) {
	for _, days := range []string{"0", "-1", "3661", "soon", "1e3"} {
		w := subscribe(t, realistic(), "/calendar.ics?days="+days, "")
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "from 1 to 3660") {
			t.Errorf("%s: %d %s", days, w.Code, w.Body)
		}
	}
}

func TestFeedOfALargeFleetIsCut(t *testing.T) {
	f := &fake{}
	for range 6000 {
		st := fleet.Standing{Instance: &fleet.Instance{ID: "broker-" + time.Duration(len(f.standings)).String(), Product: "mqtt"}}
		pays(&st, fleet.Term{Method: fleet.Subscription, Policy: "mqtt", Expires: now().AddDate(0, 0, 80)}, nil)
		f.standings = append(f.standings, st)
	}
	body := subscribe(t, f, "/calendar.ics", "").Body.String()
	if n := strings.Count(body, "BEGIN:VEVENT"); n != 5000 {
		t.Errorf("%d entries", n)
	}
	wants(t, strings.ReplaceAll(body, "\r\n ", ""), "X-WR-CALDESC:The first 5000 of 6000 entries.")
}
