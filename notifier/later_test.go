package notifier

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// TestWhyInTheReadersLanguage: who is not told first reads why in their own language.
func TestWhyInTheReadersLanguage(t *testing.T) {
	to := func(name string, l words.Language, turn int) Target {
		return Target{Recipient: Recipient{Channel: "sms", Name: "sms/" + name, Address: "+861380013800" + name[:1], Display: name}, Language: l, Zone: time.UTC, Turn: turn}
	}
	d := NewDirectory(Entries{
		Receivers: map[string]Receiver{
			"oncall":   {Name: "oncall", Targets: []Target{to("0wei", words.ZH, 0), to("1li", words.ZH, 1), to("2ann", words.EN, 1)}, Escalate: []Escalation{{After: 15 * time.Minute, To: []string{"managers"}}}},
			"managers": {Name: "managers", Targets: []Target{to("3bob", words.ZH, 0), to("4tom", words.EN, 0)}},
		},
		Default: []string{"oncall"},
	})
	for _, n := range Plan(d, connections(alarm.Raised), nil, nil, noon()) {
		chinese := strings.Contains(n.Text, "警告")
		for _, english := range []string{"acknowledged", "confirmed", "deliver"} {
			if chinese && strings.Contains(n.Text, english) {
				t.Errorf("%s reads Chinese and English: %s", n.Recipient, n.Text)
			}
		}
		if later := n.Escalation > 0 || n.Turn > 0; later != (strings.Contains(n.Text, "（") && chinese && strings.Contains(n.Text, "警告（") || strings.Contains(n.Text, "WARNING (")) {
			t.Errorf("%s is told later: %v, and reads %s", n.Recipient, later, n.Text)
		}
	}
}
