package notifier

import (
	"testing"

	"github.com/brimwatch/brimwatch/fleet/words"
)

func TestTestNotice(t *testing.T) {
	d := NewDirectory(Entries{Words: Words{ExternalURL: "https://brimwatch.example.com"}})
	for _, tt := range []struct {
		channel       string
		language      words.Language
		text, summary string
	}{
		{"sms", words.EN, "TEST Brimwatch can reach you. This is a test, nothing is wrong.", "TEST Brimwatch can reach you. This is a test, nothing is wrong."},
		{"sms", words.ZH, "TEST Brimwatch 可以联系到您。这是测试，一切正常。", "TEST Brimwatch 可以联系到您。这是测试，一切正常。"},
		{"webhook", words.EN, "", "TEST Brimwatch can reach you. This is a test, nothing is wrong."},
	} {
		n := TestNotice(d, Target{Recipient: Recipient{Channel: tt.channel, Name: tt.channel + "/wei"}, Language: tt.language}, noon())
		if n.Text != tt.text || n.Alert.Annotations["summary"] != tt.summary || n.Recipient != tt.channel+"/wei" {
			t.Errorf("%s %s: %+v", tt.channel, tt.language, n)
		}
		if n.Alert.GeneratorURL != "https://brimwatch.example.com/" || n.Alert.Labels["alertname"] != "test" || !n.CreatedAt.Equal(noon()) {
			t.Errorf("%s %s: %+v", tt.channel, tt.language, n.Alert)
		}
	}
}
