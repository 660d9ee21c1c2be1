package phone

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fetch answers with one message.
func (s *Server) fetch(w http.ResponseWriter, r *http.Request) {
	sid, ok := strings.CutSuffix(r.PathValue("file"), ".json")
	s.mu.Lock()
	i := s.find(sid)
	if !ok || i < 0 {
		s.mu.Unlock()
		s.notFound(w, r)
		return
	}
	res := s.messages[i].resourceAt(s.opts.Now(), s.opts.Pace)
	s.mu.Unlock()
	answer(w, http.StatusOK, res)
}

// page is a page of the list of messages.
type page struct {
	End             int        `json:"end"`
	FirstPageURI    string     `json:"first_page_uri"`
	NextPageURI     *string    `json:"next_page_uri"`
	Page            int        `json:"page"`
	PageSize        int        `json:"page_size"`
	PreviousPageURI *string    `json:"previous_page_uri"`
	Start           int        `json:"start"`
	URI             string     `json:"uri"`
	Messages        []resource `json:"messages"`
}

// list answers with a page of messages, newest first.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	size, number, ok := paging(query)
	keep, fine := s.filter(query)
	if !ok || !fine {
		refuse(w, Refusal{Status: http.StatusBadRequest, Code: 20422, Message: "A parameter of the list cannot be read"})
		return
	}
	s.mu.Lock()
	found, more := s.pageOf(keep, strings.TrimPrefix(query.Get("PageToken"), "PA"), size, number)
	s.mu.Unlock()
	at := func(page int, token string) string {
		q := url.Values{"PageSize": {strconv.Itoa(size)}, "Page": {strconv.Itoa(page)}}
		for _, name := range []string{"To", "From", "DateSent", "DateSent<", "DateSent>"} {
			if query.Has(name) {
				q.Set(name, query.Get(name))
			}
		}
		if token != "" {
			q.Set("PageToken", token)
		}
		return r.URL.Path + "?" + q.Encode()
	}
	p := page{
		FirstPageURI: at(0, ""), URI: at(number, query.Get("PageToken")),
		Page: number, PageSize: size, Start: number * size, End: number*size + max(len(found)-1, 0), Messages: found,
	}
	if more {
		next := at(number+1, "PA"+found[len(found)-1].SID)
		p.NextPageURI = &next
	}
	if number > 0 {
		previous := at(number-1, "")
		p.PreviousPageURI = &previous
	}
	answer(w, http.StatusOK, p)
}

// pageOf collects a page of what passes keep. A token names the last message of
// the page before, so that what arrives meanwhile moves nothing; without one,
// whole pages are skipped.
func (s *Server) pageOf(keep func(*message, time.Time) bool, token string, size, number int) (found []resource, more bool) {
	now := s.opts.Now()
	from, skip := len(s.messages), number*size
	if i := s.find(token); i >= 0 {
		from, skip = i, 0
	}
	found = []resource{}
	for _, m := range slices.Backward(s.messages[:from]) {
		switch {
		case !keep(m, now):
		case skip > 0:
			skip--
		case len(found) == size:
			return found, true
		default:
			found = append(found, m.resourceAt(now, s.opts.Pace))
		}
	}
	return found, false
}

func paging(q url.Values) (size, number int, ok bool) {
	size = 50
	var err error
	if v := q.Get("PageSize"); v != "" {
		if size, err = strconv.Atoi(v); err != nil || size < 1 || size > 1000 {
			return 0, 0, false
		}
	}
	if v := q.Get("Page"); v != "" {
		if number, err = strconv.Atoi(v); err != nil || number < 0 || number > 1_000_000 {
			return 0, 0, false
		}
	}
	return size, number, true
}

// filter returns the test that the query asks for. Dates are days in UTC, both
// bounds included, and a message that was not sent yet has none.
func (s *Server) filter(q url.Values) (keep func(*message, time.Time) bool, ok bool) {
	days := make(map[string]string)
	for _, name := range []string{"DateSent", "DateSent<", "DateSent>"} {
		v := q.Get(name)
		if v == "" {
			continue
		}
		day, _, _ := strings.Cut(v, "T")
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return nil, false
		}
		days[name] = day
	}
	return func(m *message, now time.Time) bool {
		if to := q.Get("To"); to != "" && m.to != to {
			return false
		}
		if from := q.Get("From"); from != "" && m.from != from {
			return false
		}
		if len(days) == 0 {
			return true
		}
		at, sent := m.sentAt(now, s.opts.Pace)
		day := at.UTC().Format(time.DateOnly)
		on, before, after := days["DateSent"], days["DateSent<"], days["DateSent>"]
		return sent && (on == "" || day == on) && (before == "" || day <= before) && (after == "" || day >= after)
	}, true
}
