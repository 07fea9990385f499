CREATE TABLE products (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    brief TEXT NOT NULL,
    profile TEXT NOT NULL,
    content_locale TEXT NOT NULL,
    interface_locale TEXT NOT NULL,
    state TEXT NOT NULL,
    station TEXT NOT NULL,
    held_by TEXT NOT NULL,
    why TEXT NOT NULL,
    park TEXT NOT NULL DEFAULT '',
    paused TEXT NOT NULL DEFAULT '',
    paused_at TEXT NOT NULL DEFAULT '',
    qa_rounds INTEGER NOT NULL DEFAULT 0,
    security_rounds INTEGER NOT NULL DEFAULT 0,
    design_rounds INTEGER NOT NULL DEFAULT 0,
    spec_rounds INTEGER NOT NULL DEFAULT 0,
    cost_microusd INTEGER NOT NULL DEFAULT 0,
    visitor_address TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    state_since TEXT NOT NULL
);
CREATE UNIQUE INDEX products_name ON products (name);
CREATE INDEX products_state ON products (state);
CREATE INDEX products_owner ON products (owner_id, created_at);

CREATE TABLE collaborators (
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    PRIMARY KEY (product_id, person_id)
);

CREATE TABLE tasks (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    agent TEXT NOT NULL,
    from_state TEXT NOT NULL,
    target_state TEXT NOT NULL,
    status TEXT NOT NULL,
    priority INTEGER NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 1,
    max_attempts INTEGER NOT NULL,
    not_before TEXT NOT NULL,
    feedback TEXT NOT NULL DEFAULT '[]',
    output TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    cost_microusd INTEGER NOT NULL DEFAULT 0,
    worker TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT
);
CREATE INDEX tasks_queue ON tasks (status, priority, not_before);
CREATE INDEX tasks_product ON tasks (product_id, position);
-- The duplicate guard: a product moves by one task at a time.
CREATE UNIQUE INDEX tasks_no_twins ON tasks (product_id) WHERE status IN ('pending', 'running');

CREATE TABLE handoffs (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    product_id TEXT NOT NULL,
    product_name TEXT NOT NULL,
    from_agent TEXT NOT NULL,
    to_agent TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    success INTEGER NOT NULL,
    blocked INTEGER NOT NULL,
    task_id TEXT NOT NULL,
    next_task_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    notes TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX handoffs_product ON handoffs (product_id, position);
