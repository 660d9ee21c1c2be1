package sms

// Repeat is the text of a message as it is sent. One whose attempt before may have arrived
// says so, where that does not make it longer by a segment.
func Repeat(text string, inDoubt bool) string {
	if !inDoubt {
		return text
	}
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
