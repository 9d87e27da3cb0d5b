package check

import (
	"fmt"
	"slices"
	"strings"

	"tidings/internal/render"
)

// emptyWords are link texts that say nothing of where they lead, by language.
var emptyWords = map[string][]string{
	"en": {"click", "click here", "click this", "click this link", "here", "link", "link here", "this", "this link", "this page", "more", "read more", "read on", "learn more", "find out more", "see more", "more info", "more information", "details", "website", "continue", "go", "see here", "tap here", "article", "page", "this article", "this post"},
	"de": {"hier", "hier klicken", "klick", "klicken", "klicken sie hier", "klick hier", "link", "dieser link", "mehr", "mehr lesen", "weiterlesen", "weiter", "mehr erfahren", "mehr infos", "mehr informationen", "details", "website", "seite", "diese seite", "artikel", "siehe hier"},
	"es": {"aquí", "aqui", "haz clic aquí", "haga clic aquí", "clic aquí", "pulsa aquí", "enlace", "este enlace", "más", "leer más", "ver más", "saber más", "más información", "continuar", "sitio web", "página", "artículo"},
	"fr": {"ici", "cliquez ici", "clique ici", "cliquer ici", "lien", "ce lien", "plus", "lire plus", "lire la suite", "en savoir plus", "voir plus", "suite", "plus d'infos", "plus d’informations", "site", "site web", "page", "article"},
	"pt": {"aqui", "clique aqui", "clica aqui", "link", "este link", "mais", "ler mais", "leia mais", "saiba mais", "saber mais", "ver mais", "mais informações", "continuar", "site", "página", "artigo"},
	"nl": {"hier", "klik hier", "klik", "link", "deze link", "meer", "lees meer", "lees verder", "verder lezen", "meer lezen", "meer weten", "meer informatie", "details", "website", "pagina", "artikel"}, //nolint:misspell // Dutch
}

// linkText finds links that do not say where they lead.
func linkText(d *draft) []finding {
	return d.eachLink(func(l render.Link) (string, string) {
		return d.saysNothing(l), "let the text name what is there: screen readers list links by their texts alone"
	}, toHeading, toTag, toAddress, toWeb, toNeighbor)
}

// saysNothing says why the text of a link does not say where it leads, or
// nothing.
func (d *draft) saysNothing(l render.Link) string {
	text := normal(l.Text)
	switch {
	case text == "":
		return fmt.Sprintf("the link to %q has no text", clip(l.URL))
	case slices.Contains(emptyWords["en"], text) || slices.Contains(emptyWords[d.tongue()], text):
		return fmt.Sprintf("the link text %q does not say where it leads", clip(l.Text))
	case isLongAddress(l.Text):
		return fmt.Sprintf("the link text %q is a bare address", clip(l.Text))
	}
	return ""
}

// isLongAddress says whether a text is the address of a page. That of a host,
// such as example.org, can be read and said.
func isLongAddress(text string) bool {
	_, rest, ok := strings.Cut(text, "://")
	if !ok {
		rest = text
	}
	if strings.ContainsAny(text, " \t\n") || !ok && !strings.HasPrefix(text, "www.") {
		return false
	}
	_, page, _ := strings.Cut(rest, "/")
	return page != ""
}
