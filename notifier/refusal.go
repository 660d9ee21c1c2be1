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

// pairError is one of a far side that does not connect us with a recipient.
type pairError struct{ error }

func (e pairError) Unwrap() error { return e.error }

// AboutPair marks err, which is AboutRecipient: this far side does not reach the recipient for
// us, and another one may.
func AboutPair(err error) error { return pairError{err} }

// IsAboutPair tells whether err was marked by AboutPair.
func IsAboutPair(err error) bool {
	_, ok := errors.AsType[pairError](err)
	return ok
}

// credentialError is one because of who we are, or do not say that we are.
type credentialError struct{ error }

func (e credentialError) Unwrap() error { return e.error }

// AboutCredentials marks err: the far side does not take messages with these credentials.
// Somebody may mend that, so that it is worth another attempt, unless there are none to mend.
func AboutCredentials(err error) error { return credentialError{err} }

// IsAboutCredentials tells whether err was marked by AboutCredentials.
func IsAboutCredentials(err error) bool {
	_, ok := errors.AsType[credentialError](err)
	return ok
}
