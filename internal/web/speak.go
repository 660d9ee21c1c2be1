package web

import (
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strings"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// lang is the language of the pages.
func (p *pages) lang() words.Language { return p.say.Language() }

// heard writes what another package said in English, where it is in a fixed set.
func (p *pages) heard(english string) string {
	text, _ := p.say.Heard(english)
	return text
}

// functions are what templates say phrases with:
//
//   - t "Sentence of %d" .N: a phrase;
//   - n .N "one thing" "%d things" .N: a phrase about a number of things;
//   - rich "Read `code`, %s." (bold .Name): a phrase with marks in it, as HTML:
//     `code`, and [a link](/path). nrich is the same about a number of things;
//   - word "severity" .Severity: a word out of a fixed set;
//   - heard .Reason: what another package said, marked as English where it is in no fixed set;
//   - bold, link, zoned, at, timed, ago: parts for rich.
func functions(say *phrases.Printer) template.FuncMap {
	m := newMarks()
	return template.FuncMap{
		"tag": say.Tag,
		"t":   say.T,
		"n":   say.N,
		"rich": func(english string, args ...any) template.HTML {
			return m.fill(say.T(english), args)
		},
		"nrich": func(n int, one, several string, args ...any) template.HTML {
			return m.fill(say.N(n, one, several), args)
		},
		"word":  func(kind string, value any) string { return say.Word(kind, fmt.Sprint(value)) },
		"heard": func(english string) template.HTML { return heardHTML(say, english) },
		"bold": func(v any) template.HTML {
			return "<b>" + escaped(v) + "</b>"
		},
		"link": func(text, address string) template.HTML {
			return `<a href="` + escaped(address) + `">` + escaped(text) + "</a>"
		},
		"zoned": zoned,
		"at":    func(s stamp) template.HTML { return timeHTML(s, s.Text+" "+s.Zone) },
		"timed": func(s stamp) template.HTML { return titledTime(s, s.Text) },
		"ago":   func(s stamp) template.HTML { return titledTime(s, s.Ago) },
	}
}

// heardHTML writes what another package said. A sentence in no fixed set, such as the
// answer of a server, is English in the middle of a Chinese page, and says so to browsers.
func heardHTML(say *phrases.Printer, english string) template.HTML {
	return template.HTML(say.HeardAs(english, func(part string, foreign bool) string { //nolint:gosec // phrases of ours, with escaped parts
		if part = html.EscapeString(part); foreign {
			return `<code class="said" lang="en">` + part + "</code>"
		}
		return part
	}))
}

// said writes what another package said, as a line of a page of ours.
func (p *pages) said(english string) template.HTML { return heardHTML(p.say, english) }

// lines are sentences that the page says itself.
func lines(texts ...string) []template.HTML {
	out := make([]template.HTML, len(texts))
	for i, text := range texts {
		out[i] = escaped(text)
	}
	return out
}

// marks finds the marks of a phrase.
type marks struct{ code, link *regexp.Regexp }

func newMarks() marks {
	return marks{code: regexp.MustCompile("`([^`]+)`"), link: regexp.MustCompile(`\[([^\]]+)\]\((/[^)]*)\)`)}
}

// fill turns the marks of a phrase into HTML and puts args in, escaped unless they are HTML.
func (m marks) fill(phrase string, args []any) template.HTML {
	text := html.EscapeString(phrase)
	text = m.code.ReplaceAllString(text, "<code>$1</code>")
	text = m.link.ReplaceAllString(text, `<a href="$2">$1</a>`)
	if len(args) == 0 || !strings.Contains(text, "%") {
		return template.HTML(text) //nolint:gosec // a phrase of ours, with the marks that it has
	}
	safe := make([]any, len(args))
	for i, a := range args {
		safe[i] = a
		if s, ok := a.(string); ok {
			safe[i] = escaped(s)
		}
	}
	return template.HTML(fmt.Sprintf(text, safe...)) //nolint:gosec // texts among args are escaped
}

func escaped(v any) template.HTML {
	return template.HTML(html.EscapeString(fmt.Sprint(v))) //nolint:gosec // escaped
}

// zoned writes a moment with its zone; nothing for none.
func zoned(s stamp) template.HTML {
	if s.Text == "" {
		return ""
	}
	return titledTime(s, s.Text) + escaped(" "+s.Zone)
}

// titledTime writes a moment as text, with all of it as its tooltip.
func titledTime(s stamp, text string) template.HTML {
	if s.Text == "" {
		return ""
	}
	return `<time datetime="` + escaped(s.Machine) + `" title="` + escaped(s.Text+" "+s.Zone) + `">` + escaped(text) + "</time>"
}

func timeHTML(s stamp, text string) template.HTML {
	return `<time datetime="` + escaped(s.Machine) + `">` + escaped(text) + "</time>"
}
