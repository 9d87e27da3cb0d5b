-- Times are microseconds since 1970 in UTC. States are the words of package
-- newsletter. Only the id columns and WITHOUT ROWID are SQLite's own.

-- +goose Up
CREATE TABLE instance (          -- one row: who sends for this site
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    epoch      BIGINT  NOT NULL, -- raised by each process that takes the lock
    holder     TEXT    NOT NULL, -- its process and host, for people
    started_at BIGINT  NOT NULL
);
INSERT INTO instance (id, epoch, holder, started_at) VALUES (1, 0, '', 0);

CREATE TABLE token_key (         -- signs links; old keys stay, so that old links work
    id         BIGINT PRIMARY KEY,
    secret     BLOB   NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE subscriber (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again after an erasure
    email      TEXT   NOT NULL,
    email_key  TEXT   NOT NULL UNIQUE,            -- folded: one person, one row
    name       TEXT   NOT NULL DEFAULT '',
    first_name TEXT   NOT NULL DEFAULT '',
    tags       TEXT   NOT NULL DEFAULT '',        -- ',clients,team,' or ''
    fields     TEXT   NOT NULL DEFAULT '{}',      -- JSON object of strings
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE subscription (
    newsletter      TEXT   NOT NULL,
    subscriber_id   BIGINT NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
    state           TEXT   NOT NULL,
    source          TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    confirmed_at    BIGINT NOT NULL DEFAULT 0,
    unsubscribed_at BIGINT NOT NULL DEFAULT 0,
    asked_at        BIGINT NOT NULL DEFAULT 0,    -- when the last confirmation was asked for
    imported_at     BIGINT NOT NULL DEFAULT 0,    -- when the last import named them began
    PRIMARY KEY (newsletter, subscriber_id)
) WITHOUT ROWID;
CREATE INDEX subscription_subscriber ON subscription (subscriber_id);

CREATE TABLE mail (              -- frozen; named by its content
    id         INTEGER PRIMARY KEY,
    sha256     TEXT   NOT NULL UNIQUE,
    body       TEXT   NOT NULL,                   -- newsletter.Mail as JSON
    created_at BIGINT NOT NULL
);

CREATE TABLE issue (             -- an issue, or a notice to one person, that left the queue
    id          INTEGER PRIMARY KEY,
    newsletter  TEXT   NOT NULL,
    slug        TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    reason      TEXT   NOT NULL DEFAULT '',       -- why it is held
    mail_id     BIGINT NOT NULL REFERENCES mail (id),
    title       TEXT   NOT NULL,
    slot_at     BIGINT NOT NULL DEFAULT 0,        -- 0: sent by hand
    created_at  BIGINT NOT NULL,
    started_at  BIGINT NOT NULL DEFAULT 0,
    finished_at BIGINT NOT NULL DEFAULT 0,
    -- How many deliveries are in which state, moved in the same transaction as
    -- the deliveries, so that a report costs one row and not a million.
    audience    BIGINT NOT NULL DEFAULT 0,
    queued      BIGINT NOT NULL DEFAULT 0,
    attempting  BIGINT NOT NULL DEFAULT 0,
    deferred    BIGINT NOT NULL DEFAULT 0,
    sent        BIGINT NOT NULL DEFAULT 0,
    failed      BIGINT NOT NULL DEFAULT 0,
    unknown     BIGINT NOT NULL DEFAULT 0,
    skipped     BIGINT NOT NULL DEFAULT 0,
    UNIQUE (newsletter, slug)
);
CREATE INDEX issue_open ON issue (state) WHERE state <> 'sent';
CREATE INDEX issue_archive ON issue (newsletter, started_at) WHERE kind = 'issue';

CREATE TABLE delivery (          -- one issue to one subscriber: the only truth of who got what
    issue_id      BIGINT NOT NULL REFERENCES issue (id),
    subscriber_id BIGINT NOT NULL,
    email         TEXT   NOT NULL,
    state         TEXT   NOT NULL,
    attempt       BIGINT NOT NULL DEFAULT 0,
    due_at        BIGINT NOT NULL,
    epoch         BIGINT NOT NULL DEFAULT 0,      -- of the process that claimed it
    code          BIGINT NOT NULL DEFAULT 0,      -- the relay's last answer
    enhanced      TEXT   NOT NULL DEFAULT '',
    reply         TEXT   NOT NULL DEFAULT '',
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    -- The subscriber as frozen, only where the mail has merge tags.
    name          TEXT,
    first_name    TEXT,
    tags          TEXT,
    fields        TEXT,
    PRIMARY KEY (issue_id, subscriber_id)
) WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (issue_id, due_at, subscriber_id) WHERE state IN ('queued', 'deferred');
CREATE INDEX delivery_claimed ON delivery (epoch) WHERE state = 'attempting';

CREATE TABLE slot (              -- each slot of a schedule that was dealt with: none runs twice
    newsletter TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    outcome    TEXT   NOT NULL,                   -- sent, empty, held, late, passed
    slug       TEXT   NOT NULL DEFAULT '',
    handled_at BIGINT NOT NULL,
    PRIMARY KEY (newsletter, at)
) WITHOUT ROWID;

CREATE TABLE clock (             -- up to when a newsletter's slots are accounted for
    newsletter TEXT   PRIMARY KEY,
    until      BIGINT NOT NULL
) WITHOUT ROWID;

-- +goose Down
DROP TABLE clock;
DROP TABLE slot;
DROP TABLE delivery;
DROP TABLE issue;
DROP TABLE mail;
DROP TABLE subscription;
DROP TABLE subscriber;
DROP TABLE token_key;
DROP TABLE instance;
