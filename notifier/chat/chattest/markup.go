package chattest

import (
	"regexp"
	"strings"

	"pgregory.net/rapid"
)

// OnlyOwn makes sure that a text in Markdown has no markup but that which Brimwatch wrote:
// what own matches is taken out, and in what remains no sign of forbidden stands, no
// underscore at the edge of a word, and no line begins like a heading, a quote or a list.
func OnlyOwn(t *rapid.T, text, forbidden string, own ...*regexp.Regexp) {
	rest := text
	for _, r := range own {
		rest = r.ReplaceAllString(rest, "")
	}
	if i := strings.IndexAny(rest, forbidden); i >= 0 {
		t.Fatalf("%q is left of the text:\n%s\nwhich is\n%s", rest[i:i+1], rest, text)
	}
	edge := regexp.MustCompile(`(^|[^\p{L}\p{N}])_|_([^\p{L}\p{N}]|$)`)
	begins := regexp.MustCompile(`^(#|>|- |\+ |--|==|[0-9]+[.)] )`)
	for line := range strings.Lines(rest) {
		line = strings.TrimRight(line, "\n")
		if begins.MatchString(line) || edge.MatchString(line) {
			t.Fatalf("the line %q is markup in\n%s", line, text)
		}
	}
}

// Links matches the links that Brimwatch writes.
func Links() *regexp.Regexp {
	return regexp.MustCompile(`\[(Open|查看|\d+ more|另有\d+条)\]\(https://b\.example\.com/[a-z/]+\)`)
}

// Starts matches what Brimwatch begins a line with.
func Starts() *regexp.Regexp { return regexp.MustCompile(`(?m)^(> |- |#### )`) }
