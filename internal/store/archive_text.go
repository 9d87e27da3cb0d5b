package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/pressly/goose/v3"
	"golang.org/x/net/html"
	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"tidings/internal/newsletter"
)

// archiveMigration makes the table that the archive is listed and searched by,
// and fills it from what was sent before. Its text is folded here and not by
// SQL, which knows upper and lower case of ASCII alone.
func archiveMigration() *goose.Migration {
	const table = `CREATE TABLE archive (   -- what is listed and searched of an issue; nothing of any reader
		issue_id    INTEGER PRIMARY KEY REFERENCES issue (id),
		description TEXT NOT NULL,
		author      TEXT NOT NULL,
		language    TEXT NOT NULL,
		text        TEXT NOT NULL           -- title, description, author and article, folded
	)`
	up := func(ctx context.Context, t *sql.Tx) error {
		if _, err := t.ExecContext(ctx, table); err != nil {
			return err
		}
		return fillArchive(ctx, t)
	}
	down := func(ctx context.Context, t *sql.Tx) error {
		_, err := t.ExecContext(ctx, `DROP TABLE archive`)
		return err
	}
	return goose.NewGoMigration(7, &goose.GoFunc{RunTx: up}, &goose.GoFunc{RunTx: down})
}

// fillArchive puts the issues that are there into the archive.
func fillArchive(ctx context.Context, t *sql.Tx) error {
	last := int64(0)
	for {
		var (
			id   int64
			body []byte
		)
		err := t.QueryRowContext(ctx, `SELECT i.id, m.body FROM issue i JOIN mail m ON m.id = i.mail_id
			WHERE i.kind = 'issue' AND i.id > $1 ORDER BY i.id LIMIT 1`, last).Scan(&id, &body)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		var m newsletter.Mail
		if err := json.Unmarshal(body, &m); err != nil {
			return fmt.Errorf("decode frozen mail: %w", err)
		}
		if _, err := t.ExecContext(ctx, intoArchive, archiveRow(id, &m)...); err != nil {
			return err
		}
		last = id
	}
}

const intoArchive = `INSERT INTO archive (issue_id, description, author, language, text) VALUES ($1, $2, $3, $4, $5)`

func archiveRow(issue int64, m *newsletter.Mail) []any {
	text := fold(strings.Join([]string{m.Title, m.Description, m.Author, words(m.Web)}, "\n"))
	return []any{issue, m.Description, m.Author, m.Language, text}
}

// inline are the elements that may stand within a word.
var inline = map[string]bool{
	"a": true, "abbr": true, "b": true, "bdi": true, "code": true, "del": true, "em": true, "i": true, "ins": true, "kbd": true,
	"mark": true, "q": true, "s": true, "small": true, "span": true, "strong": true, "sub": true, "u": true, "wbr": true,
}

// words is the text of an article that is kept as HTML.
func words(article string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(article))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			b.Write(tokens.Text())
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			if name, _ := tokens.TagName(); !inline[string(name)] {
				b.WriteByte(' ')
			}
		default: // comments
		}
	}
}

// fold makes one of what people take for the same when they search: upper and
// lower case, letters with and without marks, wide and narrow ones.
func fold(s string) string {
	folded, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), cases.Fold(), norm.NFC), s)
	if err != nil {
		return strings.ToLower(s)
	}
	return folded
}
