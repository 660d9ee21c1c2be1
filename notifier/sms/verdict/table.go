package verdict

import "strings"

// Row says what some codes mean. A code that ends with * stands for all that begin with it.
type Row struct {
	Meaning
	Codes []string
}

// Find looks a code up: the first row that has it counts. One that is in none is Unheard.
func Find(rows []Row, code string) Meaning {
	for i := range rows {
		for _, c := range rows[i].Codes {
			prefix, all := strings.CutSuffix(c, "*")
			if c == code || all && strings.HasPrefix(code, prefix) {
				return rows[i].Meaning
			}
		}
	}
	return Meaning{}
}
