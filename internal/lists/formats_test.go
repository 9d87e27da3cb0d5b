package lists_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tidings/internal/lists"
	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/store"
)

const mailchimpHead = "Email Address,First Name,Last Name,Favorite walk,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP," +
	"LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS"

// exported are lists as other programs write them, with people who do not exist.
func exported() map[string]string {
	return map[string]string{
		"mailchimp": mailchimpHead + "\n" +
			`ann@example.org,Ann,Ames,Reed path,4,2019-05-03 10:00:00,192.0.2.1,2019-05-03 10:05:00,192.0.2.1,47.1,-122.4,-8,-7,America/Los_Angeles,US,WA,2024-01-01 00:00:00,123,abc,,"""VIP & friends"",""Walks, long"""` + "\n",
		"unsubscribed_members_export_0a1b.csv": mailchimpHead + ",UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER\n" +
			"bob@example.org,Bob,,,2,2018-01-02 03:04:05,,2018-01-02 03:04:05,,,,,,,,,2020-01-01 00:00:00,124,abd,,,2020-02-03 04:05:06,Spring,77,NORMAL,\n",
		"cleaned_members_export_0a1b.csv": mailchimpHead + ",CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID\n" +
			"cy@example.org,Cy,,,2,,,2018-01-02 03:04:05,,,,,,,,,2020-01-01 00:00:00,125,abe,,,2021-02-03 04:05:06,Summer,78\n",
		"nonsubscribed_members_export_0a1b.csv": mailchimpHead + "\n" +
			"dee@example.org,Dee,,,2,,,,,,,,,,,,2020-01-01 00:00:00,126,abf,,\n",
		"substack": "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n" +
			"ann@example.org,true,2027-01-01T00:00:00.000Z,yearly,false,2021-03-04T05:06:07.000Z,2022-01-01T00:00:00.000Z\n" +
			"bob@example.org,false,,other,true,2021-03-04T05:06:07.000Z,\n",
		"substack new": "Email,Name,Stripe plan,Cancel date,Start date,Paid upgrade date,Bestseller,Emails received (6mo),Emails opened (6mo),Type,Country,State/Province,Activity,Subscription source (free),Revenue\n" +
			"ann@example.org,Ann Ames,Monthly,,2021-03-04T05:06:07.000Z,,,20,3,Paid,US,WA,4,direct,$50.00\nbob@example.org,,,,2022-01-01T00:00:00.000Z,,,1,0,Free,,,0,,\n",
		"ghost": "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\n" +
			"6a1,ann@example.org,Ann Ames,kind,true,false,cus_1,2021-03-04T05:06:07.000Z,,\"VIP!,walks\",Gold\n6a2,bob@example.org,Bob,,false,false,,2021-03-04T05:06:07.000Z,,,\n",
		"buttondown": "email_address,notes,metadata,tags,type,creation_date,referrer_url,secondary_id,source,utm_campaign,ip_address,unsubscription_date\n" +
			"ann@example.org,kind,\"{\"\"city\"\": \"\"Tacoma\"\"}\",\"vip,walks\",premium,2021-03-04T05:06:07Z,,12,api,,192.0.2.1,\n" +
			"bob@example.org,,{},,unsubscribed,2021-03-04T05:06:07Z,,13,,,,2022-03-04T05:06:07Z\ncy@example.org,,,,undeliverable,2021-03-04T05:06:07Z,,14,,,,\n" +
			"dee@example.org,,,,unactivated,2021-03-04T05:06:07Z,,15,,,,\n",
		"buttondown old": "email,notes,metadata,tags,subscriber_type,creation_date,secondary_id\nann@example.org,,{},,regular,2021-03-04T05:06:07Z,1\n",
		"beehiiv": "id,email,status,created,subscription_tier,utm_source,utm_channel,referral_code,stripe_customer_id,tags\n" +
			"sub_1,ann@example.org,active,1614834367,premium,direct,website,X1,,\"VIP,walks\"\nsub_2,bob@example.org,inactive,1614834367,free,,,X2,,\n" +
			"sub_3,cy@example.org,invalid,1614834367,free,,,X3,,\nsub_4,dee@example.org,pending,1614834367,free,,,X4,,\n",
		"keila": "Email,First name,Last name,Data,Status,External ID\n" +
			"ann@example.org,Ann,Ames,\"{\"\"city\"\":\"\"Tacoma\"\",\"\"visits\"\":3}\",active,\nbob@example.org,,,,unsubscribed,\ncy@example.org,,,,unreachable,\n",
		"listmonk": "uuid,email,name,attributes,status,created_at,updated_at\n" +
			"c0f1,ann@example.org,Ann Ames,\"{\"\"city\"\": \"\"Tacoma\"\"}\",enabled,2021-03-04 05:06:07.123456 +0000 UTC,2022-01-01 00:00:00 +0000 UTC\n" +
			"c0f2,bob@example.org,,{},disabled,2021-03-04 05:06:07 +0000 +0000,2022-01-01 00:00:00 +0000 UTC\nc0f3,cy@example.org,,{},blocklisted,2021-03-04 05:06:07 +0000 UTC,2022-01-01 00:00:00 +0000 UTC\n",
	}
}

// What each program's list comes to: who is on it, and who must not be mailed.
func TestService_Import_formats(t *testing.T) {
	both := "ann confirmed, bob unsubscribed"
	tests := []struct{ file, format, states, suppressed string }{
		{"mailchimp", "Mailchimp", "ann confirmed", ""},
		{"unsubscribed_members_export_0a1b.csv", "Mailchimp", "bob unsubscribed", "bob harbor unsubscribed"},
		{"cleaned_members_export_0a1b.csv", "Mailchimp", "", "cy bounced"},
		{"nonsubscribed_members_export_0a1b.csv", "Mailchimp", "", ""},
		{"substack", "Substack", both, "bob harbor unsubscribed"},
		{"substack new", "Substack", "ann confirmed, bob confirmed", ""},
		{"ghost", "Ghost", both, "bob harbor unsubscribed"},
		{"buttondown", "Buttondown", both + ", dee pending", "bob harbor unsubscribed, cy bounced"},
		{"buttondown old", "Buttondown", "ann confirmed", ""},
		{"beehiiv", "beehiiv", both + ", dee pending", "bob harbor unsubscribed, cy bounced"},
		{"keila", "Keila", both, "bob harbor unsubscribed, cy bounced"},
		{"listmonk", "listmonk", both, "bob harbor unsubscribed, cy blocked"},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			s := mustSite(t)
			var refused []lists.Refusal
			o := lists.ImportOptions{
				Newsletter: "harbor", Confirmed: true, File: test.file,
				Refused: func(r lists.Refusal) error { refused = append(refused, r); return nil },
			}
			report, err := s.Import(t.Context(), strings.NewReader(exported()[test.file]), o)
			if err != nil || len(refused) > 0 {
				t.Fatalf("Import: %v, refused %v", err, refused)
			}
			if got := report.Files[0].Format; got != test.format {
				t.Errorf("taken for %q", got)
			}
			if got := s.states(t); got != test.states {
				t.Errorf("readers: %s\nwant %s", got, test.states)
			}
			if got := s.suppressed(t); got != test.suppressed {
				t.Errorf("suppressed: %s\nwant %s", got, test.suppressed)
			}
			before := s.story(t)
			again, err := s.Import(t.Context(), strings.NewReader(exported()[test.file]), o)
			if err != nil || again.Added+again.Updated > 0 || again.Rows != report.Rows {
				t.Errorf("again: %+v, %v", again.ImportCount, err)
			}
			if diff := cmp.Diff(before, s.story(t), cmpopts.IgnoreUnexported(store.Received{})); diff != "" {
				t.Errorf("again changes (-before +after):\n%s", diff)
			}
		})
	}
}

// states tells where harbor's readers stand, in the order of their addresses.
func (s *site) states(t *testing.T) string {
	t.Helper()
	var all []string
	for _, name := range []string{"ann", "bob", "cy", "dee"} {
		if state := s.state(t, "harbor", name+"@example.org"); state != "" {
			all = append(all, name+" "+string(state))
		}
	}
	return strings.Join(all, ", ")
}

func (s *site) suppressed(t *testing.T) string {
	t.Helper()
	var all []string
	for p, err := range s.store.Suppressions(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(p.Value, "@")
		all = append(all, strings.Join(strings.Fields(name+" "+p.Newsletter+" "+string(p.Reason)), " "))
	}
	return strings.Join(all, ", ")
}

// story is all that is known of everybody, receipts included.
func (s *site) story(t *testing.T) map[string]signup.Story {
	t.Helper()
	all := map[string]signup.Story{}
	for email := range s.readers(t) {
		story, err := s.Show(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		all[email] = story
	}
	return all
}

// What is kept of a person: name, tags, dates, zone, fields; and nothing of what
// the other program kept for itself.
func TestService_Import_formatDetails(t *testing.T) {
	at := func(s string) time.Time {
		at, err := time.Parse(time.DateTime, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	tests := map[string]struct {
		name, first, zone string
		tags              []string
		fields            map[string]string
		created, began    time.Time
	}{
		"mailchimp": {"Ann Ames", "Ann", "America/Los_Angeles", []string{"vip-friends", "walks-long"}, map[string]string{"favorite_walk": "Reed path"}, at("2019-05-03 10:00:00"), at("2019-05-03 10:05:00")},
		"substack":  {"", "", "", []string{}, map[string]string{}, at("2021-03-04 05:06:07"), at("2021-03-04 05:06:07")},
		"ghost":     {"Ann Ames", "", "", []string{"vip", "walks"}, map[string]string{}, at("2021-03-04 05:06:07"), at("2021-03-04 05:06:07")},
		"keila":     {"Ann Ames", "Ann", "", []string{}, map[string]string{"city": "Tacoma", "visits": "3"}, time.Time{}, time.Time{}},
		"listmonk":  {"Ann Ames", "", "", []string{}, map[string]string{"city": "Tacoma"}, at("2021-03-04 05:06:07.123456"), at("2021-03-04 05:06:07.123456")},
		"beehiiv":   {"", "", "", []string{"vip", "walks"}, map[string]string{}, at("2021-03-04 05:06:07"), at("2021-03-04 05:06:07")},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			s := mustSite(t)
			s.mustImport(t, exported()[name])
			ann, err := s.Show(t.Context(), "ann@example.org")
			if err != nil {
				t.Fatal(err)
			}
			wanted := newsletter.Subscriber{
				ID: ann.ID, Email: "ann@example.org", Name: want.name, FirstName: want.first, Timezone: want.zone, Tags: want.tags, Fields: want.fields,
				CreatedAt: want.created,
			}
			if want.created.IsZero() {
				wanted.CreatedAt = ann.CreatedAt
			} else if !ann.Subscriptions[0].ConfirmedAt.Equal(want.began) {
				t.Errorf("confirmed %v", ann.Subscriptions[0].ConfirmedAt)
			}
			if diff := cmp.Diff(wanted, ann.Subscriber); diff != "" {
				t.Errorf("Ann (-want +got):\n%s", diff)
			}
			if c := ann.Consents; len(c) != 1 || c[0].Act != newsletter.ConsentImported || !c[0].Intact || !strings.Contains(c[0].Words, "spring fair") {
				t.Errorf("receipts %+v", c)
			}
		})
	}
}

// packedZip is an archive of the named exports.
func packedZip(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A whole export in one archive, rehearsed and taken in; what is no list of
// readers is not read for one.
func TestService_Import_zip(t *testing.T) {
	all := exported()
	archive := packedZip(t, map[string]string{
		"subscribed_members_export_0a1b.csv":          all["mailchimp"] + "bob@example.org,Bob,,,,,,,,,,,,,,,,,,,\n",
		"export/unsubscribed_members_export_0a1b.csv": all["unsubscribed_members_export_0a1b.csv"],
		"cleaned_members_export_0a1b.csv":             all["cleaned_members_export_0a1b.csv"],
		"nonsubscribed_members_export_0a1b.csv":       all["nonsubscribed_members_export_0a1b.csv"],
		"posts/1.delivers.csv":                        "post_id,timestamp,email\n1,2024,eve@example.org\n",
		"posts/1.html":                                "<p>Hello.</p>",
	})
	file := filepath.Join(t.TempDir(), "download")
	if err := os.WriteFile(file, archive, 0o600); err != nil {
		t.Fatal(err)
	}
	s := mustSite(t)
	want := lists.ImportCount{Rows: 5, Added: 1, Doubles: 1, KeptOut: 3}
	for _, dry := range []bool{true, false} {
		var in io.Reader = bytes.NewReader(archive) // as from a pipe
		if !dry {
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = f.Close() }()
			in = f
		}
		report, err := s.Import(t.Context(), in, lists.ImportOptions{Newsletter: "harbor", Confirmed: true, DryRun: dry})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, report.ImportCount); diff != "" {
			t.Errorf("dry %t (-want +got):\n%s", dry, diff)
		}
		var read, skipped int
		for _, f := range report.Files {
			if f.Skipped != "" {
				skipped++
			} else if f.Rows > 0 {
				read++
			}
		}
		if read != 4 || skipped != 2 {
			t.Errorf("files %+v", report.Files)
		}
		if states := s.states(t); dry && states != "" || !dry && states != "ann confirmed, bob unsubscribed" {
			t.Errorf("dry %t: %s", dry, states)
		}
	}
}

func TestService_Import_JSON(t *testing.T) {
	object := `{"email":"ann@example.org","name":"Ann Ames","tags":["a","b"],"attribs":{"city":"Tacoma","n":3},"created_at":"x"}`
	for name, file := range map[string]string{
		"lines":      object + "\n\n" + `{"email":"bob@example.org","fields":{"pet":"cat"}}` + "\n",
		"array":      "[" + object + ",\n" + `{"fields":{"pet":"cat"},"email":"bob@example.org"}` + "\n]",
		"many lines": strings.ReplaceAll(object, ",", ",\n") + `{"email":"bob@example.org","fields":{"pet":"cat"}}`,
		"BOM":        "\ufeff" + object + "\n" + `{"email":"bob@example.org","attributes":{"pet":"cat"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := mustSite(t)
			if count, refused := s.mustImport(t, file); count.Added != 2 || len(refused) > 0 {
				t.Fatalf("%+v, %v", count, refused)
			}
			ann, bob := s.readers(t)["ann@example.org"], s.readers(t)["bob@example.org"]
			if diff := cmp.Diff(map[string]string{"city": "Tacoma", "n": "3", "created_at": "x"}, ann.Fields); diff != "" || strings.Join(ann.Tags, " ") != "a b" {
				t.Errorf("Ann %+v", ann)
			}
			if bob.Fields["pet"] != "cat" || len(bob.Fields) != 1 {
				t.Errorf("Bob %+v", bob)
			}
		})
	}
}

// An apostrophe before a formula is how spreadsheets are kept from it; in JSON it
// is the text itself.
func TestService_Import_JSON_apostrophe(t *testing.T) {
	s := mustSite(t)
	if count, refused := s.mustImport(t, `{"email":"ann@example.org","name":"'=1","fields":{"city":"''-"}}`+"\n"); count.Added != 1 {
		t.Fatalf("%+v, %v", count, refused)
	}
	if ann := s.readers(t)["ann@example.org"]; ann.Name != "'=1" || ann.Fields["city"] != "''-" {
		t.Errorf("Ann %+v", ann)
	}
}

func gzipped(t testing.TB, text io.Reader) *bytes.Buffer {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := io.Copy(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return &out
}

func TestService_Import_bombs(t *testing.T) {
	s := mustSite(t)
	o := lists.ImportOptions{Newsletter: "harbor", Confirmed: true}
	if report, err := s.Import(t.Context(), gzipped(t, strings.NewReader("email\nann@example.org\n")), o); err != nil || report.Added != 1 {
		t.Errorf("gzip: %+v, %v", report, err)
	}
	bomb := io.MultiReader(strings.NewReader("email\n"), io.LimitReader(same('x'), 200<<20))
	for name, file := range map[string]struct {
		in   io.Reader
		want string
	}{
		"gzip bomb":     {gzipped(t, bomb), "it unpacks to more than 200 times its size"},
		"gzip in gzip":  {gzipped(t, gzipped(t, strings.NewReader("email\n"))), "an archive is packed in it"},
		"cut gzip":      {bytes.NewReader(gzipped(t, strings.NewReader("email\nann@example.org\n")).Bytes()[:20]), "unexpected EOF"},
		"a spreadsheet": {bytes.NewReader(packedZip(t, map[string]string{"[Content_Types].xml": "<x/>", "xl/a.xml": "<x/>"})), "this is a spreadsheet or a document"},
		"no list":       {bytes.NewReader(packedZip(t, map[string]string{"a.txt": "hello\n"})), "none of its 1 files is a list of readers"},
	} {
		_, err := s.Import(t.Context(), file.in, o)
		if err == nil || !strings.Contains(err.Error(), file.want) {
			t.Errorf("%s: %v, want %s", name, err, file.want)
		}
	}
}

func TestParseMap(t *testing.T) {
	s := mustSite(t)
	m, err := lists.ParseMap([]string{"E=email,N=first_name", `"Where, roughly=field.city"`, "IP=ignore,since=created_at"})
	if err != nil {
		t.Fatal(err)
	}
	file := "E,N,\"Where, roughly\",IP,since\nann@example.org,Ann,Tacoma,192.0.2.1,2020-01-02\n"
	report, err := s.Import(t.Context(), strings.NewReader(file), lists.ImportOptions{Newsletter: "harbor", Confirmed: true, Map: m})
	if err != nil || report.Added != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	ann := s.readers(t)["ann@example.org"]
	if ann.FirstName != "Ann" || fmt.Sprint(ann.Fields) != "map[city:Tacoma]" || ann.CreatedAt.Year() != 2020 {
		t.Errorf("Ann %+v", ann)
	}
	for _, bad := range []string{"x", "x=y", "x=field.Name", "x=field.email", "=", `"x`} {
		if _, err := lists.ParseMap([]string{bad}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if _, err := s.Import(t.Context(), strings.NewReader("email\n"), lists.ImportOptions{Newsletter: "harbor", Map: map[string]string{"X": "name"}}); err == nil {
		t.Error("a heading that is not there was taken")
	}
	if _, err := s.Import(t.Context(), strings.NewReader("email\n"), lists.ImportOptions{Newsletter: "harbor", From: "mailchamp"}); err == nil {
		t.Error("a format that is not there was taken")
	}
}
