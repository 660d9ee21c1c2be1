package phone

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the hash Twilio signs with
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Notify posts the callbacks that are due by now, signed as Twilio signs them: of each
// message one for each status after the first, in order; of each call the key that was
// pressed, and its end. What a callback's receiver
// did not take is not posted again, as with Twilio.
func (s *Server) Notify(ctx context.Context) error {
	if s.opts.Callbacks == nil {
		return nil
	}
	var faults []error
	for _, c := range s.dueCallbacks() {
		if err := s.post(ctx, c); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// callback is one post of Notify.
type callback struct {
	url  string
	form url.Values
	// heard takes what was answered; nil is nobody.
	heard func(answer string)
}

// dueCallbacks collects what is to be posted, and counts it as told.
func (s *Server) dueCallbacks() []callback {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []callback
	now := s.opts.Now()
	for _, m := range s.messages {
		if m.callback == "" {
			continue
		}
		for ; m.told < m.stepAt(now, s.opts.Pace); m.told++ {
			step := m.told + 1
			form := url.Values{
				"AccountSid": {m.account}, "ApiVersion": {"2010-04-01"}, "From": {m.from}, "To": {m.to},
				"MessageSid": {m.sid}, "SmsSid": {m.sid}, "MessageStatus": {m.steps()[step]}, "SmsStatus": {m.steps()[step]},
			}
			if step == len(m.steps())-1 && m.code != 0 {
				form.Set("ErrorCode", strconv.Itoa(m.code))
			}
			due = append(due, callback{m.callback, form, nil})
		}
	}
	return append(due, s.duePosts(now)...)
}

func (s *Server) post(ctx context.Context, c callback) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, strings.NewReader(c.form.Encode()))
	if err != nil {
		return fmt.Errorf("build a status callback: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	req.Header.Set("User-Agent", "TwilioProxy/1.1")
	req.Header.Set("X-Twilio-Signature", s.signature(c))
	resp, err := s.opts.Callbacks.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("post a status callback: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()                       // read-only: nothing can be lost
	said, err := io.ReadAll(io.LimitReader(resp.Body, maxRequest)) // so that the connection is kept
	if err != nil {
		return fmt.Errorf("read the answer to a callback: %w", err)
	}
	if c.heard != nil {
		s.mu.Lock()
		c.heard(string(said))
		s.mu.Unlock()
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("post a status callback: HTTP %d", resp.StatusCode)
	}
	return nil
}

// signature is the base64 of HMAC-SHA1 over the address and the form's names and
// values in order. Each name of ours comes once.
func (s *Server) signature(c callback) string {
	names := make([]string, 0, len(c.form))
	for name := range c.form {
		names = append(names, name)
	}
	slices.Sort(names)
	mac := hmac.New(sha1.New, []byte(s.opts.AuthToken))
	mac.Write([]byte(c.url))
	for _, name := range names {
		mac.Write([]byte(name + c.form.Get(name)))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
