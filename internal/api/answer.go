package api

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/internal/access"
	"github.com/brimwatch/brimwatch/internal/api/wire"
)

// maxBody bounds the body of a request, in bytes.
const maxBody = 64 << 10

// inJSON answers in JSON where the mux would answer in plain text: there is no such
// path, or it does not know the method.
func (s *server) inJSON(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fallback, pattern := mux.Handler(r)
		if pattern != "" {
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			mux.ServeHTTP(w, r)
			return
		}
		found := refusal{header: w.Header()}
		fallback.ServeHTTP(&found, r)
		if found.status == http.StatusMethodNotAllowed {
			s.refuse(w, found.status, fmt.Sprintf("%s does not take %s; it takes %s", r.URL.Path, r.Method, w.Header().Get("Allow")))
			return
		}
		s.refuse(w, http.StatusNotFound, "there is nothing at "+r.URL.Path+"; docs/api.md lists what there is")
	})
}

// refusal takes the status of an answer and leaves its text out.
type refusal struct {
	header http.Header
	status int
}

func (f *refusal) Header() http.Header         { return f.header }
func (f *refusal) Write(p []byte) (int, error) { return len(p), nil }
func (f *refusal) WriteHeader(status int)      { f.status = status }

// answer sends v as JSON.
func (s *server) answer(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		s.log.Error("answer could not be written as JSON", "error", err)
		status, body = http.StatusInternalServerError, []byte(`{"error":"the answer could not be written; the log of Brimwatch says why"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if _, err := w.Write(append(body, '\n')); err != nil {
		s.log.Debug("answer was not taken", "error", err)
	}
}

// stream sends {"name":[…]} without holding all of it in memory. Items must be such
// that they can always be written as JSON.
func stream[T any](s *server, w http.ResponseWriter, name string, items iter.Seq[T]) {
	w.Header().Set("Content-Type", "application/json")
	out := bufio.NewWriterSize(w, 32<<10)
	enc := json.NewEncoder(out)
	err := func() error {
		if _, err := fmt.Fprintf(out, "{%q:[", name); err != nil {
			return err
		}
		first := true
		for item := range items {
			if !first {
				if err := out.WriteByte(','); err != nil {
					return err
				}
			}
			first = false
			if err := enc.Encode(item); err != nil {
				return err
			}
		}
		if _, err := out.WriteString("]}\n"); err != nil {
			return err
		}
		return out.Flush()
	}()
	if err != nil {
		s.log.Debug("answer was not taken", "error", err)
	}
}

// refuse says what is wrong with a request.
func (s *server) refuse(w http.ResponseWriter, status int, what string, faults ...string) {
	s.answer(w, status, wire.Error{Error: what, Faults: faults})
}

// refuseAll says all that is wrong with what was sent. Where that is one thing, the
// error says it, too.
func (s *server) refuseAll(w http.ResponseWriter, what string, faults []string) {
	if len(faults) == 1 {
		what += ": " + faults[0]
	}
	s.refuse(w, http.StatusUnprocessableEntity, what, faults...)
}

// fail answers that something did not work here; the log has the particulars.
func (s *server) fail(w http.ResponseWriter, r *http.Request, what string, err error) {
	if r.Context().Err() != nil {
		s.log.DebugContext(r.Context(), "request given up by the caller", "path", r.URL.Path, "error", err)
	} else {
		s.log.ErrorContext(r.Context(), "request could not be answered", "path", r.URL.Path, "error", err)
	}
	s.refuse(w, http.StatusInternalServerError, what+": "+err.Error())
}

// foreign answers a request that a page of another site sent.
func (s *server) foreign(w http.ResponseWriter, r *http.Request) {
	s.log.WarnContext(r.Context(), "request from another site refused", "path", r.URL.Path, "origin", r.Header.Get("Origin"))
	s.refuse(w, http.StatusForbidden, "a page of another site sent this; nothing was changed")
}

// unavailable tells whether err says that there was no time, and not that what was
// asked for is wrong.
func unavailable(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// read decodes a body into v: one JSON value, with no field that v does not have. An
// empty body is refused unless optional. It answers by itself when the body is not
// what it should be.
func (s *server) read(w http.ResponseWriter, r *http.Request, v any, optional bool) bool {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if errors.Is(err, io.EOF) && optional {
		return true
	}
	if err == nil {
		if _, err = dec.Token(); errors.Is(err, io.EOF) {
			return true
		}
		if err == nil {
			err = errors.New("there is more than one JSON value in it")
		}
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		s.refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is longer than %d bytes", maxBody))
		return false
	}
	s.refuse(w, http.StatusBadRequest, "the body cannot be read: "+plainJSON(err))
	return false
}

// plainJSON says in plain words what is wrong with JSON.
func plainJSON(err error) string {
	if errors.Is(err, io.EOF) {
		return "it is empty, and JSON is wanted here"
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "it ends in the middle"
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("it is not JSON at byte %d (%s)", e.Offset, e)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		where := "it"
		if e.Field != "" {
			where = e.Field
		}
		return where + " must not be a " + e.Value
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// limit reads how many rows a list may have. It answers by itself when that is
// not a number in range.
func (s *server) limit(w http.ResponseWriter, r *http.Request) (int, bool) {
	const most = 10_000
	text := r.URL.Query().Get("limit")
	if text == "" {
		return 1000, true
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		s.refuse(w, http.StatusBadRequest, fmt.Sprintf("limit is a number from 1 to %d", most))
		return 0, false
	}
	return n, true
}

// refuseGarbled says which names have characters in them that no name may have.
func (s *server) refuseGarbled(w http.ResponseWriter, what string, faults []string) {
	s.refuse(w, http.StatusBadRequest, what+": "+faults[0], faults...)
}

// caller is who sends a request: whoever signed in, and only where nobody did the
// name that is given, else the one that the request says of itself, else "api".
func caller(r *http.Request, given string) string {
	name, signedIn := access.Who(r)
	if signedIn {
		return name
	}
	return cmp.Or(given, name, "api")
}
