-- +goose Up
ALTER TABLE issue ADD COLUMN cleared BIGINT NOT NULL DEFAULT 0; -- up to which subscriber its deliveries lost names and addresses; -1: all

-- What housekeeping looks for, so that it finds it without reading the rest.
CREATE INDEX subscription_pending ON subscription (newsletter, asked_at) WHERE state = 'pending';
CREATE INDEX subscription_left ON subscription (newsletter, unsubscribed_at) WHERE state = 'unsubscribed';
CREATE INDEX issue_notice ON issue (finished_at) WHERE kind <> 'issue';
CREATE INDEX issue_mail ON issue (mail_id);
CREATE INDEX notice_issue ON notice (issue_id);

-- +goose Down
DROP INDEX notice_issue;
DROP INDEX issue_mail;
DROP INDEX issue_notice;
DROP INDEX subscription_left;
DROP INDEX subscription_pending;
ALTER TABLE issue DROP COLUMN cleared;
