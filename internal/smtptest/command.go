package smtptest

import (
	"crypto/tls"
	"slices"
	"strconv"
	"strings"
)

// extensionOf tells which extension brings a parameter of MAIL or RCPT.
var extensionOf = map[string]string{
	"BODY": "8BITMIME", "SIZE": "SIZE", "SMTPUTF8": "SMTPUTF8",
	"RET": "DSN", "ENVID": "DSN", "NOTIFY": "DSN", "ORCPT": "DSN",
}

// command answers one command and says whether the conversation goes on.
func (c *conn) command(line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb = strings.ToUpper(verb); verb {
	case "EHLO", "HELO":
		return c.hello(line, verb)
	case "STARTTLS":
		return c.startTLS(line)
	case "AUTH":
		return c.auth(line, rest)
	case "MAIL":
		return c.mail(line, rest)
	case "RCPT":
		return c.rcpt(line, rest)
	case "DATA":
		return c.data(line)
	case "RSET":
		c.pending = transaction{}
		return c.answer(Event{Step: Rset, Line: line}, Say(250, "2.0.0 forgotten")) != gone
	case "NOOP":
		return c.say(Say(250, "2.0.0 still here")) != gone
	case "QUIT":
		return c.answer(Event{Step: Quit, Line: line}, Reply{Code: 221, Text: "2.0.0 goodbye", Then: Close}) != gone
	}
	return c.say(Say(500, "5.5.2 not a command")) != gone
}

// hello starts the session anew and lists the extensions after EHLO.
func (c *conn) hello(line, verb string) bool {
	c.pending = transaction{}
	text := "relay.test"
	if verb == "EHLO" {
		text = strings.Join(append([]string{text}, c.extensions()...), "\n")
	}
	return c.answer(Event{Step: Hello, Line: line}, Say(250, text)) != gone
}

// extensions is what is offered on this connection now.
func (c *conn) extensions() []string {
	list := slices.Clone(c.server.config.Extensions)
	if c.server.config.TLS != nil && !c.secure {
		list = append(list, "STARTTLS")
	}
	if c.server.config.Username != "" && !c.offers("AUTH") {
		list = append(list, "AUTH "+c.server.config.Logins)
	}
	return list
}

// offers says whether an extension is in the configured list.
func (c *conn) offers(keyword string) bool {
	_, ok := c.parameter(keyword)
	return ok
}

// parameter returns what stands after an extension's keyword in the list.
func (c *conn) parameter(keyword string) (value string, ok bool) {
	for _, e := range c.server.config.Extensions {
		if name, value, _ := strings.Cut(e, " "); name == keyword {
			return value, true
		}
	}
	return "", false
}

// startTLS turns TLS on (RFC 3207). What the client sent ahead in clear is
// dropped, and the session starts anew.
func (c *conn) startTLS(line string) bool {
	usual := Say(220, "2.0.0 go ahead")
	if c.server.config.TLS == nil || c.secure {
		usual = Say(454, "4.7.0 no TLS here")
	}
	code := c.answer(Event{Step: StartTLS, Line: line}, usual)
	if code/100 != 2 || c.server.config.TLS == nil {
		return code != gone
	}
	if err := c.w.Flush(); err != nil {
		return false
	}
	secure := tls.Server(c.tcp, c.server.config.TLS)
	if err := secure.HandshakeContext(c.server.ctx); err != nil {
		return false
	}
	c.use(secure)
	c.secure, c.known, c.pending = true, false, transaction{}
	return true
}

// mail begins a transaction.
func (c *conn) mail(line, rest string) bool {
	from, parameters, ok := path(rest, "FROM:")
	nested := c.pending.begun
	c.pending = transaction{utf8: slices.Contains(parameters, "SMTPUTF8")}
	usual := Say(250, "2.1.0 sender noted")
	refusal, refused := c.refusal(from, parameters)
	switch {
	case !ok:
		usual = Say(501, "5.5.4 expected MAIL FROM:<address>")
	case c.server.config.Username != "" && !c.known:
		usual = Say(530, "5.7.0 log in first")
	case nested: // RFC 5321, section 4.1.4
		usual = Say(503, "5.5.1 a transaction is open")
	case refused:
		usual = refusal
	}
	c.pending.from = from
	code := c.answer(Event{Step: Mail, Line: line}, usual)
	c.pending.begun = code/100 == 2
	return code != gone
}

// refusal is what a relay with these extensions must answer to an address with
// its parameters, if it may not take them.
func (c *conn) refusal(address string, parameters []string) (r Reply, refused bool) {
	for _, p := range parameters {
		name, value, _ := strings.Cut(strings.ToUpper(p), "=")
		if !c.offers(extensionOf[name]) {
			return Say(555, "5.5.4 "+name+" was not offered"), true
		}
		if size, err := strconv.Atoi(value); name == "SIZE" && (err != nil || size > c.maxSize()) {
			return Say(552, "5.3.4 too large"), true // RFC 1870, section 6.1
		}
	}
	beyond := strings.ContainsFunc(address, func(r rune) bool { return r > '~' })
	if beyond && !c.pending.utf8 { // RFC 6531, section 3.5
		return Say(553, "5.6.7 an address beyond ASCII needs SMTPUTF8"), true
	}
	return Reply{}, false
}

// rcpt adds a recipient to the transaction.
func (c *conn) rcpt(line, rest string) bool {
	to, parameters, ok := path(rest, "TO:")
	usual := Say(250, "2.1.5 recipient noted")
	refusal, refused := c.refusal(to, parameters)
	switch {
	case !ok || to == "":
		usual = Say(501, "5.5.4 expected RCPT TO:<address>")
	case !c.pending.begun:
		usual = Say(503, "5.5.1 MAIL comes first")
	case refused:
		usual = refusal
	}
	code := c.answer(Event{Step: Rcpt, Line: line, To: to}, usual)
	if code/100 == 2 && c.pending.begun {
		c.pending.to = append(c.pending.to, to)
	}
	return code != gone
}

// path takes the address out of "FROM:<address> NAME=VALUE …".
func path(s, prefix string) (address string, parameters []string, ok bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", nil, false
	}
	s, ok = strings.CutPrefix(strings.TrimLeft(s[len(prefix):], " "), "<")
	end := strings.LastIndexByte(s, '>')
	if !ok || end < 0 {
		return "", nil, false
	}
	return s[:end], strings.Fields(s[end+1:]), true
}
