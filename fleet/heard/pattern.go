package heard

import (
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
)

// kind is what stands at a place of a pattern.
type kind byte

const (
	anything kind = 's'
	number   kind = 'd'
	saying   kind = 'v'
	place    kind = 'p' // an address or a name, before what is said of it
)

// pattern is a saying with places for something else.
type pattern struct {
	parts   []string // what stands around the places: one more than there are
	kinds   []kind
	chinese string
	core    string // the longest of the parts
	weight  int    // signs that must be there: a pattern that says more goes first
}

func patternOf(s Saying) pattern {
	p := pattern{chinese: asText(s.Chinese)}
	var part strings.Builder
	for i := 0; i < len(s.English); i++ {
		sign := s.English[i]
		if sign != '%' || i+1 == len(s.English) {
			part.WriteByte(sign)
			continue
		}
		if i++; s.English[i] == '%' {
			part.WriteByte('%')
			continue
		}
		p.kinds = append(p.kinds, kind(s.English[i]))
		p.parts = append(p.parts, part.String())
		part.Reset()
	}
	p.parts = append(p.parts, part.String())
	for _, part := range p.parts {
		if p.weight += len(part); len(part) > len(p.core) {
			p.core = part
		}
	}
	return p
}

// asText makes all places of a format take text.
func asText(format string) string {
	out := []byte(format)
	for i := 0; i+1 < len(out); i++ {
		if out[i] != '%' {
			continue
		}
		i++
		for i+1 < len(out) && (out[i] == '[' || out[i] == ']' || out[i] >= '0' && out[i] <= '9') {
			i++
		}
		if strings.IndexByte("dvp", out[i]) >= 0 {
			out[i] = 's'
		}
	}
	return string(out)
}

// match finds what stands at the places, as little as can be at each.
func (p *pattern) match(text string) ([]string, bool) {
	if !strings.HasPrefix(text, p.parts[0]) || !strings.HasSuffix(text, p.parts[len(p.parts)-1]) || !strings.Contains(text, p.core) { // much sooner said than what stands between
		return nil, false
	}
	found := make([]string, 0, len(p.kinds))
	return p.rest(text[len(p.parts[0]):], found)
}

// rest goes on behind the parts and places that were found.
func (p *pattern) rest(text string, found []string) ([]string, bool) {
	at := len(found)
	if at == len(p.kinds) {
		return found, text == ""
	}
	next := p.parts[at+1]
	if at+1 == len(p.kinds) { // the last place takes all that is left
		if !strings.HasSuffix(text, next) {
			return nil, false
		}
		text = strings.TrimSuffix(text, next)
		return append(found, text), p.kinds[at].fits(text)
	}
	for end := 0; ; end++ {
		i := strings.Index(text[end:], next)
		if i < 0 {
			return nil, false
		}
		if end += i; !p.kinds[at].fits(text[:end]) {
			continue
		}
		if all, ok := p.rest(text[end+len(next):], append(found, text[:end])); ok {
			return all, true
		}
	}
}

// fits tells whether a text may stand at a place.
func (k kind) fits(text string) bool {
	switch k {
	case number:
		return text != "" && text[0] >= '0' && text[0] <= '9' && strings.Trim(text, "0123456789,.") == ""
	case place: // no other saying, nor a metric, which has a word of its own
		_, metric := fleet.ParseMetric(text)
		return text != "" && !metric && !strings.Contains(strings.ReplaceAll(text, ": ", ""), " ")
	case anything, saying:
	}
	return text != ""
}
