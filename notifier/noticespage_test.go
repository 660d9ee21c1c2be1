package notifier

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/test/golden"
)

// The page of all notices is written by hand but for its texts, which stand between these.
const (
	textsBegin = "<!-- The texts from here on are made from notifier/testdata: go test ./notifier -run TestNoticesPage -update -->\n"
	textsEnd   = "<!-- End of the texts that are made. -->\n"
)

// shelf is one golden file with the heading under which the page shows it.
type shelf struct{ file, heading string }

func shelves() []shelf {
	return []shelf{
		{"capacity", "`capacity`"}, {"flapping", "`capacity` and `no_data` that flap"}, {"no_data", "`no_data`"}, {"forecast", "`forecast`"},
		{"expiry", "`expiry`"}, {"bulk", "`expiry`, several in bulk"}, {"suspension", "`suspension`"}, {"release", "`release`"}, {"alike", "Several instances of an account alike"},
		{"auto_renewal", "`auto_renewal`"}, {"cannot_renew", "`cannot_renew`"}, {"overdue", "`overdue`, an instance"}, {"account", "`overdue` and `low_balance`, an account"}, {"shortfall", "`shortfall`"},
		{"frozen", "`frozen`"}, {"unsubscribed", "Unsubscribed"}, {"advised", "Automatic renewal is advised"}, {"endings", "Why it is over"}, {"unknown_dates", "Dates that nobody knows"}, {"withdrawn", "No longer watched"},
		{"rare_courses", "Rare calendars"}, {"rare_accounts", "Rare accounts"}, {"several", "Several in one"}, {"self", "What Brimwatch says of itself"},
	}
}

// TestNoticesPage: docs/notices.md shows each text that is told, in both languages beside
// each other.
func TestNoticesPage(t *testing.T) {
	path := filepath.Join("..", "docs", "notices.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, began := strings.Cut(string(page), textsBegin)
	_, after, ended := strings.Cut(rest, textsEnd)
	if !began || !ended {
		t.Fatal("the page has no place for the texts")
	}
	var b strings.Builder
	for _, s := range shelves() {
		b.WriteString(tableOf(t, s))
	}
	want := before + textsBegin + b.String() + "\n" + textsEnd + after
	if golden.Updating() {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if want != string(page) {
		t.Error("docs/notices.md does not show what is told; -update writes its texts anew")
	}
	for _, m := range regexp.MustCompile("(?m)(?:^|`)(K7Q2 (?:[A-Z]{2}|紧)[^`\n]+)").FindAllStringSubmatch(before+after, -1) {
		if !strings.Contains(b.String(), m[1]) {
			t.Errorf("docs/notices.md has an example that is told nowhere: %s", m[1])
		}
	}
}

// tableOf shows the texts of a golden file.
func tableOf(t *testing.T, s shelf) string {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", "notices", s.file+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n<details><summary>%s</summary>\n\n| when | English | 中文 |\n|---|---|---|\n", strings.NewReplacer("`", "").Replace(s.heading))
	rows := 0
	for scene := range strings.SplitSeq(string(file), "\n\n") {
		lines := strings.Split(scene, "\n")
		texts := map[string]string{}
		for i, line := range lines[:len(lines)-1] {
			if l, _, ok := strings.Cut(line, ", "); ok && (l == "en" || l == "zh") {
				texts[l] = strings.TrimSpace(lines[i+1])
			}
		}
		if texts["en"] == "" || texts["zh"] == "" || texts["en"] == texts["zh"] {
			t.Errorf("%s: a scene has no text in a language: %s", s.file, lines[0])
		}
		cell := strings.NewReplacer("|", `\|`)
		fmt.Fprintf(&b, "| %s | %s | %s |\n", cell.Replace(strings.TrimPrefix(lines[0], "== ")), cell.Replace(texts["en"]), cell.Replace(texts["zh"]))
		rows++
	}
	if rows == 0 {
		t.Errorf("%s has no texts", s.file)
	}
	return b.String() + "\n</details>\n"
}
