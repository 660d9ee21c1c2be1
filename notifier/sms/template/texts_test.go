package template_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/notifier/sms/template"
)

// TestAllOurTextsHaveRoom takes the texts of the golden files: each kind of notice in both
// languages. English ones fit into the default variables, Chinese ones into three.
func TestAllOurTextsHaveRoom(t *testing.T) {
	pages, err := filepath.Glob("../../testdata/notices/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^(en|zh), \d+ segments?, (\d+) signs:\n    (.+)$`)
	texts := make(map[string]int)
	for _, page := range pages {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range found.FindAllStringSubmatch(string(data), -1) {
			language, text := m[1], m[3]
			texts[language]++
			set := template.Set{Default: "SMS_1", Variables: template.Default()}
			if language == "zh" {
				set.Variables = set.Variables[:3]
			}
			got := set.Fill(template.Content{Text: text})
			if !got.Whole {
				t.Errorf("%s: no room for %s", filepath.Base(page), text)
			}
			for _, v := range got.Values {
				if n := utf8.RuneCountInString(v); n == 0 || n > template.Length {
					t.Errorf("%s: a variable of %d signs: %q", filepath.Base(page), n, v)
				}
			}
			if want, is := said(template.Clean(text)), said(strings.TrimRight(strings.Join(got.Values, ""), template.Filler)); is != want {
				t.Errorf("%s: %q became %q", filepath.Base(page), want, is)
			}
		}
	}
	if texts["en"] < 50 || texts["zh"] < 50 {
		t.Errorf("only %v texts were read", texts)
	}
}
