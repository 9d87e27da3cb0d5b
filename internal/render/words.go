package render

import (
	"strconv"
	"strings"
	"time"

	xlanguage "golang.org/x/text/language"
)

// words are what we say ourselves in a mail, in one language.
type words struct {
	view, more, unsubscribe, why    string // why: %s is the newsletter
	by, picture, links, notes, back string
	note, contents, done, open      string
	date                            string // 2: day, January: month, 2006: year
	months                          string // with blanks between them; empty: numbers
	callouts                        [5]string
	confirm                         confirmWords
}

// calloutKinds are the kinds of callouts, in the order of words.callouts.
var calloutKinds = [5]string{"note", "tip", "important", "warning", "caution"}

// vocabulary is in the order of spoken; the first language is the one for all
// others.
var vocabulary = []*words{
	{
		view: "View in browser", more: "Continue reading", unsubscribe: "Unsubscribe", why: "You get this letter because you signed up for %s.",
		by: "By", picture: "Picture", links: "Links", notes: "Notes", back: "Back", note: "Note", contents: "In this issue",
		done: "Done", open: "To do", date: "2 January 2006",
		months:   "January February March April May June July August September October November December",
		callouts: [5]string{"Note", "Tip", "Important", "Warning", "Caution"}, confirm: confirmEnglish,
	},
	{
		view: "Im Browser lesen", more: "Weiterlesen", unsubscribe: "Abmelden", why: "Sie bekommen diesen Brief, weil Sie %s abonniert haben.",
		by: "Von", picture: "Bild", links: "Links", notes: "Anmerkungen", back: "Zurück", note: "Anmerkung", contents: "In dieser Ausgabe",
		done: "Erledigt", open: "Offen", date: "2. January 2006",
		months:   "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
		callouts: [5]string{"Hinweis", "Tipp", "Wichtig", "Warnung", "Vorsicht"}, confirm: confirmGerman,
	},
	{
		view: "Lire dans le navigateur", more: "Lire la suite", unsubscribe: "Se désabonner", why: "Vous recevez cette lettre à la suite de votre inscription à %s.",
		by: "Par", picture: "Image", links: "Liens", notes: "Notes", back: "Retour", note: "Note", contents: "Dans ce numéro",
		done: "Fait", open: "À faire", date: "2 January 2006",
		months:   "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		callouts: [5]string{"Note", "Conseil", "Important", "Attention", "Prudence"}, confirm: confirmFrench,
	},
	{
		view: "Ver en el navegador", more: "Seguir leyendo", unsubscribe: "Darse de baja (unsubscribe)", why: "Recibes esta carta porque te suscribiste a %s.",
		by: "Por", picture: "Imagen", links: "Enlaces", notes: "Notas", back: "Volver", note: "Nota", contents: "En este número",
		done: "Hecho", open: "Pendiente", date: "2 de January de 2006",
		months:   "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
		callouts: [5]string{"Nota", "Consejo", "Importante", "Advertencia", "Precaución"}, confirm: confirmSpanish,
	},
	{
		view: "In de browser lezen", more: "Verder lezen", unsubscribe: "Uitschrijven (unsubscribe)", why: "Je krijgt deze brief omdat je je hebt aangemeld voor %s.",
		by: "Door", picture: "Afbeelding", links: "Links", notes: "Voetnoten", back: "Terug", note: "Voetnoot", contents: "In dit nummer",
		done: "Gedaan", open: "Te doen", date: "2 January 2006",
		months:   "januari februari maart april mei juni juli augustus september oktober november december",
		callouts: [5]string{"Opmerking", "Tip", "Belangrijk", "Waarschuwing", "Let op"}, confirm: confirmDutch,
	},
	{
		view: "Ver no navegador", more: "Continuar lendo", unsubscribe: "Cancelar a inscrição (unsubscribe)", why: "Você está recebendo esta carta porque se inscreveu em %s.",
		by: "Por", picture: "Imagem", links: "Links", notes: "Notas", back: "Voltar", note: "Nota", contents: "Nesta edição",
		done: "Feito", open: "A fazer", date: "2 de January de 2006",
		months:   "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
		callouts: [5]string{"Nota", "Dica", "Importante", "Aviso", "Cuidado"}, confirm: confirmPortuguese,
	},
	{
		view: "Leggi nel browser", more: "Continua a leggere", unsubscribe: "Annulla l’iscrizione (unsubscribe)", why: "Ricevi questa lettera in seguito alla tua iscrizione a %s.",
		by: "Di", picture: "Immagine", links: "Link", notes: "Note", back: "Torna al testo", note: "Nota", contents: "In questo numero",
		done: "Fatto", open: "Da fare", date: "2 January 2006",
		months:   "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
		callouts: [5]string{"Nota", "Consiglio", "Importante", "Avviso", "Attenzione"}, confirm: confirmItalian,
	},
	{
		view: "عرض في المتصفح", more: "متابعة القراءة", unsubscribe: "إلغاء الاشتراك (unsubscribe)", why: "تصلك هذه الرسالة لأنك اشتركت في %s.",
		by: "بقلم", picture: "صورة", links: "الروابط", notes: "الحواشي", back: "عودة", note: "حاشية", contents: "في هذا العدد",
		done: "تم", open: "لم يتم بعد", date: "2 January 2006",
		months:   "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
		callouts: [5]string{"ملاحظة", "نصيحة", "مهم", "تحذير", "تنبيه"}, confirm: confirmArabic,
	},
}

// spoken are the languages of vocabulary.
var spoken = xlanguage.NewMatcher([]xlanguage.Tag{
	xlanguage.English, xlanguage.German, xlanguage.French, xlanguage.Spanish, xlanguage.Dutch, xlanguage.BrazilianPortuguese, xlanguage.Italian, xlanguage.Arabic,
})

// wordsOf returns the words of a language, or else those of English.
func wordsOf(tag xlanguage.Tag) *words {
	_, i, confidence := spoken.Match(tag)
	if confidence == xlanguage.No {
		i = 0
	}
	return vocabulary[i]
}

// day writes a date in full, as in "24 November 2026"; Americans begin with the
// month.
func (l language) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	layout := l.words.date
	switch {
	case l.tag == "en-US":
		layout = "January 2, 2006"
	case l.base == "ja" || l.base == "zh":
		return t.Format("2006年1月2日")
	case l.words == vocabulary[0] && l.base != "en":
		return t.Format("2006-01-02")
	}
	month, day := strings.Fields(l.words.months)[t.Month()-1], strconv.Itoa(t.Day())
	if t.Day() == 1 { // the first of a month is a number in order there
		day += map[string]string{"fr": "er", "pt": "º"}[l.base]
	}
	return strings.NewReplacer("January", month, "2006", strconv.Itoa(t.Year()), "2", day).Replace(layout)
}

// callout is the heading of a callout of that kind.
func (w *words) callout(kind string) string {
	for i, k := range calloutKinds {
		if k == kind {
			return w.callouts[i]
		}
	}
	return strings.ToUpper(kind[:1]) + kind[1:]
}
