package store

import "iter"

// pageRows is how many rows are read at once. Nothing stays open between
// pages: a slow reader of a long list does not hold the write-ahead log back.
const pageRows = 500

// pages streams the rows of a list, page by page. after returns those that follow
// the last one, which is zero at first, and at most pageRows. An error comes
// with a zero row, and after it there is nothing more.
func pages[T any](after func(last T) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last T
		for {
			page, err := after(last)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, row := range page {
				if !yield(row, nil) {
					return
				}
			}
			if len(page) < pageRows {
				return
			}
			last = page[len(page)-1]
		}
	}
}
