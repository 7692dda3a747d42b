/**
 * The SQLite schema as a list of migrations; `PRAGMA user_version` is the number of those that ran.
 *
 * - `sessions`: what a list shows and filters by; written when a state changes. The handle is the number of the first change.
 * - `counts`: how many sessions there are; kept by the writer, because a trigger makes SQLite copy every page a row is written to.
 * - `heads`: the fence and bounds of each log; one small row, written by every append.
 * - `tail`: what was appended last, of all logs, in the order of the commits; a few rows for each commit and no index, so
 *   that a commit writes few pages. Folding moves it into `pieces`; the last row stays, emptied, so that row ids only grow.
 * - `pieces`: the logs by session and seq. Large appends are pieces at once; sealing joins small neighbours into rows of
 *   about 64 KiB. `upto` counts a log's bytes from its beginning, so that trimming knows what it removes without reading it.
 * - `sweeps`: logs with pieces to be removed in small steps: all (`gone`), those before the first seq, and those whose
 *   `to_seq` lies in the dead range, because a joined piece holds the same records.
 * - `metadata`: the entries of `sessions.metadata`, which is JSON text, by name and value; rewritten when that text changes.
 * - `notes`: events that readers of notes are to learn of, in the order of the commits, until every reader has passed them.
 * - `documents`: what people keep: drafts, layouts. `seen`: up to which seq a person has seen a session, numbered by person.
 * - `trace`: when each session worked, waited and failed, and when people wrote; kept whatever is folded or trimmed.
 * - `identity`: which store this is, for cursors that count its changes.
 *
 * A migration that was released is never changed; a new one is added after it.
 */

/** Marks a database file as a Holdfast store ("Hold" in ASCII). */
export const APPLICATION_ID = 0x486f6c64

/** Migrations in order; each is a script run in a transaction of its own. */
export const MIGRATIONS: ReadonlyArray<string> = [
  `
  CREATE TABLE sessions (
    handle INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    log TEXT NOT NULL,
    change INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    trashed INTEGER NOT NULL,
    process TEXT NOT NULL,
    owner TEXT NOT NULL,
    pinned INTEGER NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    last_active_at REAL NOT NULL,
    purge_at REAL,
    label TEXT NOT NULL,
    folded TEXT NOT NULL,
    tags TEXT NOT NULL,
    record TEXT NOT NULL,
    inner TEXT NOT NULL
  );
  CREATE UNIQUE INDEX sessions_change ON sessions (change);
  CREATE INDEX sessions_by_active ON sessions (trashed, last_active_at);
  CREATE INDEX sessions_by_created ON sessions (trashed, created_at);
  CREATE INDEX sessions_by_updated ON sessions (trashed, updated_at);
  CREATE INDEX sessions_by_label ON sessions (trashed, folded);
  CREATE INDEX sessions_purge ON sessions (purge_at) WHERE purge_at IS NOT NULL;

  CREATE TABLE counts (status TEXT NOT NULL, kind TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (status, kind)) WITHOUT ROWID;

  CREATE TABLE heads (
    handle INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    next_seq INTEGER NOT NULL,
    total INTEGER NOT NULL,
    trimmed INTEGER NOT NULL,
    sealed INTEGER NOT NULL,
    loose INTEGER NOT NULL,
    position INTEGER,
    position_crc INTEGER,
    runner TEXT,
    child TEXT
  );

  CREATE TABLE tail (
    rowid INTEGER PRIMARY KEY,
    places BLOB NOT NULL,
    kinds TEXT NOT NULL,
    bytes BLOB NOT NULL
  );

  CREATE TABLE pieces (
    rowid INTEGER PRIMARY KEY,
    session INTEGER NOT NULL,
    to_seq INTEGER NOT NULL,
    from_seq INTEGER NOT NULL,
    upto INTEGER NOT NULL,
    place_crc INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    kinds TEXT NOT NULL,
    bytes BLOB NOT NULL
  );
  CREATE UNIQUE INDEX pieces_place ON pieces (session, to_seq);

  CREATE TABLE keys (
    session INTEGER NOT NULL,
    key TEXT NOT NULL,
    hash TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    PRIMARY KEY (session, key)
  ) WITHOUT ROWID;

  CREATE TABLE creations (key TEXT PRIMARY KEY, hash TEXT NOT NULL, session INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX creations_session ON creations (session);

  CREATE TABLE checkpoints (
    rowid INTEGER PRIMARY KEY,
    session INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    cols INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    time REAL NOT NULL,
    crc INTEGER NOT NULL,
    screen BLOB NOT NULL
  );
  CREATE UNIQUE INDEX checkpoints_place ON checkpoints (session, seq);

  CREATE TABLE sweeps (
    handle INTEGER PRIMARY KEY,
    gone INTEGER NOT NULL,
    dead_from INTEGER NOT NULL DEFAULT 0,
    dead_before INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE leases (name TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL, token INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO counters VALUES ('change', 0);
  `,
  `
  CREATE TABLE identity (feed TEXT NOT NULL);
  INSERT INTO identity VALUES (lower(hex(randomblob(8))));
  `,
  `
  ALTER TABLE sessions ADD COLUMN metadata TEXT NOT NULL DEFAULT '';
  CREATE TABLE metadata (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    session INTEGER NOT NULL,
    PRIMARY KEY (name, value, session)
  ) WITHOUT ROWID;
  `,
  "ALTER TABLE sessions ADD COLUMN created_by TEXT",
  `
  CREATE TABLE notes (number INTEGER PRIMARY KEY AUTOINCREMENT, session INTEGER NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL);
  CREATE TABLE note_readers (reader TEXT PRIMARY KEY, cursor INTEGER NOT NULL) WITHOUT ROWID;
  `,
  `
  ALTER TABLE sessions ADD COLUMN news INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE documents (
    person TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    time REAL NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (person, kind, name)
  );
  CREATE INDEX documents_name ON documents (name);
  INSERT INTO counters VALUES ('document', 0), ('seen', 0);
  CREATE TABLE seen (
    person TEXT NOT NULL,
    session INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (person, session)
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX seen_number ON seen (person, number);
  CREATE INDEX seen_session ON seen (session);
  `,
  `
  CREATE TABLE trace (
    session INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    sign TEXT NOT NULL,
    kind INTEGER NOT NULL,
    time REAL NOT NULL,
    until REAL,
    PRIMARY KEY (session, seq, sign)
  ) WITHOUT ROWID;
  CREATE INDEX trace_time ON trace (session, kind, time);
  `,
]
