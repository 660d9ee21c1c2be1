// Package httpget gets what a server shows over HTTP, and says in plain words
// why it did not.
//
// A Getter asks for one page again and again: one kept connection, no goroutine
// and no buffer while it is idle. That is what runs for every instance at every
// interval. A Site asks one server for several things, as JSON.
//
// Both know basic authentication, bearer tokens, client certificates and the
// proxies of the environment; they follow no redirects, read no more than
// MaxPage, and leave a server alone for as long as it asks for (Retry-After).
// Errors never hold credentials, and of a server's words only a clipped piece.
package httpget
