package fleet

// Text is the same said in each language that recipients read.
type Text struct {
	EN, ZH string
}
