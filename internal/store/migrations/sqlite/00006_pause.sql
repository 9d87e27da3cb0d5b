-- +goose Up
CREATE TABLE pause (             -- when a newsletter's queue stood still, or is to; kept for the record
    newsletter TEXT   NOT NULL,
    from_at    BIGINT NOT NULL,
    until_at   BIGINT NOT NULL DEFAULT 0,         -- 0: until somebody lets it go on
    reason     TEXT   NOT NULL DEFAULT '',
    by_whom    TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (newsletter, from_at)
) WITHOUT ROWID;

-- What a reader got lately is looked for among the issues that are open or
-- finished since, not among all.
CREATE INDEX issue_recent ON issue (finished_at) WHERE kind = 'issue';

-- +goose Down
DROP INDEX issue_recent;
DROP TABLE pause;
