package notifier

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// links is where the product is reached.
func links() Words { return Words{ExternalURL: "https://brimwatch.example.com"} }

// fits advises a specification in an event.
func fits(ev *alarm.Event, spec string) *alarm.Event {
	ev.Fitting = alarm.Fitting{
		Short: fleet.Text{EN: spec + " fits.", ZH: spec + "可满足"},
		Full:  fleet.Text{EN: spec + " would fit. In the console.", ZH: spec + " would fit. In the console."},
	}
	return ev
}

func TestTextSaysWhatFits(t *testing.T) {
	long := strings.Repeat("a specification with a long name ", 4)
	for _, tt := range []struct {
		name, spec string
		ev         *alarm.Event
		en, zh     string
	}{
		{
			"raised", "rmq.p2.6xlarge", connections(alarm.Raised),
			"K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%), mqtt basic. rmq.p2.6xlarge fits.",
			"K7Q2 警告 Orders：连接数 3,612/5,000（72%，阈值70%），mqtt basic。rmq.p2.6xlarge可满足",
		},
		{
			"too long for one segment", long, connections(alarm.Raised),
			"K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%), mqtt basic. Upgrade or cut clients.",
			"K7Q2 警告 Orders：连接数 3,612/5,000（72%，阈值70%），mqtt basic。请升配或减少客户端",
		},
		{
			"GSM-7 cannot write it", "大规格", connections(alarm.Raised),
			"K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%), mqtt basic. Upgrade or cut clients.",
			"K7Q2 警告 Orders：连接数 3,612/5,000（72%，阈值70%），mqtt basic。大规格可满足",
		},
		{
			"an end advises nothing", "rmq.p2.6xlarge", connections(alarm.Cleared),
			"K7Q2 ENDED Orders: connections back to 3,612 of 5,000 (72%) after 12 min, mqtt basic.",
			"K7Q2 恢复 Orders：连接数回落到 3,612/5,000（72%），历时12分钟，mqtt basic。",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for language, want := range map[words.Language]string{words.EN: tt.en, words.ZH: tt.zh} {
				got := links().text(fits(tt.ev, tt.spec), language, time.UTC)
				if got != want {
					t.Errorf("%s:\n got %s\nwant %s", language, got, want)
				}
				if n, _ := sms.Segments(got); n != 1 {
					t.Errorf("%s takes %d segments", language, n)
				}
			}
		})
	}
}

// TestShortTextSaysWhatFits: where there is room enough for another alphabet, too, an
// English text stays in its own.
func TestShortTextSaysWhatFits(t *testing.T) {
	ev := fits(connections(alarm.Raised), "大规格")
	ev.Instance.Name, ev.Instance.Product, ev.Instance.Edition, ev.Usage, ev.Capacity = "O", "", "", 72, 99
	if got, want := links().text(ev, words.EN, time.UTC), "K7Q2 WARNING O: connections 72 of 99 (72%, threshold 70%). Upgrade or cut clients."; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestAlertSaysWhatFits(t *testing.T) {
	const usual = "Move to a larger edition or specification, or close idle clients. At the limit new clients are refused."
	a := links().alert(fits(connections(alarm.Raised), "rmq.p2.6xlarge")).Annotations
	if want := "rmq.p2.6xlarge would fit. In the console. " + usual; a["advice"] != want {
		t.Errorf("advice %q, want %q", a["advice"], want)
	}
	if !strings.HasSuffix(a["description"], "%). rmq.p2.6xlarge would fit. In the console. "+usual) {
		t.Errorf("description %q", a["description"])
	}
	if a := links().alert(connections(alarm.Raised)).Annotations; a["advice"] != usual {
		t.Errorf("without advice: %q", a["advice"])
	}
}
