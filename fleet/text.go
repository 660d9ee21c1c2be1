package fleet

// Text is the same said in each language that recipients read.
type Text struct {
	EN, ZH string
}

// In returns the text in a language (en, zh); English for any other.
func (t Text) In(language string) string {
	if language == "zh" {
		return t.ZH
	}
	return t.EN
}
