package alarm

import "math/rand/v2"

// Episode codes are made to be read out on the telephone and typed on one: no
// 0 or O, no 1, I or L, no U or V. The first sign is a letter and the second a
// digit, so that no code is a word that a carrier acts on (STOP, END, QUIT).
const (
	codeLetters = "ABCDEFGHJKMNPQRSTWXYZ"
	codeDigits  = "23456789"
	codeAny     = codeLetters + codeDigits
)

// codeLength is the usual length of a code: 141,288 different ones.
const codeLength = 4

// newCode makes a code that is not taken. When most codes of the usual length
// are in use, it gets longer.
func newCode(taken func(string) bool, rnd *rand.Rand) string {
	for n := 0; ; n++ {
		length := codeLength + n/64
		b := make([]byte, length)
		b[0] = codeLetters[rnd.IntN(len(codeLetters))]
		b[1] = codeDigits[rnd.IntN(len(codeDigits))]
		for i := 2; i < length; i++ {
			b[i] = codeAny[rnd.IntN(len(codeAny))]
		}
		if code := string(b); !taken(code) {
			return code
		}
	}
}
