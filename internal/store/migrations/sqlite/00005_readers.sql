-- +goose Up
ALTER TABLE subscriber ADD COLUMN language TEXT NOT NULL DEFAULT '';       -- BCP 47, as they chose; '': the newsletter's
ALTER TABLE subscriber ADD COLUMN timezone TEXT NOT NULL DEFAULT '';       -- IANA zone, as they chose or signed up in
ALTER TABLE subscriber ADD COLUMN plain_text BIGINT NOT NULL DEFAULT 0;    -- 1: only the text part is sent

ALTER TABLE subscription ADD COLUMN paused_until BIGINT NOT NULL DEFAULT 0; -- nothing is sent before this
ALTER TABLE subscription ADD COLUMN reminded_at BIGINT NOT NULL DEFAULT 0;  -- when they were asked a second and last time
ALTER TABLE subscription ADD COLUMN left_because TEXT NOT NULL DEFAULT '';  -- if they said why

ALTER TABLE delivery ADD COLUMN plain_text BIGINT NOT NULL DEFAULT 0;       -- as frozen

CREATE TABLE consent (           -- receipts of one person, each sealed with the one before; never changed
    subscriber_id BIGINT NOT NULL,
    n             BIGINT NOT NULL,                -- 1, 2, 3 … of that person
    newsletter    TEXT   NOT NULL,                -- '': all of them
    act           TEXT   NOT NULL,
    source        TEXT   NOT NULL,
    words         TEXT   NOT NULL,                -- SHA-256 of what they were shown, kept in consent_words
    network       TEXT   NOT NULL,                -- keyed hash of where the request came from
    agent         TEXT   NOT NULL,                -- keyed hash of the program that made it
    actor         TEXT   NOT NULL,                -- who did it, where it was not the person
    at            BIGINT NOT NULL,
    seal          BLOB   NOT NULL,
    PRIMARY KEY (subscriber_id, n)
) WITHOUT ROWID;

CREATE TABLE consent_words (     -- every text that consent was ever given to
    sha256   TEXT   PRIMARY KEY,
    words    TEXT   NOT NULL,
    first_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE suppression (       -- who must not be mailed, whatever a list says
    value      TEXT   NOT NULL,                   -- an address's key, 'sha256:…' of one, or 'erased:…', a keyed hash
    newsletter TEXT   NOT NULL,                   -- '': all of the site
    email      TEXT   NOT NULL DEFAULT '',        -- as given; '' where only a hash is known
    reason     TEXT   NOT NULL,
    source     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (value, newsletter)
) WITHOUT ROWID;

CREATE TABLE address_change (    -- addresses that people want to change to and have not confirmed
    subscriber_id BIGINT PRIMARY KEY REFERENCES subscriber (id) ON DELETE CASCADE,
    email         TEXT   NOT NULL,
    email_key     TEXT   NOT NULL,
    asked_at      BIGINT NOT NULL
);

CREATE TABLE notice (            -- which mails to one person there were, so that erasing finds them
    subscriber_id BIGINT NOT NULL,
    issue_id      BIGINT NOT NULL REFERENCES issue (id),
    PRIMARY KEY (subscriber_id, issue_id)
) WITHOUT ROWID;
INSERT INTO notice (subscriber_id, issue_id)
    SELECT d.subscriber_id, d.issue_id FROM issue i JOIN delivery d ON d.issue_id = i.id
    WHERE i.kind <> 'issue' AND d.subscriber_id > 0;

-- +goose Down
DROP TABLE notice;
DROP TABLE address_change;
DROP TABLE suppression;
DROP TABLE consent_words;
DROP TABLE consent;
ALTER TABLE delivery DROP COLUMN plain_text;
ALTER TABLE subscription DROP COLUMN left_because;
ALTER TABLE subscription DROP COLUMN reminded_at;
ALTER TABLE subscription DROP COLUMN paused_until;
ALTER TABLE subscriber DROP COLUMN plain_text;
ALTER TABLE subscriber DROP COLUMN timezone;
ALTER TABLE subscriber DROP COLUMN language;
