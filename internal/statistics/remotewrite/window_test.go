package remotewrite

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/labels"
)

// TestRounds parts windows by hand: what is one round, and through when it goes.
func TestRounds(t *testing.T) {
	type round struct {
		Times   []int64
		Through int64
	}
	for _, c := range []struct {
		name   string
		points []point
		want   []round
	}{
		{"empty", nil, []round{{nil, 100}}},
		{"one series", []point{{1, 0, 0}, {5, 0, 0}, {9, 0, 0}}, []round{{[]int64{1}, 4}, {[]int64{5}, 8}, {[]int64{9}, 100}}},
		{"one moment", []point{{1, 0, 0}, {1, 0, 1}, {1, 0, 2}}, []round{{[]int64{1, 1, 1}, 100}}},
		{"no moment is cut", []point{{1, 0, 0}, {2, 0, 1}, {3, 0, 1}, {3, 0, 2}, {4, 0, 0}}, []round{{[]int64{1, 2}, 2}, {[]int64{3, 3, 4}, 100}}},
		{"a new one within", []point{{1, 0, 0}, {2, 0, 1}, {3, 0, 0}, {4, 0, 1}, {5, 0, 2}}, []round{{[]int64{1, 2}, 2}, {[]int64{3, 4, 5}, 100}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &window{points: c.points, to: 100, series: []labels.Labels{connections(0), connections(1), connections(2)}}
			var got []round
			for points, through := range w.rounds() {
				var times []int64
				for _, p := range points {
					times = append(times, p.t)
				}
				got = append(got, round{times, through})
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestForget removes the marks of endpoints that left the configuration long ago.
func TestForget(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	old, recent := now.Add(-48*time.Hour), now.Add(-time.Hour)
	for name, at := range map[string]time.Time{"http://a/": old, "http://b/": old, "http://c/": recent} {
		begun(t, dir, name, at)
	}
	other := filepath.Join(dir, "facts.log")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Forget(dir, []string{"http://a/"}, now.Add(-24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	want := []string{"facts.log", markName("http://a/"), markName("http://c/")}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestMarkHasNoSecret reads the file of a mark.
func TestMarkHasNoSecret(t *testing.T) {
	dir := t.TempDir()
	if _, err := New(Endpoint{URL: farURL}, Options{History: newPast().history(time.Hour), Dir: dir}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, markName("http://far.test/write")))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(raw); len(got) < 60 || got[:60] != `{"endpoint":"http://far.test/write","taken_through":"`+time.Now().UTC().Format("2006-01") {
		t.Errorf("the file holds %s", got)
	}
}
