package web

import "testing"

// A long address breaks before its host and not within a word; a short one not at
// all.
func TestAddress(t *testing.T) {
	for email, want := range map[string]string{
		"a…@example.org":                `<bdi class="address whole" dir="ltr">a…@example.org</bdi>`,
		"effie.m.longname@example.org":  `<bdi class="address" dir="ltr">effie.m.longname<wbr>@example.org</bdi>`,
		`"<b>long and odd"@example.org`: `<bdi class="address" dir="ltr">&#34;&lt;b&gt;long and odd&#34;<wbr>@example.org</bdi>`,
	} {
		if got := string(address(email)); got != want {
			t.Errorf("address(%s) = %s, want %s", email, got, want)
		}
	}
}
