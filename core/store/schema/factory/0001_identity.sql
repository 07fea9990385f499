CREATE TABLE people (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    password_hash TEXT,
    must_change INTEGER NOT NULL DEFAULT 0,
    totp_sealed BLOB,
    totp_pending BLOB,
    totp_last_step INTEGER NOT NULL DEFAULT 0,
    language TEXT NOT NULL DEFAULT 'auto',
    theme TEXT NOT NULL DEFAULT 'night',
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    last_sign_in_at TEXT
);

CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL UNIQUE,
    algorithm TEXT NOT NULL,
    public_key TEXT NOT NULL,
    label TEXT NOT NULL,
    counter INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    last_used_at TEXT,
    last_address TEXT
);
CREATE INDEX keys_person ON keys (person_id);

CREATE TABLE recovery_codes (
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    digest TEXT NOT NULL,
    used_at TEXT,
    PRIMARY KEY (person_id, digest)
);

CREATE TABLE servers (
    id TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    started_at TEXT NOT NULL
);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    server TEXT NOT NULL,
    person_id TEXT,
    username TEXT NOT NULL,
    role TEXT NOT NULL,
    stage TEXT NOT NULL,
    door TEXT NOT NULL,
    address TEXT NOT NULL,
    client TEXT NOT NULL,
    method TEXT NOT NULL,
    key_fingerprint TEXT NOT NULL DEFAULT '',
    factor TEXT NOT NULL DEFAULT '',
    factor_at TEXT,
    opened_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    ended_at TEXT,
    end_reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX sessions_live ON sessions (ended_at, server);
CREATE INDEX sessions_person ON sessions (person_id, ended_at);

CREATE TABLE outbox (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    server TEXT NOT NULL,
    draft TEXT NOT NULL
);

-- Counts the changes of each area; followed by every process to know when to look again.
CREATE TABLE news (
    area TEXT PRIMARY KEY,
    n INTEGER NOT NULL
);
