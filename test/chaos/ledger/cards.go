package ledger

import (
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Shown is what one message shows that has room for more than a text: a chat, a mail.
type Shown struct {
	Said    []Said // of each alarm once
	Alarms  int    // how many it says there are, those included that it only counts
	Ended   int    // how many it says are over
	Repeat  bool   // it says that it may be a repeat
	Instead bool   // it says that another way gave no proof of delivery
}

// CardReader reads messages that show alarms as cards, or in a line each. Make one with
// NewCardReader.
type CardReader struct {
	lines                 *Reader
	heading, figure, foot *regexp.Regexp
	sum, tag, link, start *regexp.Regexp
}

// NewCardReader returns a CardReader.
func NewCardReader() *CardReader {
	return &CardReader{
		lines:   NewReader(),
		heading: regexp.MustCompile(`^(STILL WARNING|STILL CRITICAL|WARNING|CRITICAL|ENDED|WITHDRAWN) (\S+)(?: \(|$)`),
		figure:  regexp.MustCompile(`^(Connections|Subscriptions|Send TPS|Receive TPS) (?:back to |last known )?([\d,]+) of `),
		foot:    regexp.MustCompile(`^Brimwatch ([A-Z][A-Z0-9]{3,5}) ·`),
		sum:     regexp.MustCompile(`^Brimwatch: (?:([\d,]+) alarms?)?(?:, [\d,]+ critical)?(?:; )?(?:([\d,]+) ended)?$`),
		tag:     regexp.MustCompile(`<[^>]*>`),
		link:    regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`),
		start:   regexp.MustCompile(`^(?:- |• |> |#+ )`),
	}
}

// Read reads the text of a message, with its markup.
func (r *CardReader) Read(text string) Shown {
	var out Shown
	var now Said // of the card that is being read
	for line := range strings.Lines(text) {
		line = r.bare(line)
		switch {
		case strings.Contains(line, "may be a repeat"):
			out.Repeat = true
		case strings.Contains(strings.ToLower(line), "no proof of delivery"):
			out.Instead = true
		}
		if m := r.sum.FindStringSubmatch(line); m != nil {
			out.Alarms, out.Ended = number(m[1]), number(m[2])
			continue
		}
		if m := r.heading.FindStringSubmatch(line); m != nil {
			now = headed(m[1])
			now.Instance = m[2]
			continue
		}
		if m := r.figure.FindStringSubmatch(line); m != nil && now.Metric == "" {
			now.Metric, now.Value = metric(m[1]), number(m[2])
			continue
		}
		if m := r.foot.FindStringSubmatch(line); m != nil {
			now.Code = m[1]
			if now.Instance != "" && now.Metric != "" {
				out.add(now)
			}
			now = Said{}
			continue
		}
		if said, ok := r.lines.Read(line); ok {
			out.add(said)
		}
	}
	if out.Alarms == 0 && out.Ended == 0 {
		for _, s := range out.Said {
			if s.Kind == End {
				out.Ended++
			} else {
				out.Alarms++
			}
		}
	}
	return out
}

// add takes one that is not there yet: the title of a message says its gravest once more.
func (s *Shown) add(said Said) {
	if !slices.ContainsFunc(s.Said, func(o Said) bool { return o.Code == said.Code && o.Kind == said.Kind && o.Value == said.Value }) {
		s.Said = append(s.Said, said)
	}
}

// bare takes the markup off a line.
func (r *CardReader) bare(line string) string {
	line = r.link.ReplaceAllString(r.tag.ReplaceAllString(line, ""), "$1")
	line = strings.TrimSpace(html.UnescapeString(line))
	line = strings.TrimSpace(r.start.ReplaceAllString(line, ""))
	return strings.TrimSuffix(strings.TrimPrefix(line, "**"), "**")
}

// headed is what the first words of a notice say.
func headed(word string) Said {
	switch word {
	case "ENDED":
		return Said{Kind: End, Event: "cleared"}
	case "WITHDRAWN":
		return Said{Kind: End, Event: "withdrawn"}
	}
	still, found := strings.CutPrefix(word, "STILL ")
	s := Said{Kind: Begin, Event: "raised", Severity: strings.ToLower(still)}
	if found {
		s.Event = "reminded"
	}
	return s
}

// metric is a metric as configuration names it.
func metric(words string) string { return strings.ReplaceAll(strings.ToLower(words), " ", "_") }

// number reads a number with separators; "" is 0.
func number(s string) int {
	n, _ := strconv.Atoi(strings.ReplaceAll(s, ",", "")) // the expressions let digits through only
	return n
}
