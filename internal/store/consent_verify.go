package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
)

// Chain is the receipts of one person as Chains found them.
type Chain struct {
	Subscriber int64
	Email      string // empty: nobody has that ID any more
	Receipts   int
	Broken     int // number of the first receipt that is not as it was written; 0: all are
}

// chainPage is how many receipts are read at once.
const chainPage = 2000

// Chains streams the receipts of all people and checks each against the one
// before it, and yields one Chain for each person. After an error there is
// nothing more. It holds no more than a page in memory.
func (s *Store) Chains(ctx context.Context) iter.Seq2[Chain, error] {
	return func(yield func(Chain, error) bool) {
		c := checker{seal: s.seal}
		for {
			n, whole, err := s.chainsAfter(ctx, &c)
			if err != nil {
				yield(Chain{}, err)
				return
			}
			for _, one := range whole {
				if !yield(one, nil) {
					return
				}
			}
			if n < chainPage {
				break
			}
		}
		if c.now.Receipts > 0 {
			yield(c.now, nil)
		}
	}
}

// checker is how far the receipts are checked.
type checker struct {
	seal  seal
	now   Chain
	last  int64 // number of the last receipt
	chain chain
}

// chainsAfter reads the receipts that follow, and returns how many they were
// and the people whose receipts ended.
func (s *Store) chainsAfter(ctx context.Context, c *checker) (n int, whole []Chain, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+receiptColumns+`, coalesce(s.email, '')
		FROM consent c LEFT JOIN consent_words w ON w.sha256 = c.words LEFT JOIN subscriber s ON s.id = c.subscriber_id
		WHERE (c.subscriber_id, c.n) > ($1, $2) ORDER BY c.subscriber_id, c.n LIMIT $3`, c.now.Subscriber, c.last, chainPage)
	if err != nil {
		return 0, nil, fmt.Errorf("list receipts: %w", plain(err))
	}
	err = eachRow(rows, func(rows *sql.Rows) error {
		var r receipt
		var email string
		if err := rows.Scan(append(r.dest(), &email)...); err != nil {
			return err
		}
		n++
		if r.subscriber != c.now.Subscriber {
			if c.now.Receipts > 0 {
				whole = append(whole, c.now)
			}
			c.now, c.chain = Chain{Subscriber: r.subscriber, Email: email}, chain{seal: c.seal, whole: true}
		}
		c.now.Receipts++
		c.last = r.n
		if !c.chain.next(&r) && c.now.Broken == 0 {
			c.now.Broken = c.now.Receipts
		}
		return nil
	})
	return n, whole, plain(err)
}

// CountChains is how many people have receipts.
func (s *Store) CountChains(ctx context.Context) (int, error) {
	var n int
	if err := s.read.QueryRowContext(ctx, `SELECT count(DISTINCT subscriber_id) FROM consent`).Scan(&n); err != nil {
		return 0, fmt.Errorf("count receipts: %w", plain(err))
	}
	return n, nil
}
