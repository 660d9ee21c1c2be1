package config

import (
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
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
	d.resolveQueryURL(&doc.QueryURL.databaseDoc, out)
	for i := range doc.RemoteWrite {
		if w := &doc.RemoteWrite[i]; w.node != nil {
			d.resolveRemoteWrite(w, out)
		}
	}
}

// resolveRemoteWrite reads one place that gets a copy of the history.
func (d *decoder) resolveRemoteWrite(w *remoteWriteDoc, out *Storage) {
	d.needURL(w.place, w.URL, "http", "https")
	if slices.ContainsFunc(out.RemoteWrite, func(o Database) bool { return o.URL == w.URL }) {
		d.fault(d.under(w.place, "url"), "the same URL is given twice")
	}
	out.RemoteWrite = append(out.RemoteWrite, d.resolveDatabase(w.place, w.URL, &w.authDoc))
}

// resolveQueryURL reads which database the history is read from.
func (d *decoder) resolveQueryURL(q *databaseDoc, out *Storage) {
	switch {
	case q.node == nil, q.node.Kind == yaml.ScalarNode && q.URL == "":
		return
	case q.node.Kind == yaml.ScalarNode:
		d.checkURL(q.place, q.URL, "http", "https")
	default:
		d.needURL(q.place, q.URL, "http", "https")
	}
	database := d.resolveDatabase(q.place, q.URL, &q.authDoc)
	out.Query = &database
}

func (d *decoder) resolveDatabase(p place, url string, auth *authDoc) Database {
	out := Database{URL: url, TLS: d.resolveTLS(&auth.TLS, strings.HasPrefix(url, "https://"))}
	out.Username, out.Password, out.Bearer = d.resolveAuth(p, &auth.loginDoc)
	return out
}
