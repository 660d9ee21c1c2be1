package simulated

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestPages(t *testing.T) {
	for _, tt := range []struct {
		mode             string
		series           int
		atLeast, atMost  int
		wantedFarthestAt int // line of the last of the four, at least
	}{
		{"full", 149, 15_000, 17_000, 400},
		{"small", 6, 500, 620, 10},
	} {
		t.Run(tt.mode, func(t *testing.T) {
			model := NewModel(epoch())
			page, err := NewPage(model, tt.mode)
			if err != nil {
				t.Fatal(err)
			}
			at := epoch().Add(5 * time.Hour)
			b := page.Append(nil, 17, at)
			if len(b) < tt.atLeast || len(b) > tt.atMost {
				t.Errorf("the page has %d bytes", len(b))
			}
			got := values(t, b)
			if page.Series() != tt.series || len(got) != tt.series {
				t.Errorf("the page has %d series of %d different names", page.Series(), len(got))
			}
			for _, m := range Metrics() {
				if want := model.Value(17, m, at); got[m.Series()] != want {
					t.Errorf("%s is %d, not %d", m.Series(), got[m.Series()], want)
				}
			}
			if line := bytes.Count(b[:bytes.Index(b, []byte("\nemqx_subscriptions_count "))], []byte("\n")); line < tt.wantedFarthestAt {
				t.Errorf("the last series of the model is in line %d", line)
			}
			if !bytes.Equal(page.Append(nil, 17, at), b) {
				t.Error("the same moment gives another page")
			}
		})
	}
}

func TestPageOfUnknownMode(t *testing.T) {
	if _, err := NewPage(NewModel(epoch()), "huge"); err == nil || !strings.Contains(err.Error(), `"huge"`) {
		t.Errorf("error: %v", err)
	}
}

// values reads a page, and fails where a line is not what the text format has.
func values(t *testing.T, page []byte) map[string]int64 {
	t.Helper()
	out := make(map[string]int64)
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "# ") {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		v, err := strconv.ParseInt(value, 10, 64)
		if !ok || err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		out[name] = v
	}
	return out
}
