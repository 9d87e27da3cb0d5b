package newsletter

import "testing"

func TestReceipt_Class(t *testing.T) {
	for _, c := range []struct {
		name    string
		receipt Receipt
		want    ReplyClass
	}{
		{"taken", Receipt{Command: ".", Code: 250, Text: "queued as spam-free"}, ReplyNone},
		{"no answer", Receipt{Text: "no answer after the final dot"}, ReplyNone},

		{"Gmail, unknown", Receipt{Command: "RCPT", Code: 550, Enhanced: "5.1.1", Text: "The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos"}, ReplyAddress},
		{"Gmail, inactive", Receipt{Command: "RCPT", Code: 550, Enhanced: "5.2.1", Text: "The email account that you tried to reach is inactive."}, ReplyMailbox},
		{"Gmail, full", Receipt{Command: "RCPT", Code: 452, Enhanced: "4.2.2", Text: "The recipient's inbox is out of storage space."}, ReplyMailbox},
		{"Gmail, unauthenticated", Receipt{Command: ".", Code: 550, Enhanced: "5.7.26", Text: "This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM."}, ReplyAuth},
		{"Gmail, unauthenticated, for now", Receipt{Command: ".", Code: 421, Enhanced: "4.7.26", Text: "Your email has been rate limited because it doesn't pass authentication requirements (SPF)"}, ReplyAuth},
		{"Gmail, no TLS", Receipt{Command: ".", Code: 421, Enhanced: "4.7.29", Text: "Your email has been rate limited because this message wasn't sent over a TLS connection."}, ReplyAuth},
		{"Gmail, no PTR", Receipt{Command: ".", Code: 550, Enhanced: "5.7.25", Text: "The IP address sending this message does not have a PTR record setup"}, ReplyPolicy},
		{"Gmail, spam", Receipt{Command: ".", Code: 550, Enhanced: "5.7.1", Text: "Our system has detected that this message is likely unsolicited mail."}, ReplySpam},
		{"Gmail, rate", Receipt{Command: ".", Code: 421, Enhanced: "4.7.28", Text: "Our system has detected an unusual rate of unsolicited mail originating from your IP address."}, ReplyRate},
		{"Gmail, one person's rate", Receipt{Command: "RCPT", Code: 450, Enhanced: "4.2.1", Text: "The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered."}, ReplyRate},
		{"Microsoft, authentication", Receipt{Command: ".", Code: 550, Enhanced: "5.7.515", Text: "Access denied, sending domain example.org does not meet the required authentication level."}, ReplyAuth},
		{"Microsoft, block list", Receipt{Command: "MAIL", Code: 550, Enhanced: "5.7.1", Text: "Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150)."}, ReplySpam},
		{"Microsoft, not there", Receipt{Command: "RCPT", Code: 550, Enhanced: "5.5.0", Text: "Requested action not taken: mailbox unavailable (S2017062302)."}, ReplyAddress},
		{"Microsoft, not in the directory", Receipt{Command: "RCPT", Code: 550, Enhanced: "5.1.10", Text: "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"}, ReplyAddress},
		{"Yahoo, unknown", Receipt{Command: ".", Code: 554, Text: "delivery error: dd This user doesn't have a yahoo.com account (ada@yahoo.com)"}, ReplyAddress},
		{"Yahoo, complaints", Receipt{Command: "MAIL", Code: 421, Enhanced: "4.7.0", Text: "[TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1"}, ReplyRate},
		{"Yahoo, policy", Receipt{Command: ".", Code: 554, Enhanced: "5.7.9", Text: "Message not accepted for policy reasons."}, ReplyPolicy},
		{"Postfix, unknown", Receipt{Command: "RCPT", Code: 550, Enhanced: "5.1.1", Text: "<ada@example.org>: Recipient address rejected: User unknown in local recipient table"}, ReplyAddress},
		{"Postfix, relay", Receipt{Command: "RCPT", Code: 554, Enhanced: "5.7.1", Text: "<ada@example.org>: Relay access denied"}, ReplyPolicy},
		{"Postfix, greylisted", Receipt{Command: "RCPT", Code: 450, Enhanced: "4.2.0", Text: "<ada@example.org>: Recipient address rejected: Greylisted, see help"}, ReplyNetwork},
		{"too large", Receipt{Command: "MAIL", Code: 552, Enhanced: "5.3.4", Text: "Message size exceeds fixed limit"}, ReplySize},
		{"Spamhaus", Receipt{Command: "RCPT", Code: 554, Enhanced: "5.7.1", Text: "Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"}, ReplySpam},
		{"Amazon, rate", Receipt{Command: ".", Code: 454, Text: "Throttling failure: Maximum sending rate exceeded."}, ReplyRate},
		{"Amazon, day", Receipt{Command: ".", Code: 454, Text: "Throttling failure: Daily message quota exceeded."}, ReplyRate},

		{"full, in five letters", Receipt{Command: "RCPT", Code: 552, Enhanced: "5.2.2"}, ReplyMailbox},
		{"unknown, in five letters", Receipt{Command: "RCPT", Code: 550, Enhanced: "5.1.1"}, ReplyAddress},
		{"a bare 550 of a reader", Receipt{Command: "RCPT", Code: 550, Text: "no"}, ReplyAddress},
		{"a bare 550 of a message", Receipt{Command: ".", Code: 550, Text: "no"}, ReplyOther},
		{"a sender is never a dead reader", Receipt{Command: "MAIL", Code: 550, Enhanced: "5.1.1", Text: "user unknown"}, ReplyPolicy},
		{"for now, nobody is dead", Receipt{Command: "RCPT", Code: 450, Enhanced: "4.1.1", Text: "user unknown"}, ReplyOther},
		{"words that name nobody", Receipt{Command: "RCPT", Code: 550, Text: "domain [example.com] mismatches client ip 192.0.2.225"}, ReplyPolicy},
		{"words that we do not know", Receipt{Command: "RCPT", Code: 550, Text: "please read our pages before you come again"}, ReplyOther},
		{"words that name the reader", Receipt{Command: "RCPT", Code: 550, Text: "<ada@example.org> is not one of ours"}, ReplyAddress},
		{"an authentication, whatever the words", Receipt{Command: "RCPT", Code: 550, Enhanced: "5.7.515", Text: "user unknown"}, ReplyAuth},
		{"a disabled mailbox, whatever the words", Receipt{Command: "RCPT", Code: 550, Enhanced: "5.2.1", Text: "user unknown"}, ReplyMailbox},
		{"a disabled account", Receipt{Command: "RCPT", Code: 525, Enhanced: "5.7.13", Text: "Disabled recipient address"}, ReplyMailbox},
		{"not in Microsoft's directory", Receipt{Command: "RCPT", Code: 550, Enhanced: "5.4.1", Text: "[ada@example.org]: Recipient address rejected: Access denied [X.prod.protection.outlook.com]"}, ReplyAddress},
		{"Postfix, an access table", Receipt{Command: "RCPT", Code: 554, Enhanced: "5.7.1", Text: "<ada@example.org>: Recipient address rejected: Access denied"}, ReplyPolicy},
		{"bytes that it does not take", Receipt{Command: ".", Code: 550, Enhanced: "5.6.9", Text: "improper use of 8-bit data in message header"}, ReplyPolicy},
		{"our own refusal of an address beyond ASCII", Receipt{Code: 553, Enhanced: "5.6.7", Text: "the relay takes no addresses with letters beyond ASCII"}, ReplyOther},
		{"sender's own domain", Receipt{Command: "RCPT", Code: 550, Enhanced: "5.1.8"}, ReplyPolicy},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.receipt.Class(); got != c.want {
				t.Errorf("%v: class %s, want %s", c.receipt, got, c.want)
			}
		})
	}
}

func TestReplyClass_SendersFault(t *testing.T) {
	for class, want := range map[ReplyClass]bool{
		ReplyNone: false, ReplyAddress: false, ReplyMailbox: false, ReplyNetwork: false, ReplyOther: false,
		ReplyAuth: true, ReplySpam: true, ReplyPolicy: true, ReplyRate: true, ReplySize: true,
	} {
		if got := class.SendersFault(); got != want {
			t.Errorf("%s: %v, want %v", class, got, want)
		}
	}
}
