package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tidings/internal/message"
	"tidings/internal/newsletter"
	"tidings/internal/site"
)

func (a *app) dkimCommand() *cobra.Command {
	c := group(&cobra.Command{
		Use: "dkim", Short: "Keys that sign mails",
		Example: "  tidings dkim keygen --domain example.org --out dkim.pem",
	})
	c.AddCommand(a.dkimKeygenCommand())
	return c
}

// keygenFlags is what key is to be made, and for whom.
type keygenFlags struct {
	kind, domain, selector, out string
	bits                        int
}

func (a *app) dkimKeygenCommand() *cobra.Command {
	var f keygenFlags
	c := &cobra.Command{
		Use:   "keygen",
		Short: "Make a key that signs mails, and its DNS record",
		Long: "Make a private key by which mails are signed (DKIM), so that nobody can send in your name. It is\n" +
			"written to a file that only you can read; a file that is there is never touched. Then print the\n" +
			"DNS record that receivers look up, and the lines for tidings.toml.\n" +
			"An Ed25519 key makes a second signature beside that of an RSA key, which every receiver knows.",
		Example: "  tidings dkim keygen --domain example.org --out dkim.pem\n" +
			"  tidings dkim keygen --domain example.org --type ed25519 --selector t2 --out dkim-ed25519.pem",
		Args: wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := f.complete(c.Flags().Changed("bits")); err != nil {
				return err
			}
			return a.dkimKeygen(f)
		},
	}
	c.Flags().StringVar(&f.out, "out", "", "the new `FILE` of the private key")
	c.Flags().StringVar(&f.domain, "domain", "", "the `DOMAIN` of your From addresses")
	c.Flags().StringVar(&f.selector, "selector", "", "`NAME` of the key below the domain (default t1, or t2 for an Ed25519 key)")
	c.Flags().StringVar(&f.kind, "type", string(message.KeyRSA), "`TYPE`: rsa or ed25519")
	c.Flags().IntVar(&f.bits, "bits", message.DefaultBits, "length of an RSA key, `N` from 2048 to 4096")
	return c
}

// complete refuses flags that make no sense, and fills in what has a default.
func (f *keygenFlags) complete(bits bool) error {
	switch {
	case f.out == "":
		return usage("such as --out dkim.pem", "--out is missing: keygen needs a file to write to")
	case f.domain == "":
		return usage("such as --domain example.org", "--domain is missing: the record stands in the DNS of your From addresses")
	case f.kind != string(message.KeyRSA) && f.kind != string(message.KeyEd25519):
		return usage("rsa or ed25519", "--type %q is not known", f.kind)
	case f.kind == string(message.KeyEd25519) && bits:
		return usage("leave it out", "--bits: an Ed25519 key has one length")
	case f.bits < message.DefaultBits || f.bits > 2*message.DefaultBits:
		return usage("2048 is right for mail", "--bits %d is out of range, expected 2048 to 4096", f.bits)
	}
	if f.selector == "" {
		f.selector = map[string]string{string(message.KeyRSA): "t1", string(message.KeyEd25519): "t2"}[f.kind]
	}
	for flag, name := range map[string]string{"--domain": f.domain, "--selector": f.selector} {
		if site.DNSName(name) != nil {
			return usage("in ASCII, as it stands in DNS", "%s %.80q is not a DNS name", flag, name)
		}
	}
	return nil
}

// newKey is a key as --json prints it.
type newKey struct {
	KeyFile  string   `json:"key_file"`
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Value    string   `json:"value"`
	Strings  []string `json:"strings"` // the value in pieces, as zone files have it
	Settings string   `json:"settings"`
}

func (a *app) dkimKeygen(f keygenFlags) error {
	private, record, err := message.GenerateKey(message.KeyType(f.kind), f.bits)
	if err != nil {
		return err
	}
	if err := writeNewSecret(f.out, private); err != nil {
		return err
	}
	k := newKey{
		KeyFile: f.out, Name: f.selector + "._domainkey." + f.domain, Type: "TXT",
		Value: record, Strings: txtStrings(record), Settings: a.dkimSettings(f),
	}
	if a.json {
		return a.printJSON(k)
	}
	fmt.Fprintf(a.stdout, "%s is the private key: keep it secret, and with your backups.\n\n"+
		"Add this TXT record to the DNS of %s:\n\n%s. TXT (\n  \"%s\"\n)\n\n"+
		"When it can be seen there, write into tidings.toml:\n\n%s",
		f.out, f.domain, k.Name, strings.Join(k.Strings, "\"\n  \""), k.Settings)
	return nil
}

// dkimSettings is what to write into tidings.toml for a key.
func (a *app) dkimSettings(f keygenFlags) string {
	file := a.keyFile(f.out)
	if f.kind == string(message.KeyEd25519) {
		return fmt.Sprintf("# in [dkim], beside the first key\ned25519_selector = %q\ned25519_key_file = %q\n", f.selector, file)
	}
	return fmt.Sprintf("[dkim]\ndomain = %q\nselector = %q\nkey_file = %q\n", f.domain, f.selector, file)
}

// keyFile is a key's file as tidings.toml names it: from the site folder, which
// is that of --site, or else the one that the key was put into.
func (a *app) keyFile(out string) string {
	abs, err := filepath.Abs(out)
	if err != nil {
		return out
	}
	for _, dir := range []string{a.dir, filepath.Dir(abs)} {
		site, err := filepath.Abs(dir)
		if err != nil {
			continue
		}
		_, missing := os.Stat(filepath.Join(site, "tidings.toml"))
		if rel, err := filepath.Rel(site, abs); err == nil && missing == nil && filepath.IsLocal(rel) {
			return rel
		}
	}
	return abs
}

// txtStrings cuts a record's text into the strings that DNS has for it (RFC
// 1035, section 3.3).
func txtStrings(text string) []string {
	const most = 255
	var pieces []string
	for len(text) > most {
		pieces = append(pieces, text[:most])
		text = text[most:]
	}
	return append(pieces, text)
}

// writeNewSecret writes a file that only its owner can read, and none that is
// there already.
func writeNewSecret(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return newsletter.Hint(newsletter.Refuse(newsletter.ErrConflict, "%s is there already", name), "it may be a key in use; choose another name. Nothing was changed")
	}
	if err != nil {
		return newsletter.Hint(fmt.Errorf("write key: %w", err), "may this user write there")
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(fmt.Errorf("write key: %w", err), f.Close(), os.Remove(name))
	}
	return errors.Join(f.Sync(), f.Close())
}
