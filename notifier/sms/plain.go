package sms

import "strings"

// Plain writes dashes, quotes and other signs as plain ones where that makes a text GSM-7.
// A text with other signs beyond that alphabet is left as it is: signs that mean nothing,
// such as question marks, help nobody.
func Plain(s string) string {
	if IsGSM(s) {
		return s
	}
	plain := plainer().Replace(s)
	if IsGSM(plain) {
		return plain
	}
	return s
}

func plainer() *strings.Replacer {
	return strings.NewReplacer(
		"‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "−", "-",
		"‘", "'", "’", "'", "‚", "'", "‛", "'", "′", "'", "´", "'", "`", "'",
		"“", `"`, "”", `"`, "„", `"`, "‟", `"`, "″", `"`, "«", `"`, "»", `"`,
		"…", "..", "·", ".", "•", "-", "×", "x", "\u00a0", " ",
		"，", ",", "：", ":", "；", ";", "（", "(", "）", ")", "　", " ",
	)
}
