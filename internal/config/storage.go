package config

import (
	"slices"
	"strings"
	"time"
)

// shortestRetention is the length of one block of the history.
const shortestRetention = 2 * time.Hour

const (
	defaultQuerySamples = 50_000_000
	// fewestQuerySamples is enough for the finest chart of a few series.
	fewestQuerySamples = 100_000
)

// resolveStorage reads where history, states and notices are kept.
func (d *decoder) resolveStorage(root place, doc *storageDoc, out *Storage) {
	out.Dir, out.Retention = doc.Dir, doc.Retention.or(400*24*time.Hour)
	if out.Dir == "" {
		out.Dir = "data"
	}
	if out.Retention < shortestRetention {
		d.fault(d.find(root, "storage.retention"), "the history is kept for 2h or longer")
	}
	out.QueryMaxSamples = defaultQuerySamples
	if n := doc.QueryMaxSamples; n != nil {
		out.QueryMaxSamples = *n
		if *n < fewestQuerySamples {
			d.fault(d.find(root, "storage.query_max_samples"), "with fewer than %d samples a query, no chart of a year can be drawn", fewestQuerySamples)
		}
	}
	if doc.State.but("sqlite") {
		d.fault(doc.State.place, "this version does not know another state than sqlite: SQLite in storage.dir is used; remove the key")
	}
	if doc.QueryURL.but("") {
		d.fault(doc.QueryURL.place, "this version does not know query_url: statistics are read from its own history; remove the key")
	}
	for i := range doc.RemoteWrite {
		if w := &doc.RemoteWrite[i]; w.node != nil {
			d.resolveRemoteWrite(w, out)
		}
	}
}

// resolveRemoteWrite reads one place that gets a copy of the history.
func (d *decoder) resolveRemoteWrite(w *remoteWriteDoc, out *Storage) {
	d.needURL(w.place, w.URL, "http", "https")
	if slices.ContainsFunc(out.RemoteWrite, func(o RemoteWrite) bool { return o.URL == w.URL }) {
		d.fault(d.under(w.place, "url"), "the same URL is given twice")
	}
	to := RemoteWrite{URL: w.URL, TLS: d.resolveTLS(&w.TLS, strings.HasPrefix(w.URL, "https://"))}
	to.Username, to.Password, to.Bearer = d.resolveAuth(w.place, &w.loginDoc)
	out.RemoteWrite = append(out.RemoteWrite, to)
}
