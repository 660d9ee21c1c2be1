package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"slices"
	"strings"
)

// An open page asks again every few seconds, and most of it is as it was. So templates mark the
// parts of a page; the browser says which it has, and gets in their places only that they are the
// same:
//
//	{{part "row" .ID}}<tr>…</tr>{{endpart}}
//
// A part is one element, and has no parts in it. In the page its element has data-part, which part
// it is, and data-hash, what is in it; in the answer to who has it, it is an empty element with
// data-same. What stands outside of parts is always sent.

// The marks are wrapped in NUL, which html/template lets no text have.
const (
	markPart = "\x00p"     // followed by which part it is and NUL
	markEnd  = "\x00e\x00" // of a part
	markMain = "\x00m\x00" // the beginning of what is renewed
	markStop = "\x00s\x00" // its end
	markNow  = "\x00n\x00" // behind it stands what every answer says anew: no change of the page
	nul      = "\x00"
	hashSize = 6
)

// The headers of the script that renews a page.
const (
	partsHeader = "Brimwatch-Parts" // the hashes that it has, with commas between them
	asOfHeader  = "Brimwatch-As-Of" // of the page, also where nothing has changed
)

// partMarks are the functions with which templates mark parts.
func partMarks() template.FuncMap {
	return template.FuncMap{
		"part": func(kind, key string) template.HTML {
			return template.HTML(markPart + kind + "-" + shortHash([]byte(key)) + nul) //nolint:gosec // a word of ours and a hash
		},
		"endpart":   func() template.HTML { return markEnd },
		"beginmain": func() template.HTML { return markMain },
		"endmain":   func() template.HTML { return markStop },
		"now":       func() template.HTML { return markNow },
	}
}

// piece is a part of a page, or what stands between two of them.
type piece struct {
	html []byte
	key  string // "" is no part
	hash string // of a part
}

// tag is the name of the element that a part is.
func (p *piece) tag() string {
	rest := p.html[1:]
	return string(rest[:bytes.IndexAny(rest, " >")])
}

// cutPage is a page in pieces.
type cutPage struct {
	before, after []byte // what is renewed
	main          []piece
	etag          string // of all that is renewed, but for what every answer says anew
}

// cut takes a page with marks apart.
func cut(html []byte) cutPage {
	var out cutPage
	out.before, html, _ = bytes.Cut(html, []byte(markMain))
	html, out.after, _ = bytes.Cut(html, []byte(markStop))
	all := sha256.New()
	add := func(one piece) {
		if len(one.html) == 0 {
			return
		}
		all.Write(one.html)
		out.main = append(out.main, one)
	}
	html, now, _ := bytes.Cut(html, []byte(markNow))
	for {
		outside, rest, found := bytes.Cut(html, []byte(markPart))
		add(piece{html: outside})
		if !found {
			break
		}
		key, rest, _ := bytes.Cut(rest, []byte(nul))
		inside, rest, _ := bytes.Cut(rest, []byte(markEnd))
		if inside = bytes.TrimSpace(inside); len(inside) > 0 {
			add(piece{html: inside, key: string(key), hash: shortHash(inside)})
		}
		html = rest
	}
	out.etag = `W/"` + base64.RawURLEncoding.EncodeToString(all.Sum(nil)[:2*hashSize]) + `"`
	out.main = append(out.main, piece{html: now})
	return out
}

func shortHash(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:hashSize])
}

// whole writes the page, with every part saying which it is and what is in it.
func (c *cutPage) whole() []byte {
	var out bytes.Buffer
	out.Write(c.before)
	c.write(&out, nil)
	out.Write(c.after)
	return out.Bytes()
}

// plain writes a page that is not renewed.
func (c *cutPage) plain() []byte {
	var out bytes.Buffer
	out.Write(c.before)
	for i := range c.main {
		out.Write(c.main[i].html)
	}
	out.Write(c.after)
	return out.Bytes()
}

// changed writes what is renewed, for who has some of it.
func (c *cutPage) changed(has []string) []byte {
	slices.Sort(has)
	var out bytes.Buffer
	c.write(&out, has)
	return out.Bytes()
}

// mainTag is how what is renewed begins; its data-version is what the browser has.
const mainTag = `<main id="main"`

func (c *cutPage) write(out *bytes.Buffer, has []string) {
	for i := range c.main {
		one := &c.main[i]
		if one.key == "" {
			if rest, begins := bytes.CutPrefix(one.html, []byte(mainTag)); begins {
				out.WriteString(mainTag + ` data-version="` + template.HTMLEscapeString(c.etag) + `"`)
				out.Write(rest)
				continue
			}
			out.Write(one.html)
			continue
		}
		tag := one.tag()
		if _, same := slices.BinarySearch(has, one.hash); same {
			out.WriteString("<" + tag + ` data-same="` + one.hash + `"></` + tag + ">")
			continue
		}
		out.WriteString("<" + tag + ` data-part="` + one.key + `" data-hash="` + one.hash + `"`)
		out.Write(one.html[1+len(tag):])
	}
}

// answerFor chooses what a request gets of a page: nothing when it has all of it, what changed, or
// the whole.
func (c *cutPage) answerFor(r *http.Request) (status int, body []byte) {
	if _, asked := r.Header[partsHeader]; !asked {
		return http.StatusOK, c.whole()
	}
	if r.Header.Get("If-None-Match") == c.etag {
		return http.StatusNotModified, nil
	}
	return http.StatusOK, c.changed(strings.Split(r.Header.Get(partsHeader), ","))
}
