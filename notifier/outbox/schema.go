package outbox

import (
	"context"
	"database/sql"
	_ "embed" // of newest.sql
	"errors"
	"fmt"
	"net/url"

	"modernc.org/sqlite"
)

// schema is the database's layout, step by step; docs/outbox.md describes it. Times are Unix
// milliseconds, 0 for none. Steps are only ever added at the end, and newest.sql is written
// anew with `go test ./notifier/outbox -run TestNewestLayout -update`.
func schema() []string {
	return []string{`
CREATE TABLE alarm_state (
	rule     TEXT NOT NULL,
	instance TEXT NOT NULL,
	metric   INTEGER NOT NULL,
	state    TEXT NOT NULL,
	PRIMARY KEY (rule, instance, metric)
) WITHOUT ROWID;

CREATE TABLE episode (
	id         INTEGER PRIMARY KEY,
	code       TEXT NOT NULL,
	rule       TEXT NOT NULL,
	instance   TEXT NOT NULL,
	metric     INTEGER NOT NULL,
	state      TEXT NOT NULL,
	severity   TEXT NOT NULL,
	usage      REAL NOT NULL,
	capacity   REAL NOT NULL,
	mark       REAL NOT NULL,
	reason     TEXT NOT NULL,
	raised_at  INTEGER NOT NULL,
	ended_at   INTEGER NOT NULL DEFAULT 0,
	acked_by   TEXT NOT NULL DEFAULT '',
	acked_at   INTEGER NOT NULL DEFAULT 0,
	updated_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX episode_open ON episode (code) WHERE ended_at = 0;
CREATE INDEX episode_raised ON episode (raised_at);

CREATE TABLE event (
	id       INTEGER PRIMARY KEY,
	episode  INTEGER NOT NULL REFERENCES episode (id) ON DELETE CASCADE,
	kind     TEXT NOT NULL,
	at       INTEGER NOT NULL,
	severity TEXT NOT NULL,
	known    INTEGER NOT NULL,
	usage    REAL NOT NULL,
	capacity REAL NOT NULL,
	reason   TEXT NOT NULL,
	by       TEXT NOT NULL
);
CREATE INDEX event_episode ON event (episode);

CREATE TABLE notice (
	seq         INTEGER PRIMARY KEY,
	id          TEXT NOT NULL UNIQUE,
	episode     INTEGER NOT NULL REFERENCES episode (id) ON DELETE CASCADE,
	code        TEXT NOT NULL,
	kind        TEXT NOT NULL,
	rule        TEXT NOT NULL,
	severity    TEXT NOT NULL,
	receiver    TEXT NOT NULL,
	channel     TEXT NOT NULL,
	recipient   TEXT NOT NULL,
	display     TEXT NOT NULL,
	text        TEXT NOT NULL,
	alert       TEXT NOT NULL,
	state       TEXT NOT NULL,
	attempts    INTEGER NOT NULL DEFAULT 0,
	reason      TEXT NOT NULL DEFAULT '',
	message     TEXT NOT NULL DEFAULT '',
	in_doubt    INTEGER NOT NULL DEFAULT 0,
	provider_id TEXT NOT NULL DEFAULT '',
	created_at  INTEGER NOT NULL,
	first_at    INTEGER NOT NULL DEFAULT 0,
	next_at     INTEGER NOT NULL DEFAULT 0,
	sent_at     INTEGER NOT NULL DEFAULT 0,
	tracked     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX notice_episode ON notice (episode);
CREATE INDEX notice_live ON notice (state, next_at);
CREATE INDEX notice_recipient ON notice (recipient, created_at);

CREATE TABLE attempt (
	id         INTEGER PRIMARY KEY,
	message    TEXT NOT NULL,
	notices    INTEGER NOT NULL,
	recipient  TEXT NOT NULL,
	number     INTEGER NOT NULL,
	started_at INTEGER NOT NULL,
	ended_at   INTEGER NOT NULL DEFAULT 0,
	outcome    TEXT NOT NULL DEFAULT '',
	detail     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX attempt_message ON attempt (message);
CREATE INDEX attempt_started ON attempt (started_at);

CREATE TABLE silence (
	id         TEXT PRIMARY KEY,
	matchers   TEXT NOT NULL,
	until      INTEGER NOT NULL,
	by         TEXT NOT NULL,
	comment    TEXT NOT NULL,
	created_at INTEGER NOT NULL
);`, `
CREATE TABLE alarm_state_2 (
	rule     TEXT NOT NULL,
	account  TEXT NOT NULL,
	instance TEXT NOT NULL,
	metric   INTEGER NOT NULL,
	state    TEXT NOT NULL,
	PRIMARY KEY (rule, account, instance, metric)
) WITHOUT ROWID;
INSERT INTO alarm_state_2 SELECT rule, '', instance, metric, state FROM alarm_state;
DROP TABLE alarm_state;
ALTER TABLE alarm_state_2 RENAME TO alarm_state;

ALTER TABLE episode ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE notice ADD COLUMN told_with TEXT NOT NULL DEFAULT '';`, `
ALTER TABLE episode RENAME COLUMN mark TO threshold;
UPDATE alarm_state SET state = replace(state, '"mark":', '"threshold":');`, `
CREATE INDEX notice_created ON notice (channel, created_at);
CREATE INDEX notice_code ON notice (code, recipient);
CREATE INDEX notice_provider ON notice (provider_id) WHERE provider_id != '';
CREATE INDEX episode_ended ON episode (ended_at) WHERE ended_at > 0;`, `
ALTER TABLE notice ADD COLUMN price INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notice ADD COLUMN currency TEXT NOT NULL DEFAULT '';`, `
CREATE TABLE clock (ran INTEGER NOT NULL, down INTEGER NOT NULL, wall INTEGER NOT NULL);
INSERT INTO clock VALUES (0, 0, 0);

ALTER TABLE notice ADD COLUMN address  TEXT NOT NULL DEFAULT '';
ALTER TABLE notice ADD COLUMN told     TEXT NOT NULL DEFAULT '';
ALTER TABLE notice ADD COLUMN brief    TEXT NOT NULL DEFAULT '';
ALTER TABLE notice ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notice ADD COLUMN weight   INTEGER NOT NULL DEFAULT 3;
ALTER TABLE notice ADD COLUMN decided  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notice ADD COLUMN once_more INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notice ADD COLUMN late     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notice ADD COLUMN held_for INTEGER NOT NULL DEFAULT 0;
CREATE INDEX notice_message ON notice (message) WHERE message != '';

CREATE TABLE message (
	id      TEXT PRIMARY KEY,
	text    TEXT NOT NULL,
	address TEXT NOT NULL,
	began   INTEGER NOT NULL,
	tried   INTEGER NOT NULL,
	notices INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX message_began ON message (began);`, `
CREATE TABLE written (
	id      INTEGER PRIMARY KEY,
	commits INTEGER NOT NULL
);
INSERT INTO written VALUES (1, 0);`, `
CREATE TABLE number (
	contact     TEXT PRIMARY KEY,
	number      TEXT NOT NULL,
	since       INTEGER NOT NULL,
	answered_at INTEGER NOT NULL DEFAULT 0,
	tested_at   INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE drill (
	code        TEXT PRIMARY KEY,
	contact     TEXT NOT NULL,
	number      TEXT NOT NULL,
	asked_at    INTEGER NOT NULL,
	answered_at INTEGER NOT NULL DEFAULT 0,
	told_at     INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX drill_contact ON drill (contact, asked_at);
CREATE TABLE limit_warning (
	cap TEXT PRIMARY KEY,
	at  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX notice_free ON notice (recipient) WHERE state = 'pending' AND message = '';`, `
CREATE TABLE unreachable (
	recipient TEXT PRIMARY KEY,
	address   TEXT NOT NULL,
	code      TEXT NOT NULL,
	since     INTEGER NOT NULL
) WITHOUT ROWID;`, `
ALTER TABLE notice ADD COLUMN escalation INTEGER NOT NULL DEFAULT 0;`, `
CREATE TABLE inbound (
	id TEXT PRIMARY KEY,
	at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX inbound_at ON inbound (at);

CREATE TABLE optout (
	phone TEXT PRIMARY KEY,
	at    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX notice_at ON notice (created_at);
CREATE INDEX episode_instance ON episode (instance);`, `
ALTER TABLE event ADD COLUMN alert TEXT NOT NULL DEFAULT '';
ALTER TABLE notice ADD COLUMN event INTEGER NOT NULL DEFAULT 0;`, `
ALTER TABLE notice ADD COLUMN freed_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX notice_freed ON notice (freed_at) WHERE freed_at > 0;
ALTER TABLE limit_warning ADD COLUMN code TEXT NOT NULL DEFAULT '';`, `
ALTER TABLE notice ADD COLUMN passed TEXT NOT NULL DEFAULT '';
ALTER TABLE notice ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN route TEXT NOT NULL DEFAULT '';`, `
CREATE TABLE confirmation (
	id       INTEGER PRIMARY KEY,
	instance TEXT NOT NULL,
	at       INTEGER NOT NULL,
	what     TEXT NOT NULL,
	by       TEXT NOT NULL,
	reason   TEXT NOT NULL
);
CREATE INDEX confirmation_instance ON confirmation (instance, at);
CREATE INDEX confirmation_at ON confirmation (at);`, `
ALTER TABLE notice ADD COLUMN own TEXT NOT NULL DEFAULT '';`,
	}
}

// openDatabase opens one connection for writing and some for reading. WAL with
// synchronous=FULL: what was committed survives the loss of power.
func openDatabase(ctx context.Context, path string, scratch bool) (db, reads *sql.DB, err error) {
	if scratch {
		db, err = openScratch(ctx, path)
		return db, db, err
	}
	pragmas := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(5000)", "foreign_keys(1)", "temp_store(MEMORY)"}, "_txlock": {"immediate"}}
	driver := &sqlite.Driver{}
	db = sql.OpenDB(connector{driver, "file:" + url.PathEscape(path) + "?" + pragmas.Encode()})
	db.SetMaxOpenConns(1)
	if err := migrate(ctx, db); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("prepare the database %s: %w", path, err), db.Close())
	}
	pragmas = url.Values{"_pragma": {"busy_timeout(5000)", "query_only(1)"}}
	reads = sql.OpenDB(connector{driver, "file:" + url.PathEscape(path) + "?" + pragmas.Encode()})
	reads.SetMaxOpenConns(4)
	return db, reads, nil
}

// newest makes the newest layout in an empty database at once. -update writes it from the
// steps, most of whose time goes into changing tables that the steps before have made.
//
//go:embed newest.sql
var newest string

// migrate brings the database to the newest layout: an empty one at once, any other step by step.
func migrate(ctx context.Context, db *sql.DB) error {
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return fmt.Errorf("read its version: %w", err)
	}
	steps := schema()
	if version > len(steps) {
		return fmt.Errorf("it was written by a newer Brimwatch (layout %d, this one knows %d): use that version, or another storage.dir", version, len(steps))
	}
	if version == 0 {
		if err := inOne(ctx, db, newest); err != nil {
			return fmt.Errorf("make its tables: %w", err)
		}
		return nil
	}
	for ; version < len(steps); version++ {
		text := steps[version] + fmt.Sprintf("\nPRAGMA user_version = %d;", version+1)
		if err := inOne(ctx, db, text); err != nil {
			return fmt.Errorf("step %d: %w", version+1, err)
		}
	}
	return nil
}

// inOne runs statements in one transaction: all of them, or none.
func inOne(ctx context.Context, db *sql.DB, text string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, text); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
