// Package daemon puts Brimwatch together: it builds every part from a
// configuration, starts them, replaces them on reload, and stops them in the
// order in which data flows. No other package knows more than its neighbours.
//
//	config ─► sources ─► collector.Runner ─► fan-out ─► state, alarm.Engine, statistics ─► outbox ─► channels
//
// Start: what can fail comes first (configuration, address, lock, database,
// channels, collectors); then the parts run. Stop, the other way about: the
// collectors, the engine, the dispatcher, HTTP, the stores.
package daemon
