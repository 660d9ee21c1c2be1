package sms

// MayRepeat is a text with a hint that it may have arrived before, where that does not
// make it longer by a segment.
func MayRepeat(text string) string {
	hint := " (may be a repeat)"
	if !IsGSM(text) {
		hint = "（可能重复）"
	}
	before, _ := Segments(text)
	if after, _ := Segments(text + hint); after > before {
		return text
	}
	return text + hint
}
