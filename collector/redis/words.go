package redis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/collector/neterror"
)

// fault is an error that is whole in its own words.
type fault string

// Error returns the words for people.
func (f fault) Error() string { return string(f) }

// fullError means that the server takes no further connections.
type fullError string

// Error says how the server showed it.
func (e fullError) Error() string { return string(e) }

// stage is what was being done when a visit failed.
type stage string

const (
	connecting stage = "connect"
	securing   stage = "greet the server by TLS"
	asking     stage = "wait for the answer"
)

const (
	// maxShown is how much of a server's own words is shown, in bytes.
	maxShown = 60
	// maxCause is how much of an error of a library is shown, in bytes.
	maxCause = 160
)

// because adds the text of cause to words; parts of it may come from the server.
func because(words string, cause error) error {
	return &caused{words: words + ": " + httpget.Clip(cause.Error(), maxCause), cause: cause}
}

// caused is an error in words for people that still is what caused it.
type caused struct {
	words string
	cause error
}

// Error returns the words for people.
func (c *caused) Error() string { return c.words }

// Unwrap returns what caused the error.
func (c *caused) Unwrap() error { return c.cause }

// explain says why a visit came to nothing at a stage.
func explain(ctx context.Context, err error, at stage, a address) error {
	var own fault
	var full fullError
	switch {
	case errors.As(err, &own), errors.As(err, &full):
		return err
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", at, ctx.Err())
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		// A deadline may strike a connection a moment before it strikes ctx.
		return fmt.Errorf("%s: %w", at, context.DeadlineExceeded)
	case errors.Is(err, syscall.ENOENT):
		return because("there is no such socket: the server is down, or its unixsocket is another path", err)
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return because("Brimwatch may not open the socket: see the server's unixsocketperm and the user's groups", err)
	}
	if words := neterror.Words(err); words != "" {
		return because(words, err)
	}
	switch {
	case neterror.NotTLS(err):
		return fault("the server does not answer by TLS: wrong port, or redis:// is meant")
	case neterror.HungUp(err):
		return because(hangUpWords(err, at, a), err)
	}
	return because(string(at), err)
}

// hangUpWords says what it may mean that the server ended the connection.
func hangUpWords(err error, at stage, a address) string {
	switch {
	case at == securing:
		return "the server closed the connection instead of greeting by TLS: wrong port, or redis:// is meant"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was cut off within the answer"
	case a.network == "tcp" && !a.tls:
		return "the server closed the connection without an answer: wrong port, or rediss:// is meant"
	}
	return "the server closed the connection without an answer"
}

// isFull tells whether a server refuses because of its maxclients.
func (r refusal) isFull() bool { return strings.Contains(r.text, "max number of clients") }

// refusedLogin puts a refusal of AUTH into words. The server's own are not
// shown: it may repeat what it was sent.
func refusedLogin(r refusal, withName bool) error {
	switch {
	case r.code == "WRONGPASS", strings.Contains(r.text, "invalid password"):
		return fault("the server refuses the login: wrong user name or password, or the user is off (WRONGPASS)")
	case strings.Contains(r.text, "without any password configured"), strings.Contains(r.text, "no password is set"):
		return fault("a password is given, but the server's default user has none: leave it out, or give the username that it belongs to")
	case strings.Contains(r.text, "wrong number of arguments") && withName:
		return fault("the server knows no user names, as Redis before 6: leave the username out")
	}
	if err := refusedAll(r); err != nil {
		return err
	}
	return fault("the server refuses the login (AUTH) for a reason that may hold the password and is not shown")
}

// refusedInfo puts a refusal of INFO into words.
func refusedInfo(r refusal) error {
	switch r.code {
	case "NOAUTH":
		return fault("the server wants a password: give password_file, and username where it is not the default user (NOAUTH)")
	case "NOPERM":
		return fault("this user may not run INFO: grant it, ACL SETUSER name +info (NOPERM)")
	}
	if err := refusedAll(r); err != nil {
		return err
	}
	return fault("the server refuses INFO: " + httpget.Clip(r.text, maxShown))
}

// refusedAll puts those refusals into words that any command may meet; nil for
// others.
func refusedAll(r refusal) error {
	switch r.code {
	case "DENIED":
		return fault("the server is in protected mode and lets in only its own machine: give it a password (requirepass, or an ACL user), or set protected-mode no (DENIED)")
	case "NOAUTH":
		return fault("the server wants another login before this one (NOAUTH)")
	case "LOADING":
		return fault("the server is loading its data into memory and answers when that is done (LOADING)")
	case "BUSY":
		return fault("the server is busy with a script or function that does not end: SCRIPT KILL or FUNCTION KILL (BUSY)")
	case "MISCONF":
		return fault("the server cannot save its data and refuses commands: see its log and the space on its disk (MISCONF)")
	case "MASTERDOWN":
		return fault("this replica has lost its primary and answers nothing until it is back (MASTERDOWN; replica-serve-stale-data)")
	}
	if r.isFull() {
		return fullError("the server is at its maxclients and refuses new connections")
	}
	return nil
}

// refusedList says why subscriptions cannot be counted.
func refusedList(r refusal) string {
	switch {
	case r.code == "NOPERM":
		return "this user may not run CLIENT LIST, without which Redis tells no number of subscriptions: grant it, ACL SETUSER name +client|list"
	case strings.Contains(r.text, "syntax error"):
		return "the server knows no CLIENT LIST TYPE, as Redis before 5, and tells no number of subscriptions without it"
	}
	return "the server refuses CLIENT LIST, without which it tells no number of subscriptions: " + httpget.Clip(r.text, maxShown)
}
