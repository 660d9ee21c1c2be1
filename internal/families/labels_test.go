package families

import (
	"slices"
	"testing"

	"github.com/brimwatch/brimwatch/fleet"
)

func TestLabelNames(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   []string
		want []string
	}{
		{"as they are", []string{"env", "team"}, []string{"env", "team"}},
		{"like those that all have", []string{"account", "name"}, []string{"label_account", "label_name"}},
		{"with characters that may not be", []string{"a-b", "größe"}, []string{"a_b", "gr__e"}},
		{"with a digit before, or nothing", []string{"", "1st"}, []string{"label_", "label_1st"}},
		{"that belong to Prometheus", []string{"__name__"}, []string{"label___name__"}},
		{"that become the same", []string{"a-b", "a.b", "a_b"}, []string{"label_a_b", "label_a_b_2", "a_b"}},
		{"that meet what others became", []string{"label_name", "name"}, []string{"label_name", "label_name_2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list := make([]fleet.Label, len(tt.in))
			for i, name := range tt.in {
				list[i].Name = name
			}
			names := newLabelNames()
			for range 2 { // the second time from memory
				if got := names.of(list); !slices.Equal(got, tt.want) {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			}
		})
	}
}
