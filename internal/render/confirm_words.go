package render

// confirmWords are what the confirmation mail says; %s is the newsletter.
type confirmWords struct {
	subject, title, description string
	ask, button, ignore, why    string
}

var confirmEnglish = confirmWords{
	subject: "Please confirm: %s", title: "One step to go",
	description: "Press the button in this mail if you would like to get %s.",
	ask:         "Somebody, most likely you, asked for %s to be sent to this address. If you would like that, please say so here:",
	button:      "Yes, I would like to read it",
	ignore:      "If it was not you, there is nothing to do. Unless the button is pressed, nothing will be sent.",
	why:         "You get this one mail because this address was entered on the sign-up page of %s.",
}

var confirmGerman = confirmWords{
	subject: "Bitte bestätigen: %s", title: "Nur noch ein Schritt",
	description: "Drücken Sie den Knopf in dieser Mail, wenn Sie %s bekommen möchten.",
	ask:         "Jemand, wahrscheinlich Sie selbst, hat für diese Adresse %s bestellt. Wenn Sie das möchten, sagen Sie es uns bitte hier:",
	button:      "Ja, ich möchte das lesen",
	ignore:      "Wenn Sie es nicht waren, müssen Sie nichts tun. Solange der Knopf nicht gedrückt wird, schicken wir nichts.",
	why:         "Sie bekommen diese eine Mail, weil diese Adresse auf der Anmeldeseite von %s eingetragen wurde.",
}

var confirmFrench = confirmWords{
	subject: "Merci de confirmer : %s", title: "Plus qu’une étape",
	description: "Appuyez sur le bouton de ce message si vous souhaitez recevoir %s.",
	ask:         "Quelqu’un, sans doute vous, a demandé que %s soit envoyé à cette adresse. Si vous le souhaitez, dites-le-nous ici :",
	button:      "Oui, je souhaite le lire",
	ignore:      "Si ce n’était pas vous, il n’y a rien à faire. Tant que le bouton n’est pas pressé, rien ne sera envoyé.",
	why:         "Vous recevez ce seul message parce que cette adresse a été saisie sur la page d’inscription de %s.",
}

var confirmSpanish = confirmWords{
	subject: "Por favor, confirma: %s", title: "Solo falta un paso",
	description: "Pulsa el botón de este mensaje si quieres recibir %s.",
	ask:         "Alguien, seguramente tú, pidió que %s se envíe a esta dirección. Si lo deseas, dínoslo aquí:",
	button:      "Sí, quiero leerlo",
	ignore:      "Si no fuiste tú, no hay nada que hacer. Mientras no se pulse el botón, no enviaremos nada.",
	why:         "Recibes este único mensaje porque esta dirección se escribió en la página de suscripción de %s.",
}

var confirmDutch = confirmWords{
	subject: "Graag bevestigen: %s", title: "Nog één stap",
	description: "Druk op de knop in deze mail als je %s wilt ontvangen.",
	ask:         "Iemand, waarschijnlijk jij, vroeg om %s naar dit adres te sturen. Als je dat wilt, laat het hier weten:",
	button:      "Ja, ik wil het lezen",
	ignore:      "Was jij het niet, dan hoef je niets te doen. Zolang de knop niet wordt ingedrukt, sturen we niets.",
	why:         "Je krijgt deze ene mail omdat dit adres is ingevuld op de aanmeldpagina van %s.",
}

var confirmPortuguese = confirmWords{
	subject: "Por favor, confirme: %s", title: "Falta só um passo",
	description: "Pressione o botão desta mensagem se quiser receber %s.",
	ask:         "Alguém, provavelmente você, pediu que %s fosse enviado a este endereço. Se é o que deseja, diga-nos aqui:",
	button:      "Sim, quero ler",
	ignore:      "Se não foi você, não há nada a fazer. Enquanto o botão não for pressionado, nada será enviado.",
	why:         "Você recebe esta única mensagem porque este endereço foi escrito na página de inscrição de %s.",
}

var confirmItalian = confirmWords{
	subject: "Per favore conferma: %s", title: "Manca un solo passo",
	description: "Premi il pulsante in questa mail se vuoi ricevere %s.",
	ask:         "Qualcuno, probabilmente tu, ha chiesto di inviare %s a questo indirizzo. Se lo desideri, diccelo qui:",
	button:      "Sì, voglio leggerlo",
	ignore:      "Se non sei stato tu, non devi fare nulla. Finché il pulsante non viene premuto, non invieremo nulla.",
	why:         "Ricevi quest’unica mail perché questo indirizzo è stato inserito nella pagina di iscrizione di %s.",
}

var confirmArabic = confirmWords{
	subject: "يرجى التأكيد: %s", title: "بقيت خطوة واحدة",
	description: "اضغط الزر في هذه الرسالة إن كنت تود تلقي %s.",
	ask:         "طلب أحدهم، ولعله أنت، إرسال %s إلى هذا العنوان. إن كنت تود ذلك فأخبرنا هنا:",
	button:      "نعم، أود قراءتها",
	ignore:      "إن لم تكن أنت فلا يلزمك شيء. ما لم يضغط الزر فلن نرسل شيئا.",
	why:         "تصلك هذه الرسالة الوحيدة لأن هذا العنوان كتب في صفحة الاشتراك في %s.",
}
