package alertmanager

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

// perhaps ends the text of an unknown outcome.
const perhaps = "it may have arrived; it is posted again, which changes nothing there"

// judgeCall gives a call that got no answer its meaning.
func (c *Channel) judgeCall(err error) error {
	if e, ok := errors.AsType[*httpcall.CallError](err); ok && !e.Written {
		return fmt.Errorf("post to %s: %w", c.host(), c.shown(err))
	}
	return notifier.Unknown(fmt.Errorf("post to %s: %w; %s", c.host(), c.shown(err), perhaps))
}

// judge gives an answer that is not a success its meaning.
func (c *Channel) judge(a httpcall.Answer) error {
	said := fmt.Sprintf("post to %s: HTTP %s", c.host(), httpcall.StatusLine(a.Status))
	if why := httpcall.OneLine(c.hide.Replace(reason(a.Body)), 300); why != "" && !isPage(a) {
		said += ": " + why
	}
	switch a.Status {
	case http.StatusBadRequest:
		return notifier.Permanent(errors.New(said + "; the Alertmanager does not take this alert"))
	case http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return notifier.Permanent(errors.New(said + "; what is there does not take this body, check that the url is that of an Alertmanager"))
	case http.StatusUnauthorized, http.StatusForbidden:
		said += "; check username and password, or the bearer token, of the Alertmanager"
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		said += "; there is no Alertmanager with the API v2 at this url, check its path"
	}
	switch {
	case a.Status < 300:
		said += ", with a page: what answers there is no Alertmanager, check the url"
	case a.Status < 400:
		said += "; it redirects to " + c.hide.Replace(httpcall.RedirectTarget(a.Header)) + ", which is not followed, give the Alertmanager that url"
	case a.Status >= 500:
		said += "; " + perhaps
	}
	return marked(errors.New(said), a)
}

// reason is what an answer says: an Alertmanager writes it as one text in JSON.
func reason(body []byte) string {
	var text string
	if json.Unmarshal(body, &text) == nil {
		return text
	}
	return string(body)
}

// marked says of an error with which an Alertmanager answers what may be done.
func marked(err error, a httpcall.Answer) error {
	if a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden {
		err = notifier.AboutCredentials(err)
	}
	wait, asked := httpcall.RetryAfter(a.Header, time.Now())
	switch {
	case a.Status < 300: // whoever answers here is not the one to ask for patience
	case asked:
		err = notifier.After(err, wait)
	case a.Status == http.StatusTooManyRequests:
		err = notifier.After(err, 30*time.Second)
	}
	if a.Status >= 500 {
		err = notifier.Unknown(err)
	}
	return err
}

// isPage tells whether an answer is a page for people. An Alertmanager answers a post
// with nothing, or with JSON.
func isPage(a httpcall.Answer) bool {
	kind, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), "text/html") && len(a.Body) > 0
}

// host says where the Alertmanager is, without what may be secret: path and user.
func (c *Channel) host() string { return c.target.Scheme + "://" + c.target.Host }

// shown is an error as it may be shown. It is shortened last: half a secret would
// no longer be recognized.
func (c *Channel) shown(err error) error {
	return &shownError{httpcall.OneLine(c.hide.Replace(err.Error()), 300), err}
}

// shownError is an error with another text.
type shownError struct {
	text string
	err  error
}

func (s *shownError) Error() string { return s.text }
func (s *shownError) Unwrap() error { return s.err }

// hider replaces everything of the options that may be secret, in case the far side
// repeats what it was sent. Shorter pieces are left alone: to replace them would tear plain
// words apart. What an Alertmanager's own path has in it is none.
func hider(target *url.URL, o Options) *strings.Replacer {
	var pairs []string
	hide := func(shortest int, secrets ...string) {
		for _, s := range secrets {
			if len(s) >= shortest {
				pairs = append(pairs, s, "<secret>")
			}
		}
	}
	hide(4, base64.StdEncoding.EncodeToString([]byte(o.Username+":"+o.Password)), o.Password, o.Bearer)
	if prefix := strings.TrimSuffix(target.Path, Path); prefix != "" {
		hide(8, prefix)
		hide(8, strings.Split(prefix, "/")...)
	}
	return strings.NewReplacer(pairs...)
}
