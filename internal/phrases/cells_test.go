package phrases

import "testing"

func TestFill(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		cells      int
		want       string
	}{
		{"nothing", "", 2, "  "},
		{"English", "ok", 4, "ok  "},
		{"Chinese signs take two", "通过", 6, "通过  "},
		{"both", "wei：1", 7, "wei：1 "},
		{"full", "FAIL", 4, "FAIL"},
		{"too long", "expiry", 4, "expiry"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Fill(tt.text, tt.cells); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
