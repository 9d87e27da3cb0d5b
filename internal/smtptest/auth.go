package smtptest

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // CRAM-MD5 is what is tested
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // as is SCRAM-SHA-1
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"slices"
	"strings"
)

var (
	errWrong  = errors.New("wrong username or password")
	errNoSuch = errors.New("no such login")
)

// auth checks a login (RFC 4954, section 4) by one of the ways that are offered.
func (c *conn) auth(line, rest string) bool {
	mechanism, initial, _ := strings.Cut(rest, " ")
	mechanism = strings.ToUpper(mechanism)
	err := errNoSuch
	if slices.Contains(strings.Fields(c.server.config.Logins), mechanism) {
		err = c.login(mechanism, initial)
	}
	usual := Say(235, "2.7.0 welcome")
	switch {
	case errors.Is(err, errNoSuch):
		return c.say(Say(504, "5.5.4 no such login")) != gone
	case errors.Is(err, errWrong):
		usual = Say(535, "5.7.8 wrong username or password")
	case err != nil:
		return c.say(Say(501, "5.5.2 not base64")) != gone
	}
	code := c.answer(Event{Step: Auth, Line: line}, usual)
	c.known = code == 235
	return code != gone
}

// login holds the conversation of one mechanism.
func (c *conn) login(mechanism, initial string) error {
	username, password := c.server.config.Username, c.server.config.Password
	switch mechanism {
	case "PLAIN": // RFC 4616; before the first NUL stands whom to act for
		said, err := c.ask("", initial)
		_, said, _ = strings.Cut(said, "\x00")
		return verdict(err, said == username+"\x00"+password)
	case "LOGIN":
		name, err := c.ask("Username:", initial)
		if err != nil {
			return err
		}
		word, err := c.ask("Password:", "")
		return verdict(err, name == username && word == password)
	case "CRAM-MD5": // RFC 2195
		const challenge = "<1896.697170952@relay.test>"
		said, err := c.ask(challenge, "")
		mac := hmac.New(md5.New, []byte(password))
		mac.Write([]byte(challenge))
		return verdict(err, said == username+" "+hex.EncodeToString(mac.Sum(nil)))
	case "XOAUTH2":
		said, err := c.ask("", initial)
		return verdict(err, said == "user="+username+"\x01auth=Bearer "+password+"\x01\x01")
	case "SCRAM-SHA-1":
		return c.scram(sha1.New, initial)
	case "SCRAM-SHA-256":
		return c.scram(sha256.New, initial)
	}
	return errNoSuch
}

func verdict(err error, right bool) error {
	if err == nil && !right {
		return errWrong
	}
	return err
}

// scram is a login that proves the password to both sides without showing it
// (RFC 5802, section 3).
func (c *conn) scram(newHash func() hash.Hash, initial string) error {
	const (
		salt       = "harbor salt"
		iterations = 4096
	)
	first, err := c.ask("", initial)
	if err != nil {
		return err
	}
	bare, ok := strings.CutPrefix(first, "n,,")
	name, nonce, _ := strings.Cut(bare, ",r=")
	if !ok || name != "n="+c.server.config.Username {
		return errWrong
	}
	challenge := "r=" + nonce + "relay,s=" + base64.StdEncoding.EncodeToString([]byte(salt)) + ",i=4096"
	final, err := c.ask(challenge, "")
	if err != nil {
		return err
	}
	without, proof, _ := strings.Cut(final, ",p=")
	salted, err := pbkdf2.Key(newHash, c.server.config.Password, []byte(salt), iterations, newHash().Size())
	if err != nil {
		return err
	}
	sum := func(key []byte, text string) []byte {
		mac := hmac.New(newHash, key)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	said := bare + "," + challenge + "," + without
	clientKey := sum(salted, "Client Key")
	stored := newHash()
	stored.Write(clientKey)
	signature := sum(stored.Sum(nil), said)
	given, err := base64.StdEncoding.DecodeString(proof)
	for i := range signature {
		signature[i] ^= clientKey[i]
	}
	if err != nil || !bytes.Equal(given, signature) || without != "c=biws,r="+nonce+"relay" {
		return errWrong
	}
	_, err = c.ask("v="+base64.StdEncoding.EncodeToString(sum(sum(salted, "Server Key"), said)), "")
	return err
}

// ask puts a question to the client, unless it has answered already, and
// decodes the answer.
func (c *conn) ask(question, answer string) (string, error) {
	if answer == "" {
		c.say(Say(334, base64.StdEncoding.EncodeToString([]byte(question))))
		var err error
		if answer, err = c.readLine(); err != nil {
			return "", err
		}
	}
	decoded, err := base64.StdEncoding.DecodeString(answer)
	return string(decoded), err
}
