package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"tidings/internal/newsletter"
)

// versionDigits is how much of the hash of a text names its version to people.
const versionDigits = 12

// receipt is a consent as the database has it.
type receipt struct {
	subscriber, n, at                                               int64
	newsletter, act, source, words, network, agent, actor, wordsNow string
	seal                                                            []byte
}

const receiptColumns = `c.subscriber_id, c.n, c.newsletter, c.act, c.source, c.words, c.network, c.agent, c.actor, c.at, c.seal, coalesce(w.words, '')`

// dest is where receiptColumns are scanned to.
func (r *receipt) dest() []any {
	return []any{&r.subscriber, &r.n, &r.newsletter, &r.act, &r.source, &r.words, &r.network, &r.agent, &r.actor, &r.at, &r.seal, &r.wordsNow}
}

// sealed is what a receipt's seal must be, given the one before it.
func (r *receipt) sealed(s seal, before []byte) []byte {
	return s.sum("consent", string(before), strconv.FormatInt(r.subscriber, 10), strconv.FormatInt(r.n, 10), r.newsletter,
		r.act, r.source, r.words, r.network, r.agent, r.actor, strconv.FormatInt(r.at, 10))
}

// newReceipt is an act at a time, not yet numbered and sealed.
func (s seal) newReceipt(subscriber int64, newsletterID string, act newsletter.ConsentAct, p newsletter.Proof, at time.Time) receipt {
	r := receipt{
		subscriber: subscriber, n: 1, at: micros(at), newsletter: newsletterID, act: string(act), source: p.Source,
		network: s.short("network", p.Network), agent: s.short("agent", p.Agent), actor: p.Actor,
	}
	if p.Words != "" {
		sum := sha256.Sum256([]byte(p.Words))
		r.words = hex.EncodeToString(sum[:])
	}
	return r
}

// keepConsent writes the receipt of an act. Its words are kept once.
func (t *tx) keepConsent(subscriber int64, newsletterID string, act newsletter.ConsentAct, p newsletter.Proof) error {
	r := t.seal.newReceipt(subscriber, newsletterID, act, p, t.now)
	if err := t.keepWords(r.words, p.Words); err != nil {
		return err
	}
	var before []byte
	err := t.row(`SELECT n + 1, seal FROM consent WHERE subscriber_id = $1 ORDER BY n DESC LIMIT 1`, []any{subscriber}, &r.n, &before)
	if err != nil && !notFound(err) {
		return fmt.Errorf("read last receipt: %w", err)
	}
	_, err = t.exec(`INSERT INTO consent (subscriber_id, n, newsletter, act, source, words, network, agent, actor, at, seal)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, r.subscriber, r.n, r.newsletter, r.act, r.source, r.words,
		r.network, r.agent, r.actor, r.at, r.sealed(t.seal, before))
	if err != nil {
		return fmt.Errorf("keep receipt: %w", err)
	}
	return nil
}

// keepWords keeps a text that consent is given to.
func (t *tx) keepWords(sum, words string) error {
	if words == "" {
		return nil
	}
	_, err := t.exec(`INSERT INTO consent_words (sha256, words, first_at) VALUES ($1, $2, $3) ON CONFLICT (sha256) DO NOTHING`,
		sum, words, micros(t.now))
	if err != nil {
		return fmt.Errorf("keep words of consent: %w", err)
	}
	return nil
}

// Consents are the receipts of a person, the first one first, each with whether
// it is still what was written.
func (s *Store) Consents(ctx context.Context, subscriberID int64) ([]newsletter.Consent, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+receiptColumns+`
		FROM consent c LEFT JOIN consent_words w ON w.sha256 = c.words WHERE c.subscriber_id = $1 ORDER BY c.n`, subscriberID)
	if err != nil {
		return nil, fmt.Errorf("list receipts: %w", plain(err))
	}
	all := []newsletter.Consent{}
	chain := chain{seal: s.seal, whole: true}
	err = eachRow(rows, func(rows *sql.Rows) error {
		var r receipt
		err := rows.Scan(r.dest()...)
		all = append(all, newsletter.Consent{
			N: int(r.n), Newsletter: r.newsletter, Act: newsletter.ConsentAct(r.act), Source: r.source, Words: r.wordsNow,
			Version: r.words[:min(len(r.words), versionDigits)], Network: r.network, Agent: r.agent, Actor: r.actor,
			At: fromMicros(r.at), Intact: chain.next(&r),
		})
		return err
	})
	return all, plain(err)
}

// chain follows the receipts of one person.
type chain struct {
	seal   seal
	n      int64
	before []byte
	whole  bool
}

// next says whether a receipt and all before it are as they were written.
func (c *chain) next(r *receipt) bool {
	c.n++
	sum := sha256.Sum256([]byte(r.wordsNow))
	words := r.words == "" && r.wordsNow == "" || r.words == hex.EncodeToString(sum[:])
	c.whole = c.whole && words && r.n == c.n && hmac.Equal(r.seal, r.sealed(c.seal, c.before))
	c.before = r.seal
	return c.whole
}
