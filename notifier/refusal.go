package notifier

import "errors"

type recipientError struct{ error }

func (e recipientError) Unwrap() error { return e.error }

// AboutRecipient marks err, which is Permanent: not the message is refused but its
// recipient, so all others to that address will be, too. Somebody else is to be told.
func AboutRecipient(err error) error { return recipientError{err} }

// IsAboutRecipient tells whether err was marked by AboutRecipient.
func IsAboutRecipient(err error) bool {
	_, ok := errors.AsType[recipientError](err)
	return ok
}
