package newsletter

// Origin is who brought an address to a newsletter, so that the mail which asks
// to confirm it does not say what never happened.
type Origin string

// The origins of a sign-up.
const (
	FromForm  Origin = "form"  // somebody typed it into a form
	FromPage  Origin = "page"  // somebody chose the newsletter on the page of preferences
	FromStaff Origin = "staff" // staff added it by hand
	FromList  Origin = "list"  // staff brought a list with it
)

// Added says whether others than the person themselves brought the address.
func (o Origin) Added() bool { return o == FromStaff || o == FromList }

// Question is what a mail that asks to confirm says.
type Question struct {
	Newsletters []Newsletter // which are to be confirmed together; the mail comes from the first
	Language    string       // BCP 47, as the reader chose; empty: that of the first newsletter
	From        Origin       // who brought the address; empty: a form
	Again       bool         // they were asked before, and this is the last time
}
