// Package imports holds no code, only the test that keeps the arrows between
// packages as docs/architecture.md draws them.
package imports
