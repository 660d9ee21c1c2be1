package config

import "regexp"

// forms are the patterns that texts are held against, compiled once a load.
type forms struct {
	phone, prefix, sender, label, condition *regexp.Regexp
}

func newForms() forms {
	return forms{
		// ITU-T E.164: + and up to 15 digits, of which the first is not 0.
		phone:  regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`),
		prefix: regexp.MustCompile(`^\+[1-9][0-9]{0,13}$`),
		// A number, a short code, or a name of up to 11 signs with a letter in it.
		sender:    regexp.MustCompile(`^(\+[1-9][0-9]{6,14}|[0-9]{3,8}|[A-Za-z0-9 ]{0,10}[A-Za-z][A-Za-z0-9 ]{0,10})$`),
		label:     regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`),
		condition: regexp.MustCompile(`^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*")\s*$`),
	}
}
