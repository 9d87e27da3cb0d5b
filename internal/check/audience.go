package check

// countReaders looks whether an audience has anybody in it. An issue for everyone
// is not asked about: a new newsletter has no readers, and nobody wonders.
func (d *draft) countReaders(count func() (int, error)) error {
	if count == nil || d.issue.Audience == "" {
		return nil
	}
	n, err := count()
	d.nobody = err == nil && n == 0
	return err
}

// audienceEmpty finds an audience that nobody is in. A tag may be misspelled, and
// there is no list of tags to hold it to; or the readers are still to come.
func audienceEmpty(d *draft) []finding {
	if !d.nobody {
		return nil
	}
	return []finding{{
		at: d.issue.Places["audience"], message: "audience names 0 readers now: " + clip(d.issue.Audience),
		hint: "look at the spelling of its tags and values",
	}}
}
