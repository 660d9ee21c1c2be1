package cardtest_test

import (
	"testing"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/card/cardtest"
)

// TestScenes: each scene has what its name says, with all parts of a story.
func TestScenes(t *testing.T) {
	for _, l := range []words.Language{words.EN, words.ZH} {
		seen := make(map[string]bool)
		for _, s := range cardtest.Scenes(t, l) {
			if seen[s.Name] {
				t.Errorf("%s is there twice", s.Name)
			}
			seen[s.Name] = true
			for _, n := range s.Message.Notices {
				if story := n.Alert.Story; story.Word == "" || story.Subject == "" || len(story.Lines) == 0 || n.Alert.Annotations["summary"] == "" {
					t.Errorf("%s in %s: %+v", s.Name, l, story)
				}
			}
			t.Logf("%s %q", s.Name, s.Message.Notices[0].Alert.Annotations["description"])
		}
		for _, name := range []string{"raised", "critical", "reminder", "ended", "calendar", "account", "no_data", "bundle", "test"} {
			if !seen[name] {
				t.Errorf("there is no scene %s", name)
			}
		}
	}
}
