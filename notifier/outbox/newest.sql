-- The newest layout, written from its steps (schema.go); do not edit.
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
	threshold       REAL NOT NULL,
	reason     TEXT NOT NULL,
	raised_at  INTEGER NOT NULL,
	ended_at   INTEGER NOT NULL DEFAULT 0,
	acked_by   TEXT NOT NULL DEFAULT '',
	acked_at   INTEGER NOT NULL DEFAULT 0,
	updated_at INTEGER NOT NULL
, account TEXT NOT NULL DEFAULT '');
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
, alert TEXT NOT NULL DEFAULT '');
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
, told_with TEXT NOT NULL DEFAULT '', price INTEGER NOT NULL DEFAULT 0, currency TEXT NOT NULL DEFAULT '', address  TEXT NOT NULL DEFAULT '', told     TEXT NOT NULL DEFAULT '', brief    TEXT NOT NULL DEFAULT '', left_out INTEGER NOT NULL DEFAULT 0, weight   INTEGER NOT NULL DEFAULT 3, decided  INTEGER NOT NULL DEFAULT 0, once_more INTEGER NOT NULL DEFAULT 0, late     INTEGER NOT NULL DEFAULT 0, held_for INTEGER NOT NULL DEFAULT 0, escalation INTEGER NOT NULL DEFAULT 0, event INTEGER NOT NULL DEFAULT 0, freed_at INTEGER NOT NULL DEFAULT 0, passed TEXT NOT NULL DEFAULT '', turn INTEGER NOT NULL DEFAULT 0, own TEXT NOT NULL DEFAULT '');
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
);
CREATE TABLE "alarm_state" (
	rule     TEXT NOT NULL,
	account  TEXT NOT NULL,
	instance TEXT NOT NULL,
	metric   INTEGER NOT NULL,
	state    TEXT NOT NULL,
	PRIMARY KEY (rule, account, instance, metric)
) WITHOUT ROWID;
CREATE INDEX notice_created ON notice (channel, created_at);
CREATE INDEX notice_code ON notice (code, recipient);
CREATE INDEX notice_provider ON notice (provider_id) WHERE provider_id != '';
CREATE INDEX episode_ended ON episode (ended_at) WHERE ended_at > 0;
CREATE TABLE clock (ran INTEGER NOT NULL, down INTEGER NOT NULL, wall INTEGER NOT NULL);
CREATE INDEX notice_message ON notice (message) WHERE message != '';
CREATE TABLE message (
	id      TEXT PRIMARY KEY,
	text    TEXT NOT NULL,
	address TEXT NOT NULL,
	began   INTEGER NOT NULL,
	tried   INTEGER NOT NULL,
	notices INTEGER NOT NULL
, route TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE INDEX message_began ON message (began);
CREATE TABLE written (
	id      INTEGER PRIMARY KEY,
	commits INTEGER NOT NULL
);
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
, code TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE INDEX notice_free ON notice (recipient) WHERE state = 'pending' AND message = '';
CREATE TABLE unreachable (
	recipient TEXT PRIMARY KEY,
	address   TEXT NOT NULL,
	code      TEXT NOT NULL,
	since     INTEGER NOT NULL
) WITHOUT ROWID;
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
CREATE INDEX episode_instance ON episode (instance);
CREATE INDEX notice_freed ON notice (freed_at) WHERE freed_at > 0;
CREATE TABLE confirmation (
	id       INTEGER PRIMARY KEY,
	instance TEXT NOT NULL,
	at       INTEGER NOT NULL,
	what     TEXT NOT NULL,
	by       TEXT NOT NULL,
	reason   TEXT NOT NULL
);
CREATE INDEX confirmation_instance ON confirmation (instance, at);
CREATE INDEX confirmation_at ON confirmation (at);
INSERT INTO clock VALUES (0, 0, 0);
INSERT INTO written VALUES (1, 0);
PRAGMA user_version = 16;
