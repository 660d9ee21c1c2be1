// Package phrases holds what pages and commands say, in English and Chinese.
//
// The English sentence is the key: code and templates say it where it is used, and a
// Printer writes it in the language of the reader. The Chinese ones stand in plain
// maps, a file for each subject. A test collects every sentence that code and templates
// say, and fails when one has no translation, when a translation is used by nobody,
// and when the two have other placeholders.
//
// The words for nouns (metrics, durations, lifecycle states) belong to fleet/words,
// and what recipients are told of alarms to package notifier; here is what stands around them.
package phrases

import (
	"fmt"
	"maps"
	"strings"

	"github.com/brimwatch/brimwatch/fleet/heard"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// Book holds all phrases. It does not change after New, and any number of goroutines
// may read it.
type Book struct {
	chinese map[string]string
	heard   *heard.Book
}

// New returns the book.
func New() *Book {
	b := &Book{chinese: make(map[string]string)}
	for _, part := range parts() {
		maps.Copy(b.chinese, part)
	}
	b.heard = heardBook()
	return b
}

// parts lists the Chinese phrases by subject.
func parts() []map[string]string {
	return []map[string]string{
		chineseFrame(),
		chineseLists(),
		chineseInstance(),
		chineseBilling(),
		chineseCalendar(),
		chineseAlarms(),
		chinesePeople(),
		chineseForms(),
		chineseDrawings(),
		chineseCommands(),
		chineseTables(),
		chineseHelp(),
		chineseRehearsal(),
		chineseConfirm(),
		chineseDemo(),
		chineseLinks(),
		chineseTerminal(),
		chineseStarter(),
		chineseManual(),
	}
}

// In returns a printer for a language.
func (b *Book) In(l words.Language) *Printer { return &Printer{book: b, language: l} }

// Printer writes phrases in one language. A nil Printer writes English.
type Printer struct {
	book     *Book
	language words.Language
}

// Language is what the printer writes.
func (p *Printer) Language() words.Language {
	if p == nil {
		return words.EN
	}
	return p.language
}

// Tag is the language as HTML and HTTP name it.
func (p *Printer) Tag() string { return p.Language().Choose("en", "zh-CN") }

// T writes a phrase, with args where it has placeholders as those of fmt. What has no
// translation is written in English. A word that means several things says which one
// before a bar, which is not written: "to whom|To".
func (p *Printer) T(english string, args ...any) string {
	text := p.phrase(english)
	if len(args) == 0 || !strings.Contains(text, "%") {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// N writes a phrase about n of something: one is the English phrase about exactly one,
// which need not name the number.
// Chinese has one phrase for any number, the translation of several.
func (p *Printer) N(n int, one, several string, args ...any) string {
	if n == 1 && p.Language() == words.EN {
		return p.T(one, args...)
	}
	return p.T(several, args...)
}

func (p *Printer) phrase(english string) string {
	if p.Language() == words.ZH {
		if text, ok := p.book.chinese[english]; ok {
			return text
		}
	}
	if _, meant, split := strings.Cut(english, "|"); split {
		return meant
	}
	return english
}

// Key is a phrase that Say writes later.
func Key(english string) string { return english }

// Keys are phrases that SayAll writes later, such as the heads of a table.
func Keys(english ...string) []string { return english }

// Say writes a phrase that Key marked, or the help of a command.
func (p *Printer) Say(key string) string { return p.T(key) }

// SayAll writes phrases that Keys marked.
func (p *Printer) SayAll(keys []string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = p.T(k)
	}
	return out
}

// Word writes a word out of a fixed set, such as a severity: the phrase "severity|warning"
// for the kind severity. A word that is not in the set stays as it is.
func (p *Printer) Word(kind, value string) string {
	if value == "" {
		return ""
	}
	return p.T(kind + "|" + value)
}
