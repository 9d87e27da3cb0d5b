package lists

// formats are the formats that are recognized, the surest first.
func formats() []format {
	return []format{
		tidings(), mailchimp(), substackOld(), substackNew(), ghost(), buttondown(), buttondownOld(), beehiiv(), beehiivFull(), keila(), listmonk(),
	}
}

// tidings is our own export.
func tidings() format {
	return format{
		name: ownFormat, title: "Tidings",
		marks: []string{columnEmail, "source", columnCreated, columnConfirmed, columnUnsubscribedAt},
		as:    map[string]string{columnCreated: columnCreated, columnConfirmed: columnConfirmed, columnUnsubscribedAt: columnUnsubscribedAt},
		ignore: []string{
			"source",
		},
	}
}

// mailchimp is an audience export: a zip of the files subscribed_, unsubscribed_,
// cleaned_ and nonsubscribed_members_export_….csv. Its columns are those of the
// audience ("Email Address", "First Name", …) and after them its own, in capitals
// (mailchimp.com/help/view-export-contacts, "About your export file"). The times
// are in UTC. Tags are quoted and parted by commas inside one cell.
func mailchimp() format {
	return format{
		name: "mailchimp", title: "Mailchimp",
		marks: []string{"email_address", "leid", "euid"},
		as: map[string]string{
			"email_address": columnEmail, "first_name": columnFirst, "last_name": columnLast,
			"optin_time": columnCreated, "confirm_time": columnConfirmed, "timezone": columnZone, "tags": columnTags,
			"unsub_time": columnLeftAt, "clean_time": columnBouncedAt, "email_marketing_status": columnStatus,
		},
		ignore: []string{
			"member_rating", "optin_ip", "confirm_ip", "latitude", "longitude", "gmtoff", "dstoff", "cc", "region", "last_changed",
			"leid", "euid", "notes", "unsub_*", "clean_*",
		},
	}
}

// substackOld is email_list.….csv of Substack's export zip as it was until 2023
// and still is there. active_subscription says who pays, email_disabled who
// turned mail off.
func substackOld() format {
	return format{
		name: "substack", title: "Substack",
		marks:  []string{"email", "active_subscription", "expiry"},
		as:     map[string]string{"email": columnEmail, "name": columnName, "email_disabled": columnLeftIf, "created_at": columnCreated},
		ignore: []string{"active_subscription", "expiry", "plan", "first_payment_at", "prefer_digests", "stripe_*"},
	}
}

// substackNew is what the Subscribers page of Substack writes: a row for each
// reader with many figures. The type of a reader is what they pay; the cancel
// date is the day on which they stopped paying and stayed, unless the type says
// that they left.
func substackNew() format {
	return format{
		name: "substack", title: "Substack",
		marks: []string{"email", "type", "start_date", "stripe_plan"},
		as: map[string]string{
			"email": columnEmail, "name": columnName, "type": columnStatus, "start_date": columnCreated, "tags": columnTags,
		},
		ignore: []string{
			"stripe_plan", "cancel_date", "paid_upgrade_date", "expiration_date", "first_paid_date", "subscription_*", "subscriptions_gifted",
			"bestseller", "emails_*", "num_emails_*", "last_email_open", "links_clicked", "last_clicked_at", "unique_*", "post_views*",
			"comments*", "shares*", "days_active*", "activity", "revenue", "sections", "bundle*", "can_see_paid_content", "group_membership",
			"country", "state_province", "state",
		},
	}
}

// ghost is the export of Members (ghost.org/help/exports): labels are tags, and
// subscribed_to_emails says who wants mail at all.
func ghost() format {
	return format{
		name: "ghost", title: "Ghost",
		marks: []string{"email", "subscribed_to_emails", "complimentary_plan"},
		as: map[string]string{
			"email": columnEmail, "name": columnName, "subscribed_to_emails": columnLeftUnless, "created_at": columnCreated,
			"deleted_at": columnLeftAt, "labels": columnTags,
		},
		ignore: []string{"id", "note", "complimentary_plan", "stripe_customer_id", "tiers", "products", "gift_id"},
	}
}

// buttondown is its list of subscribers, with the names of its interface
// (docs.buttondown.com/api-subscribers-introduction): metadata is an object.
func buttondown() format {
	f := buttondownOld()
	f.marks = []string{"email_address", "creation_date", "type"}
	f.as = map[string]string{
		"email_address": columnEmail, "type": columnStatus, "creation_date": columnCreated, "tags": columnTags, "metadata": columnFields,
		"unsubscription_date": columnLeftAt, "undeliverability_date": columnBouncedAt,
	}
	return f
}

// buttondownOld is the same with the names of before 2024.
func buttondownOld() format {
	return format{
		name: "buttondown", title: "Buttondown",
		marks: []string{"email", "creation_date", "subscriber_type"},
		as: map[string]string{
			"email": columnEmail, "subscriber_type": columnStatus, "creation_date": columnCreated, "tags": columnTags, "metadata": columnFields,
		},
		ignore: []string{
			"id", "notes", "referrer_url", "secondary_id", "source", "utm_*", "ip_address", "risk_score", "undeliverability_*", "unsubscription_*",
			"upgrade_date", "churn_date", "gift_*", "purchased_by", "last_*", "open_*", "click_*", "delivered_count", "avatar_url", "stripe_*",
			"referral_code", "absolute_url", "transitions", "firewall*",
		},
	}
}

// beehiiv is its list of subscribers, with the names of its interface
// (developers.beehiiv.com, "subscriptions"): created is in seconds since 1970.
func beehiiv() format {
	return format{
		name: "beehiiv", title: "beehiiv",
		marks: []string{"email", "status", "subscription_tier"},
		as: map[string]string{
			"email": columnEmail, "status": columnStatus, "created": columnCreated, "created_at": columnCreated, "subscribed_at": columnCreated,
			"unsubscribed_at": columnLeftAt, "tags": columnTags, "custom_fields": columnFields, "first_name": columnFirst,
			"last_name": columnLast,
		},
		ignore: []string{
			"id", "subscriber_id", "subscription_id", "publication_id", "subscription_*", "tier", "utm_*", "referr*", "stripe_*", "acquisition_*", "channel", "open_rate",
			"click*", "total_*", "unique_*", "last_*", "email_*", "ip_*", "updated_at",
		},
	}
}

// beehiivFull is the same where the tier has no column, or another name.
func beehiivFull() format {
	f := beehiiv()
	f.marks = []string{"email", "status", "referral_code"}
	return f
}

// keila is its export of contacts (keila.io, "Contacts"): Data is an object of
// fields.
func keila() format {
	return format{
		name: "keila", title: "Keila",
		marks: []string{"email", "first_name", "last_name", "data"},
		as: map[string]string{
			"email": columnEmail, "first_name": columnFirst, "last_name": columnLast, "data": columnFields, "status": columnStatus,
			"inserted_at": columnCreated, "double_opt_in_at": columnConfirmed,
		},
		ignore: []string{"id", "external_id", "updated_at"},
	}
}

// listmonk is its export of subscribers (github.com/knadh/listmonk,
// cmd/subscribers.go): attributes is an object of fields. The status is that of a
// person; who left one list of several is not told.
func listmonk() format {
	return format{
		name: "listmonk", title: "listmonk",
		marks: []string{"uuid", "email", "attributes", "status"},
		as: map[string]string{
			"email": columnEmail, "name": columnName, "attributes": columnFields, "status": columnStatus, "created_at": columnCreated,
		},
		ignore: []string{"uuid", "id", "updated_at"},
	}
}
