-- +goose Up
ALTER TABLE instance ADD COLUMN machine TEXT NOT NULL DEFAULT '';  -- where the database lives; '' until the first start
ALTER TABLE issue ADD COLUMN readers TEXT NOT NULL DEFAULT '';     -- the audience, as an expression
ALTER TABLE issue ADD COLUMN expanded BIGINT NOT NULL DEFAULT 0;   -- while deliveries are being made: the last subscriber who has one

-- +goose Down
ALTER TABLE issue DROP COLUMN expanded;
ALTER TABLE issue DROP COLUMN readers;
ALTER TABLE instance DROP COLUMN machine;
