package signup

import "tidings/internal/newsletter"

// Visit is what a request of a person brings with it. Of it, only keyed hashes
// of the network and of the program are kept, and the words.
type Visit struct {
	Source     string // how the act came, such as "form", "page" or "one-click"
	Words      string // what the person was shown where they pressed the button
	RemoteAddr string // IP address, with or without a port
	UserAgent  string
}

// proof is what is kept of a visit.
func (v Visit) proof() newsletter.Proof {
	p := newsletter.Proof{Source: v.Source, Words: v.Words, Agent: v.UserAgent}
	if net := network(v.RemoteAddr); net.IsValid() {
		p.Network = net.String()
	}
	return p
}
