package words

import (
	"strings"
	"testing"
)

// TestPerson: who did something by a link is kept as whom it was given to and who says so, and
// read in either language.
func TestPerson(t *testing.T) {
	long := strings.Repeat("ü", 100)
	for _, tt := range []struct{ name, given, kept, zh string }{
		{"", "oncall", "oncall (by link)", "oncall（通过链接）"},
		{"oncall", "oncall", "oncall (by link)", "oncall（通过链接）"},
		{" li  wei ", "oncall", "li wei (by link to oncall)", "li wei（通过发给 oncall 的链接）"},
		{"", long, strings.Repeat("ü", 23) + "… (by link)", strings.Repeat("ü", 23) + "…（通过链接）"},
		{"", "a (by link)", "a (by link) (by link)", "a (by link)（通过链接）"},
	} {
		kept := ByLink(tt.name, tt.given)
		if en, zh := Person(kept, EN), Person(kept, ZH); kept != tt.kept || en != kept || zh != tt.zh {
			t.Errorf("%q to %q: kept %q, %q, %q", tt.name, tt.given, kept, en, zh)
		}
	}
	for _, by := range []string{"", "wei", "wei (night shift)", "(by link to", "by link"} {
		if Person(by, EN) != by || Person(by, ZH) != by {
			t.Errorf("%q: %q, %q", by, Person(by, EN), Person(by, ZH))
		}
	}
}
