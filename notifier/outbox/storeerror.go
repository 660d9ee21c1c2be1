package outbox

import (
	"errors"

	"modernc.org/sqlite"
)

// Trouble says why the store cannot be written.
type Trouble string

// What may keep the store from being written.
const (
	Full    Trouble = "full"    // no space is left on the disk
	Locked  Trouble = "locked"  // another program holds the database
	Damaged Trouble = "damaged" // the database is not what was written
	Other   Trouble = "other"   // anything else: rights, a disk that fails
)

// StoreError says that the store could not be written. It is no decision of
// whoever wrote: the same write may succeed later.
type StoreError struct {
	Kind Trouble
	Err  error // as the database said it
}

// Error says in plain words what is wrong, and what the database said.
func (e *StoreError) Error() string { return e.Plain() + ": " + e.Err.Error() }

// Unwrap returns the error of the database.
func (e *StoreError) Unwrap() error { return e.Err }

// Plain says what is wrong and what a person can do about it.
func (e *StoreError) Plain() string {
	switch e.Kind {
	case Full:
		return "the disk of storage.dir is full: make room there"
	case Locked:
		return "another program holds the database in storage.dir: end it (a backup, or sqlite3?)"
	case Damaged:
		return "the database in storage.dir is damaged: restart Brimwatch, it sets the file aside and begins a new one"
	case Other:
	}
	return "the database in storage.dir cannot be written: see to the disk and to the rights of the folder"
}

// The primary result codes of SQLite that are told apart; see sqlite.org/rescode.html.
const (
	codeBusy    = 5
	codeLocked  = 6
	codeCorrupt = 11
	codeFull    = 13
	codeNotADB  = 26
	codeNoIndex = 4874 // an extended code: there is no room for the index of the write-ahead log
)

// asStoreError marks an error that came from the database; others stay as they
// are: they are decisions of whoever wrote.
func asStoreError(err error) error {
	if err == nil {
		return nil
	}
	if _, marked := errors.AsType[*StoreError](err); marked {
		return err
	}
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	return &StoreError{Kind: troubleOf(e.Code()), Err: err}
}

func troubleOf(code int) Trouble {
	if code == codeNoIndex {
		return Full
	}
	switch code & 0xff {
	case codeFull:
		return Full
	case codeBusy, codeLocked:
		return Locked
	case codeCorrupt, codeNotADB:
		return Damaged
	}
	return Other
}

// Trouble says why the last write failed, or which damage was found; false when all
// is well.
func (b *Outbox) Trouble() (*StoreError, bool) {
	if e := b.trouble.Load(); e != nil {
		return e, true
	}
	e := b.found.Load()
	return e, e != nil
}

// note remembers whether the store can be written. An error that is no fault of
// the store says nothing about it.
func (b *Outbox) note(err error) {
	if err == nil {
		b.trouble.Store(nil)
		return
	}
	if e, ok := errors.AsType[*StoreError](err); ok {
		b.trouble.Store(e)
	}
}
