-- +goose Up
CREATE TABLE relay_hour (        -- how many messages a relay with a daily limit may have been given
    relay TEXT   NOT NULL,
    hour  BIGINT NOT NULL,       -- hours since 1970 in UTC
    used  BIGINT NOT NULL,
    PRIMARY KEY (relay, hour)
) WITHOUT ROWID;

CREATE TABLE health (            -- one row: how sending goes, as the process that sends wrote it last
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    at   BIGINT NOT NULL,
    body TEXT   NOT NULL         -- newsletter.Health as JSON
);

-- +goose Down
DROP TABLE health;
DROP TABLE relay_hour;
