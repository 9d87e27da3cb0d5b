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
	subject: "Merci de confirmer : %s", title: "Plus qu’une étape",
	description: "Appuyez sur le bouton de ce message si vous souhaitez recevoir %s.",
	ask:         "Quelqu’un, sans doute vous, a demandé l’envoi de %s à cette adresse. Si vous le souhaitez, dites-le-nous ici :",
	button:      "Oui, je souhaite le lire",
	ignore:      "Si ce n’était pas vous, il n’y a rien à faire. Tant que le bouton n’est pas pressé, rien ne sera envoyé.",
	why:         "Vous recevez ce seul message parce que cette adresse a été saisie sur la page d’inscription de %s.",
}

var confirmSpanish = confirmWords{
	subject: "Por favor, confirma: %s", title: "Solo falta un paso",
	description: "Pulsa el botón de este mensaje si quieres recibir %s.",
	ask:         "Alguien, probablemente tú, ha pedido que enviemos %s a esta dirección. Si es lo que deseas, dínoslo aquí:",
	button:      "Sí, quiero leerlo",
	ignore:      "Si no fuiste tú, no hay nada que hacer. Mientras no se pulse el botón, no enviaremos nada.",
	why:         "Recibes solo este mensaje porque alguien introdujo esta dirección en la página de suscripción de %s.",
}

var confirmDutch = confirmWords{
	subject: "Graag bevestigen: %s", title: "Nog één stap",
	description: "Druk op de knop in deze mail als je %s wilt ontvangen.",
	ask:         "Iemand, waarschijnlijk jij, heeft gevraagd om %s naar dit adres te sturen. Wil je dat, laat het dan hier weten:",
	button:      "Ja, ik wil het lezen",
	ignore:      "Was jij het niet, dan hoef je niets te doen. Zolang de knop niet wordt ingedrukt, sturen we niets.",
	why:         "Je krijgt alleen deze mail, omdat dit adres is ingevuld op de aanmeldpagina van %s.",
}

var confirmPortuguese = confirmWords{
	subject: "Por favor, confirme: %s", title: "Falta só um passo",
	description: "Clique no botão desta mensagem se quiser receber %s.",
	ask:         "Alguém, provavelmente você, pediu o envio de %s a este endereço. Se é o que deseja, confirme aqui:",
	button:      "Sim, quero ler",
	ignore:      "Se não foi você, não há nada a fazer. Enquanto ninguém clicar no botão, nada será enviado.",
	why:         "Você recebe apenas esta mensagem porque este endereço foi informado na página de inscrição de %s.",
}

var confirmItalian = confirmWords{
	subject: "Conferma la tua iscrizione: %s", title: "Manca un solo passo",
	description: "Premi il pulsante in questa email se vuoi ricevere %s.",
	ask:         "Qualcuno, probabilmente tu, ha chiesto di inviare %s a questo indirizzo. Se è quello che vuoi, confermalo qui:",
	button:      "Sì, voglio leggerlo",
	ignore:      "Se la richiesta non è tua, non devi fare nulla. Finché nessuno preme il pulsante, non invieremo nulla.",
	why:         "Ricevi solo questa email perché questo indirizzo è stato inserito nella pagina di iscrizione di %s.",
}

var confirmArabic = confirmWords{
	subject: "يرجى التأكيد: %s", title: "بقيت خطوة واحدة",
	description: "اضغط الزر في هذه الرسالة إن كنت تود تلقي %s.",
	ask:         "طلب أحدهم، ولعله أنت، إرسال %s إلى هذا العنوان. إن كنت تود ذلك فأكّده هنا:",
	button:      "نعم، أود قراءتها",
	ignore:      "إن لم تكن أنت من طلب ذلك فلا يلزمك فعل شيء. ما لم يُضغط الزر فلن نرسل شيئًا.",
	why:         "تصلك هذه الرسالة وحدها لأن هذا العنوان أُدخل في صفحة الاشتراك في %s.",
}
