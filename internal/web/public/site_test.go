package public_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/render"
	"tidings/internal/signup"
	"tidings/internal/store"
	"tidings/internal/store/storetest"
	"tidings/internal/token"
	"tidings/internal/web"
	"tidings/internal/web/public"
	"tidings/templates"
)

const pictureHash = "0123456789abcdef0123456789abcdef"

// site is a whole site on loopback: real pages, rules, store and server.
type site struct {
	*httptest.Server
	t      *testing.T
	store  *store.Store
	signup *signup.Service
	tokens *token.Ring
	file   string // of the database

	archive newsletter.Archive // of harbor, as its settings are from now on
	zone    *time.Location     // of harbor; nil: UTC
	fields  []newsletter.Field // of harbor, more than it has
	log     *strings.Builder
	more    []newsletter.Newsletter // besides those that every site here has
}

// harbor asks for a town, confirms by mail and has a theme of its own.
func harbor() newsletter.Newsletter {
	return newsletter.Newsletter{
		ID: "harbor", Title: "Harbor Letters", Language: "en", DoubleOptIn: true, Zone: time.UTC,
		Description:   "A letter every other Tuesday on rest, grief and the small repairs between people.",
		From:          mail.Address{Name: "Harbor Letters", Address: "letters@example.org"},
		PostalAddress: "Harbor Counseling, 1 Quay Street, Anytown",
		Fields:        []newsletter.Field{{Name: "city", Label: "Town or city"}},
	}
}

// walks counts a sign-up at once and has sent nothing yet.
func walks() newsletter.Newsletter {
	return newsletter.Newsletter{
		ID: "walks", Title: "Harbor Walks", Language: "en", Zone: time.UTC,
		From:          mail.Address{Address: "walks@example.org"},
		PostalAddress: "1 Quay Street, Anytown",
		Theme:         newsletter.Theme{Preset: "plum"},
	}
}

// tides asks for fields of every type, gives a tag, and leads back to another site.
func tides() newsletter.Newsletter {
	return newsletter.Newsletter{
		ID: "tides", Title: "Tides", Language: "en", DoubleOptIn: true, Zone: time.UTC,
		From: mail.Address{Address: "tides@example.org"}, PostalAddress: "1 Quay Street, Anytown",
		FormTags: []string{"spring-fair"}, FormReturns: []string{"https://www.example.org/thanks"},
		Fields: []newsletter.Field{
			{Name: "city", Label: "Town or city"},
			{Name: "rhythm", Label: "How often", Type: newsletter.FieldChoice, Choices: []string{"Every week", "Once a month"}, Required: true},
			{Name: "talks", Label: "Tell me of talks & walks as well, even when they are far from where I live", Type: newsletter.FieldCheckbox},
			{Name: "terms", Label: "I am over sixteen", Type: newsletter.FieldCheckbox, Required: true},
			{Name: "number", Unasked: true},
		},
	}
}

// cartas speaks Spanish.
func cartas() newsletter.Newsletter {
	return newsletter.Newsletter{
		ID: "cartas", Title: "Cartas del puerto", Language: "es", DoubleOptIn: true, Zone: time.UTC,
		From: mail.Address{Address: "cartas@example.org"}, PostalAddress: "1 Quay Street, Anytown",
	}
}

// letters keeps its past issues for its readers.
func letters() newsletter.Newsletter {
	return newsletter.Newsletter{
		ID: "letters", Title: "Letters to few", Language: "en", DoubleOptIn: true, Zone: time.UTC, Archive: newsletter.ArchiveReaders,
		From: mail.Address{Address: "few@example.org"}, PostalAddress: "1 Quay Street, Anytown",
	}
}

// empty is a database as each test begins with.
var empty = storetest.New(store.Open)

func mustSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, file: filepath.Join(t.TempDir(), "tidings.db"), log: &strings.Builder{}}
	empty.Copy(t, s.file)
	var err error
	if s.store, err = store.Open(t.Context(), s.file); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
	})
	if s.tokens, err = token.New([]token.Key{{ID: 1, Secret: make([]byte, token.MinSecret)}}); err != nil {
		t.Fatal(err)
	}
	newsletters := func(context.Context) ([]newsletter.Newsletter, error) {
		h := harbor()
		h.Archive = s.archive
		h.Fields = append(h.Fields, s.fields...)
		if s.zone != nil {
			h.Zone = s.zone
		}
		return append([]newsletter.Newsletter{h, walks(), cartas(), letters(), tides()}, s.more...), nil
	}
	s.signup = signup.New(signup.Config{
		Store: s.store, Tokens: s.tokens, Newsletters: newsletters, ConfirmMail: confirmMail(), PersonalMail: personalMail,
	})
	log := slog.New(slog.NewTextHandler(s.log, nil))
	pages, err := web.New(templates.FS, log)
	if err != nil {
		t.Fatal(err)
	}
	handler := public.New(public.Config{
		Pages: pages, Signup: s.signup, Store: s.store, Newsletters: newsletters,
		Media: fstest.MapFS{
			pictureHash + "/quay.png":   {Data: picture(t)},
			pictureHash + "/knot.svg":   {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)},
			pictureHash + "/index.html": {Data: []byte("<script>alert(1)</script>")},
		},
		BaseURL: "https://news.example.org",
	})
	s.Server = httptest.NewUnstartedServer(nil)
	s.Config = web.NewServer("", handler, log)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// confirmMail is the real mail that asks to confirm.
func confirmMail() func(context.Context, newsletter.Question) (*newsletter.Mail, error) {
	renderer := render.New(templates.FS)
	return func(_ context.Context, q newsletter.Question) (*newsletter.Mail, error) {
		return renderer.Confirm(q, render.Options{BaseURL: "https://news.example.org"})
	}
}

// personalMail is a mail to one person, of which only the kind matters here.
func personalMail(_ context.Context, n newsletter.Newsletter, kind newsletter.Kind, _ string) (*newsletter.Mail, error) {
	return &newsletter.Mail{
		Newsletter: n.ID, Kind: kind, ListName: n.Title, From: n.From,
		Subject: newsletter.Literal(string(kind)), HTML: newsletter.Literal("<p>Hello</p>"), Text: newsletter.Literal("Hello"),
	}, nil
}

// picture is a small PNG.
func picture(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 576, 120))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{0x8a, 0xd1, 0xbd, 0xff}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// mustSignUp signs an address up to harbor through the rules and returns the
// id of its subscriber.
func (s *site) mustSignUp(email string) int64 {
	s.t.Helper()
	if err := s.signup.Subscribe(s.t.Context(), signup.Request{Newsletter: "harbor", Email: email, Visit: signup.Visit{RemoteAddr: "192.0.2.1:4000"}}); err != nil {
		s.t.Fatal(err)
	}
	sub, err := s.store.SubscriberByKey(s.t.Context(), email)
	if err != nil {
		s.t.Fatal(err)
	}
	return sub.ID
}

// mustReader makes a confirmed reader of harbor.
func (s *site) mustReader(email string) int64 {
	s.t.Helper()
	id := s.mustSignUp(email)
	if _, err := s.signup.Confirm(s.t.Context(), s.link(token.Confirm, id), signup.Visit{}); err != nil {
		s.t.Fatal(err)
	}
	return id
}

// mustSend publishes an issue of harbor; somebody must read it.
func (s *site) mustSend(slug, title, article string) {
	s.t.Helper()
	_, err := s.store.Publish(s.t.Context(), store.Publication{Slug: slug, Mail: &newsletter.Mail{
		Newsletter: "harbor", Kind: newsletter.KindIssue, ListName: "Harbor Letters",
		Title: title, Description: "What stays on the sand when the water goes.", Author: "Mara Lind",
		Date: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Language: "en", Image: "https://news.example.org/media/x/quay.png",
		Subject: newsletter.Literal(title), HTML: newsletter.Literal("<p>x</p>"), Text: newsletter.Literal("x"), Web: article,
	}})
	if err != nil {
		s.t.Fatal(err)
	}
}

// link makes the token of a link in a letter of harbor.
func (s *site) link(p token.Purpose, subscriber int64) string {
	expires := time.Time{}
	if p == token.Confirm {
		expires = time.Now().Add(time.Hour)
	}
	return s.tokens.Sign(p, "harbor", subscriber, expires)
}

// confirmLink makes the token of a confirmation for a newsletter.
func (s *site) confirmLink(id string, subscriber int64) string {
	return s.tokens.Sign(token.Confirm, id, subscriber, time.Now().Add(time.Hour))
}

// fresh makes the token of a link that shows all that is known of a subscriber.
func (s *site) fresh(subscriber int64) string {
	return s.tokens.Sign(token.Preferences, "harbor", subscriber, time.Now().Add(token.AccessFor))
}

// mails lists the mails to a subscriber as "kind address", the newest first.
func (s *site) mails(subscriber int64) (all []string) {
	s.t.Helper()
	for m, err := range s.store.Received(s.t.Context(), subscriber) {
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, string(m.Kind)+" "+m.Email)
	}
	return all
}

// state is where a subscriber stands with harbor.
func (s *site) state(id int64) newsletter.SubscriptionState {
	s.t.Helper()
	sub, err := s.store.Subscription(s.t.Context(), "harbor", id)
	if err != nil {
		s.t.Fatal(err)
	}
	return sub.State
}

// answer is what a browser got.
type answer struct {
	*http.Response
	body string
}

// do sends a request and follows no redirect. A body that is not empty is a
// form, urlencoded.
func (s *site) do(method, path, body string) answer {
	s.t.Helper()
	return s.send(method, path, "application/x-www-form-urlencoded", body)
}

func (s *site) send(method, path, kind, body string) answer {
	s.t.Helper()
	header := http.Header{}
	if body != "" {
		header.Set("Content-Type", kind)
	}
	return s.request(method, path, body, header)
}

// request sends a request with just these header fields.
func (s *site) request(method, path, body string, header http.Header) answer {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header = header
	res, err := s.Client().Transport.RoundTrip(r)
	if err != nil {
		s.t.Fatal(err)
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		s.t.Fatal(err)
	}
	return answer{res, string(b)}
}

// post sends a form.
func (s *site) post(path string, form url.Values) answer {
	s.t.Helper()
	return s.do(http.MethodPost, path, form.Encode())
}

// want checks the status and that each of words is on the page.
func (s *site) want(a answer, status int, words ...string) {
	s.t.Helper()
	if a.StatusCode != status {
		s.t.Errorf("%s %s: %s, expected %d\n%s", a.Request.Method, a.Request.URL.Path, a.Status, status, a.body)
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			s.t.Errorf("%s %s: the page lacks %q:\n%s", a.Request.Method, a.Request.URL.Path, w, a.body)
		}
	}
}

// dump is everything in the database, to see whether anything changed.
func (s *site) dump() string {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.file+"?mode=ro")
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var b strings.Builder
	for _, table := range s.column(db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`) {
		names := s.column(db, `SELECT name FROM pragma_table_info('`+table+`')`)
		row := "coalesce(hex(" + strings.Join(names, "),'') || '|' || coalesce(hex(") + "),'')"
		fmt.Fprintln(&b, table, s.column(db, "SELECT "+row+" FROM "+table+" ORDER BY 1"))
	}
	return b.String()
}

// kept is what a query of one column finds in the database.
func (s *site) kept(query string) []string {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.file+"?mode=ro")
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	return s.column(db, query)
}

// column returns the only column of a query.
func (s *site) column(db *sql.DB, query string) []string {
	s.t.Helper()
	rows, err := db.QueryContext(s.t.Context(), query)
	if err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, v)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return all
}
