package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

const (
	// langCookie keeps the language that somebody chose.
	langCookie = "brimwatch_lang"
	// langField is what chooses a language in an address: /alarms?lang=zh.
	langField = "lang"
	// langKept is how long a browser keeps the choice.
	langKept = 365 * 24 * time.Hour
)

// speaking answers in the language of the reader: the one that was chosen, else what
// the browser asks for. A page whose address chooses one keeps the choice and leads
// back to itself. of has the handler of each language; files and feeds, which are the
// same for all or name their language themselves, are the English handler's.
func speaking(of map[words.Language]http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, StaticPath) || r.URL.Path == feedPath {
			of[words.EN].ServeHTTP(w, r)
			return
		}
		h := w.Header()
		h.Add("Vary", "Accept-Language, Cookie")
		if chosen, ok := words.ParseLanguage(r.URL.Query().Get(langField)); ok && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			keepLanguage(w, r, chosen)
			http.Redirect(w, r, withLanguage(r.URL, ""), http.StatusSeeOther) //nolint:gosec // a path of ours: withLanguage leaves no host
			return
		}
		l := languageOf(r)
		h.Set("Content-Language", tag(l))
		of[l].ServeHTTP(w, r)
	})
}

// languageOf is the language of the reader.
func languageOf(r *http.Request) words.Language {
	if c, err := r.Cookie(langCookie); err == nil {
		if l, ok := words.ParseLanguage(c.Value); ok {
			return l
		}
	}
	return phrases.ByHeader(strings.Join(r.Header.Values("Accept-Language"), ","))
}

func keepLanguage(w http.ResponseWriter, r *http.Request, l words.Language) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // no secret; over plain HTTP it cannot be Secure
		Name: langCookie, Value: l.String(), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil, MaxAge: int(langKept.Seconds()),
	})
}

// withLanguage returns the path of an address of ours with a language in it; "" takes
// it out. Whatever the address was, what is returned leads to this server.
func withLanguage(u *url.URL, code string) string {
	q := u.Query()
	q.Del(langField)
	if code != "" {
		q.Set(langField, code)
	}
	path := "/" + strings.TrimLeft(u.EscapedPath(), `/\`)
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}

// tag is a language as HTML and HTTP name it.
func tag(l words.Language) string { return l.Choose("en", "zh-CN") }

// switchView is the link to the same page in the other language. It is written in that
// language, for who cannot read this one.
type switchView struct{ Text, Title, Tag, Link string }

// switchFor leads to the page that was asked for, in the other language. What answers a
// form has no address of its own: from there it leads to the page of the section.
func (p *pages) switchFor(r *http.Request, section string) *switchView {
	other := words.ZH
	if p.say.Language() == words.ZH {
		other = words.EN
	}
	at := r.URL
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		at = &url.URL{Path: "/" + strings.TrimPrefix(cmp.Or(section, "instances"), "instances")}
	}
	return &switchView{
		Text: other.Choose("English", "中文"), Title: other.Choose("This page in English", "本页的中文版"), Tag: tag(other), Link: withLanguage(at, other.String()),
	}
}
