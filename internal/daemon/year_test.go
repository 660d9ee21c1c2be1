package daemon

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/test/golden"
)

// year is Brimwatch as it lives through a year, on configurations as owners change them.
type year struct {
	t     *testing.T
	dir   string
	fleet *yearFleet
	life  life

	mu       sync.Mutex
	told     strings.Builder // what people read, as it came
	lines    []string        // the same, a message each
	day      string          // of the newest
	messages int
}

// load writes the configuration of the present day, and loads it.
func (y *year) load() *config.Snapshot {
	y.t.Helper()
	path := filepath.Join(y.dir, "brimwatch.yml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(y.fleet.yaml(), "DIR", y.dir)), 0o600); err != nil {
		y.t.Fatal(err)
	}
	s, err := config.Load(path)
	if err != nil {
		y.t.Fatal(err)
	}
	return s
}

// reload puts the configuration of the present day into force, as a reload does.
func (y *year) reload() {
	y.t.Helper()
	y.life.set(y.load())
}

// live lets days pass: owners act every hour, and what they change is taken.
func (y *year) live(until time.Time) {
	y.t.Helper()
	for y.life.now().Before(until) {
		y.life.pass(y.life.now().Add(time.Hour))
		if y.fleet.act(y.life.now()) {
			y.reload()
		}
	}
}

// away lets time go by without Brimwatch, while owners go on.
func (y *year) away(d time.Duration) {
	y.t.Helper()
	back := y.life.now().Add(d)
	y.fleet.act(back)
	y.life.down(back, y.load())
}

// account returns an account of the fleet.
func (y *year) account(name string) *yearAccount {
	i := slices.IndexFunc(y.fleet.accounts, func(a *yearAccount) bool { return a.name == name })
	return y.fleet.accounts[i]
}

// hear writes down what a person reads.
func (y *year) hear(at time.Time, m notifier.Message) {
	now := at.In(y.fleet.start.Location())
	what := fmt.Sprintf("%d notices", len(m.Notices))
	if len(m.Notices) == 1 {
		n := &m.Notices[0]
		about := n.Alert.Labels["instance_id"]
		if about == "" {
			about = "account " + n.Alert.Labels["account"]
		}
		what = fmt.Sprintf("%-9s %-12s %-15s", n.Kind, n.Rule, about)
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	if d := now.Format("2006-01-02 Mon"); d != y.day {
		fmt.Fprintf(&y.told, "\n%s\n", d)
		y.day = d
	}
	y.messages++
	line := fmt.Sprintf("  %s %-5s %-38s %s\n", now.Format("15:04"), strings.TrimPrefix(m.Recipient.Name, "sms/"), what, m.Text)
	y.told.WriteString(line)
	y.lines = append(y.lines, now.Format(time.DateTime)+line)
}

// notices writes down what people read, and why they did not read the rest.
func (y *year) notices() string {
	y.t.Helper()
	list := y.life.notices()
	unsent := make(map[string]int)
	for i := range list {
		n := &list[i]
		if n.State != notifier.NoticeDelivered {
			reason, _, _ := strings.Cut(n.Reason, " with ")
			unsent[string(n.State)+": "+reason]++
		}
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	out := fmt.Sprintf("%d text messages, of %d notices; times are of Shanghai\n", y.messages, len(list)) + y.told.String() + "\nnot sent\n"
	for _, reason := range slices.Sorted(maps.Keys(unsent)) {
		out += fmt.Sprintf("  %4d %s\n", unsent[reason], reason)
	}
	return out
}

// freeze freezes an instance, or thaws it.
func (y *year) freeze(id string, frozen bool) {
	y.t.Helper()
	y.fleet.instances[slices.IndexFunc(y.fleet.instances, func(in *yearInstance) bool { return in.id == id })].frozen = frozen
	y.reload()
}

// pay gives an account another balance.
func (y *year) pay(name, balance string) {
	y.t.Helper()
	y.account(name).balance = balance
	y.reload()
}

func shanghai(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestYear is a year of 200 instances of all kinds: renewals ahead, late and
// never, automatic ones that work and fail, accounts that run dry, and Brimwatch
// itself down for two weeks. The golden file is what people were told.
func TestYear(t *testing.T) {
	zone := shanghai(t)
	start := time.Date(2001, 1, 1, 0, 0, 0, 0, zone)
	y := &year{t: t, dir: t.TempDir(), fleet: newYearFleet(start)}
	y.life = newRehearsed(t, y.load(), start, y.hear)
	defer y.life.end()
	day := func(month time.Month, d, hour int) time.Time {
		return time.Date(2001, month, d, hour, 0, 0, 0, zone)
	}

	y.live(day(3, 10, 14))
	y.pay("acme", "700") // below its mark
	y.live(day(3, 12, 9))
	y.pay("acme", "-11.19")
	y.live(day(3, 13, 20))
	y.pay("acme", "8000")

	y.live(day(5, 4, 11))
	y.freeze("iot-new-03", true)
	y.live(day(5, 6, 16))
	y.freeze("iot-new-03", false)

	y.live(day(9, 1, 7))
	y.pay("globex", "-250")
	y.live(day(9, 24, 7))
	y.pay("globex", `"1,500.00"`)

	// A fortnight without Brimwatch, in which owners go on.
	y.live(day(11, 9, 8))
	y.away(14 * 24 * time.Hour)

	y.live(day(12, 31, 23))
	golden.Equal(t, "year.txt", []byte(y.notices()))
}

// TestARehearsalTellsWhatIsTold: a rehearsal tells people the same, at the same moments, as the
// daemon's own engine and dispatcher do while time goes by, also when Brimwatch is down for a while.
func TestARehearsalTellsWhatIsTold(t *testing.T) {
	zone := shanghai(t)
	dirs := []string{t.TempDir(), t.TempDir()}
	const stories = 12 // of those that rapid draws: each takes a third of a second, and ten times that under the race detector
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		if run++; run > stories {
			return
		}
		begin := time.Date(2001, 1, 1, 0, 0, 0, 0, zone).AddDate(0, 0, rapid.IntRange(0, 300).Draw(r, "start"))
		story := drawStory(r)
		var told [2][]string
		for i := range told {
			dir := filepath.Join(dirs[i], strconv.Itoa(run))
			if err := os.Mkdir(dir, 0o750); err != nil {
				t.Fatal(err)
			}
			y := &year{dir: dir, fleet: story.fleet(begin)}
			play := func(t *testing.T, open func(*year) life) {
				y.t = t
				y.life = open(y)
				story.play(y, begin)
				y.life.end()
			}
			if i == 0 {
				play(t, func(y *year) life { return newRehearsed(t, y.load(), begin, y.hear) })
			} else {
				synctest.Test(t, func(t *testing.T) {
					<-time.After(time.Until(begin))
					play(t, func(y *year) life { return newLived(t, y.dir, y.load(), y.hear) })
				})
			}
			slices.Sort(y.lines) // of one moment, in any order
			told[i] = y.lines
		}
		if diff := cmp.Diff(told[0], told[1]); diff != "" {
			r.Fatalf("rehearsed (-), lived (+):\n%s", diff)
		}
	})
}

// story is what happens to a small fleet in some weeks.
type story struct {
	keep []int // instances of the fleet of a year
	days int
	pays map[int]string        // balances of acme, by hour
	down map[int]time.Duration // for how long Brimwatch is down, by the hour at which it is stopped
}

func drawStory(r *rapid.T) story {
	s := story{days: rapid.IntRange(1, 21).Draw(r, "days"), pays: make(map[int]string), down: make(map[int]time.Duration)}
	s.keep = rapid.SliceOfNDistinct(rapid.IntRange(0, 199), 3, 15, rapid.ID[int]).Draw(r, "instances")
	for range rapid.IntRange(0, 4).Draw(r, "payments") {
		s.pays[rapid.IntRange(1, s.days*24).Draw(r, "hour")] = rapid.SampledFrom([]string{"700", "-11.19", "8000", "1020"}).Draw(r, "balance")
	}
	for range rapid.IntRange(0, 4).Draw(r, "stops") {
		tens := rapid.OneOf(rapid.IntRange(1, 5), rapid.IntRange(6, 6*23), rapid.IntRange(6*24, 6*24*4)).Draw(r, "down") // minutes, hours, days
		s.down[rapid.IntRange(1, s.days*24).Draw(r, "stop")] = time.Duration(tens) * 10 * time.Minute
	}
	return s
}

func (s *story) fleet(begin time.Time) *yearFleet {
	f := newYearFleet(begin)
	all := f.instances
	f.instances = nil
	for _, i := range slices.Sorted(slices.Values(s.keep)) {
		f.instances = append(f.instances, all[i])
	}
	return f
}

func (s *story) play(y *year, begin time.Time) {
	for hour := 1; hour <= s.days*24; hour++ {
		at := begin.Add(time.Duration(hour) * time.Hour)
		if y.life.now().After(at) {
			continue
		}
		y.live(at)
		if balance, some := s.pays[hour]; some {
			y.pay("acme", balance)
		}
		if d := s.down[hour]; d > 0 {
			y.away(d)
		}
	}
	y.live(y.life.now().Add(time.Hour)) // so that what is due at the last moment is told in both
}
