package notifier

import (
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
	"github.com/brimwatch/brimwatch/notifier/lexicon"
)

// Story is the description of an alert in its parts, in the same language, for channels
// that lay them out by themselves. One that an older version wrote has none.
type Story struct {
	Word    string   `json:"word,omitempty"`    // how grave it is, or that it is over: WARNING, STILL CRITICAL, ENDED
	Subject string   `json:"subject,omitempty"` // what it is about: Orders, Orders and 2 more of acme
	About   string   `json:"about,omitempty"`   // product and edition; "" where there is no instance
	Lines   []string `json:"lines,omitempty"`   // what happened and what follows, in sentences, without what to do
}

// story is what is said, in parts.
func (s wording) story() Story {
	out := Story{Word: s.word, Subject: s.name(0) + s.more, About: s.about, Lines: make([]string, 0, len(s.facts))}
	for i := range s.facts {
		if sentence := s.facts[i].Sentence; sentence != "" {
			out.Lines = append(out.Lines, sentence)
		}
	}
	return out
}

// selfStory is what Brimwatch tells of itself, in parts.
func selfStory(t facts.Tone, l words.Language, said string) Story {
	return Story{Word: lexicon.For(l, &lexicon.Reader{}).Tone(t), Subject: "Brimwatch", Lines: []string{words.Clean(said)}}
}
