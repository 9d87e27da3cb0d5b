package public

import (
	"net/http"
	"net/url"
	"strings"

	"tidings/internal/web"
)

// joined is the answer to a sign-up that wants JSON.
type joined struct {
	OK      bool              `json:"ok"`
	Message string            `json:"message"`          // to show to the person
	Faults  map[string]string `json:"faults,omitempty"` // what is wrong, by the name of the field
}

// answerJSON says what came of a sign-up, in the words of the page. Asks: a mail
// asks to confirm.
func answerJSON(w http.ResponseWriter, page *web.Page, f *form, ok, asks bool) error {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Language", page.Tag())
	if !ok {
		answer := joined{Message: page.Say("error.invalid"), Faults: f.faults(page)}
		if f.Again != "" {
			answer.Message = page.Say(f.Again)
		}
		return web.WriteJSON(w, http.StatusUnprocessableEntity, answer)
	}
	answer := joined{OK: true, Message: page.Say("sent.done_said_bare")}
	if asks {
		answer.Message = page.Say("sent.inbox_said_bare")
	}
	return web.WriteJSON(w, http.StatusOK, answer)
}

// openToAll lets scripts of other sites read the answer to a sign-up (Fetch
// standard, CORS protocol). It gives nothing away: any site can send the form
// anyway, nothing of the visitor goes with it, as there is no cookie, and the
// answer is the same for every address.
func openToAll(w http.ResponseWriter, r *http.Request) {
	if web.WantsJSON(r) || r.Method == http.MethodOptions {
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}
}

// allowScripts answers OPTIONS, with which browsers ask before a script of another
// site may send JSON.
func (p *pages) allowScripts(w http.ResponseWriter, r *http.Request) error {
	if r.PathValue("newsletter") != "" {
		if _, err := p.newsletter(r); err != nil {
			return p.nothing(w, r)
		}
	}
	openToAll(w, r)
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "POST")
	h.Set("Access-Control-Allow-Headers", "Content-Type")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// elsewhere is the host of the other site whose form or script sent a request, as
// its browser says; empty where it is ours, or says nothing.
func (p *pages) elsewhere(r *http.Request) string {
	origin, err := url.Parse(r.Header.Get("Origin"))
	if err != nil || origin.Host == "" || origin.Host == r.Host || strings.EqualFold(origin.Scheme+"://"+origin.Host, p.BaseURL) {
		return ""
	}
	const longest = 100
	if host := origin.Host; len(host) <= longest && strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789-.:[]") == "" {
		return host
	}
	return "another site"
}
