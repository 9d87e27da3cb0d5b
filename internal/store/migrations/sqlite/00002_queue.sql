-- +goose Up
CREATE TABLE queue (             -- issues that are not frozen yet, one queue for each newsletter
    newsletter TEXT   NOT NULL,
    slug       TEXT   NOT NULL,
    file       TEXT   NOT NULL,
    place      BIGINT NOT NULL,                   -- grows along the queue; gaps are fine
    state      TEXT   NOT NULL,                   -- waiting, sending, held, removed
    reason     TEXT   NOT NULL DEFAULT '',        -- why it is held
    by_clock   BIGINT NOT NULL DEFAULT 0,         -- 1: held by the schedule, not by a person
    by_hand    BIGINT NOT NULL DEFAULT 0,         -- 1: added by a person
    send_at    BIGINT NOT NULL DEFAULT 0,         -- said at the command line; 0: not said
    slot_at    BIGINT NOT NULL DEFAULT 0,         -- while sending: the time it stands for
    goes_at    BIGINT NOT NULL DEFAULT 0,         -- while sending: when it is frozen
    sha256     TEXT   NOT NULL DEFAULT '',        -- of the file, as last seen
    seen_at    BIGINT NOT NULL DEFAULT 0,         -- when the file was first seen like that
    PRIMARY KEY (newsletter, slug)
) WITHOUT ROWID;

CREATE TABLE approval (          -- who approved what and when; never deleted
    id         INTEGER PRIMARY KEY,
    newsletter TEXT   NOT NULL,
    slug       TEXT   NOT NULL,
    sha256     TEXT   NOT NULL,                   -- of what would be sent
    approver   TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL DEFAULT 0,         -- 0: it holds
    ended      TEXT   NOT NULL DEFAULT ''         -- why it holds no more
);
CREATE INDEX approval_issue ON approval (newsletter, slug);

CREATE TABLE note (              -- what staff were told, or are to be told, each thing once
    id         INTEGER PRIMARY KEY,
    newsletter TEXT   NOT NULL,
    about      TEXT   NOT NULL,                   -- what it is about: repeats share a row
    message    TEXT   NOT NULL,
    times      BIGINT NOT NULL DEFAULT 1,
    first_at   BIGINT NOT NULL,
    last_at    BIGINT NOT NULL,
    told_at    BIGINT NOT NULL DEFAULT 0,         -- when a mail with it was made; 0: not yet
    UNIQUE (newsletter, about)
);

ALTER TABLE issue ADD COLUMN wall_at BIGINT NOT NULL DEFAULT 0;    -- readers' own time: the wall time, as if in UTC; 0: all at once
ALTER TABLE issue ADD COLUMN zoned_at BIGINT NOT NULL DEFAULT 0;   -- when each delivery was given its reader's time; 0: not yet
ALTER TABLE issue ADD COLUMN quiet_gap BIGINT NOT NULL DEFAULT 0;  -- microseconds between two issues to one reader; 0: any

-- +goose Down
ALTER TABLE issue DROP COLUMN quiet_gap;
ALTER TABLE issue DROP COLUMN zoned_at;
ALTER TABLE issue DROP COLUMN wall_at;
DROP TABLE note;
DROP TABLE approval;
DROP TABLE queue;
