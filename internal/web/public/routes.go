package public

import (
	"io"
	"net/http"

	"tidings/internal/web"
)

// routes is the table of all reader pages. The patterns with {newsletter} stay
// more general than those with a fixed first word, which is why {page} is read
// by pageOf instead of standing here as "subscribe" and "archive".
func (p *pages) routes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, h web.Handler) { mux.Handle(pattern, p.Pages.Handle(h)) }

	// What a site has to read.
	handle("GET /{$}", p.home)
	handle("GET /subscribe", p.home)
	handle("GET /"+atomFile, p.siteFeed)
	handle("GET /"+rssFile, p.siteFeed)
	handle("GET /"+jsonFile, p.siteFeed)
	handle("GET /sitemap.xml", p.siteMap)
	handle("GET /robots.txt", p.robots)
	handle("GET /{newsletter}", p.about)
	handle("GET /{newsletter}/{$}", p.withoutSlash)
	handle("GET /{newsletter}/{page}", p.pageOf)
	handle("GET /{newsletter}/{page}/{slug}", p.pageBelow)

	// Signing up. Forms on other sites post here too: like the links below, they
	// carry all that counts, and no cookie that another site could borrow.
	handle("POST /{newsletter}/{page}", p.postTo)
	handle("POST /subscribe", p.subscribeSeveral)
	handle("OPTIONS /{newsletter}/subscribe", p.allowScripts)
	handle("OPTIONS /subscribe", p.allowScripts)

	// Links in letters: GET shows a button, POST is the button.
	handle("GET /confirm/{token}", private(p.askToConfirm))
	handle("POST /confirm/{token}", private(p.confirm))
	handle("GET /u/{token}", private(p.askToLeave))
	handle("POST /u/{token}", private(p.leave))

	// Past issues that are for readers alone.
	handle("GET /archive/{token}", private(p.readersArchive))
	handle("GET /archive/{token}/{slug}", private(p.readersIssue))

	// What a person chose and what is known of them; the same, and no cookie either.
	handle("GET /preferences/{token}", private(p.askForPreferences))
	handle("POST /preferences/{token}", private(p.savePreferences))
	handle("POST /preferences/{token}/link", private(p.mailLink))
	handle("POST /preferences/{token}/address", private(p.askAddress))
	handle("POST /preferences/{token}/export", private(p.export))
	handle("GET /preferences/{token}/erase", private(p.askToErase))
	handle("POST /preferences/{token}/erase", private(p.erase))
	handle("GET /address/{token}", private(p.askToMove))
	handle("POST /address/{token}", private(p.move))

	// Files.
	handle("GET /media/{hash}/{name}", p.media)
	handle("GET /static/{hash}/{name}", p.Pages.Assets().Serve)

	// Everything else, and a sign of life for whoever watches the program.
	handle("GET /", p.nothing)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		_, _ = io.WriteString(w, "ok\n")
	})
	return p.Pages.Routes(mux)
}

// private is for pages whose URL holds a token.
func private(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		web.Private(w)
		return h(w, r)
	}
}
