package asked

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/brimwatch/brimwatch/internal/api/wire"
)

func TestSilence(t *testing.T) {
	one := map[string]string{"team": "orders"}
	for _, tt := range []struct {
		name   string
		body   wire.NewSilence
		until  time.Time // zero: the end is not looked at
		faults []string
	}{
		{"for a while", wire.NewSilence{Matchers: one, For: "2h"}, now().Add(2 * time.Hour), nil},
		{"until a moment", wire.NewSilence{Matchers: one, Until: now().Add(time.Minute)}, now().Add(time.Minute), nil},
		{"of everything", wire.NewSilence{For: "2h"}, time.Time{}, []string{`matchers is empty; name what to hold, such as {"instance_id":"mqtt-cn-0pp1abc"}`}},
		{"without an end", wire.NewSilence{Matchers: one}, time.Time{}, []string{"until or for is missing"}},
		{"with two ends", wire.NewSilence{Matchers: one, For: "2h", Until: now().Add(time.Hour)}, time.Time{}, []string{"for and until say the same; give one of them"}},
		{"that has passed", wire.NewSilence{Matchers: one, Until: now()}, time.Time{}, []string{"the silence would end at 2026-11-23T03:12:04Z, which has passed"}},
		{"for longer than a year", wire.NewSilence{Matchers: one, For: "367d"}, time.Time{}, []string{"the silence would last longer than a year; switch the alarm off in the configuration instead"}},
		{"all at once", wire.NewSilence{Matchers: map[string]string{"": "x"}, For: "soon", Comment: strings.Repeat("é", 201)}, time.Time{}, []string{
			"a matcher needs the name of a label and its value; neither may be empty", "for: a duration is wanted here, such as 30s, 5m, 2h or 7d",
			"comment is longer than 200 characters",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, faults := Silence(&tt.body, now())
			if diff := cmp.Diff(tt.faults, faults, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("faults (-want +got)\n%s", diff)
			}
			if !tt.until.IsZero() && !got.Until.Equal(tt.until) {
				t.Errorf("it ends at %v, want %v", got.Until, tt.until)
			}
		})
	}
}

func TestGarbledSilence(t *testing.T) {
	body := wire.NewSilence{Matchers: map[string]string{"te\nam": "\u202eorders"}, By: "wei\x00", Comment: "fine"}
	want := []string{
		"the name of a matcher must be one line of plain text: character 3 is U+000A, a line break",
		`the value of matcher "te\nam" must be one line of plain text: character 1 is U+202E, which turns the direction of the text`,
		"by must be one line of plain text: character 4 is U+0000, a control sign",
	}
	if diff := cmp.Diff(want, GarbledSilence(&body)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
