CREATE TABLE attempts (
    position INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX attempts_key ON attempts (key, at);
