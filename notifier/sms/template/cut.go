package template

import (
	"strings"
	"unicode"
)

// Cut cuts a text into at most n pieces of at most length signs: as many as it has clauses,
// and as even as it can. A text that is too long for that ends with "..", and whole is false.
func Cut(text string, n, length int) (pieces []string, whole bool) {
	signs := []rune(strings.TrimSpace(text))
	if len(signs) == 0 || n < 1 || length < 1 {
		return nil, len(signs) == 0
	}
	if pieces := cut(signs, n, length); pieces != nil {
		return pieces, true
	}
	for most := n*length - 2; most > 0; most-- {
		shorter := strings.TrimSpace(string(signs[:min(most, len(signs))])) + ".."
		if pieces := cut([]rune(shorter), n, length); pieces != nil {
			return pieces, false
		}
	}
	return []string{Filler}, false
}

// What a cut costs, beside the squares of the lengths, which make pieces even. A piece is
// worth a cut at a clause, and nothing else but want of room.
const (
	atBlank  = 1500
	atHan    = 4000 // between two signs of which one is a word by itself
	inWord   = 50_000
	inParens = 300
	never    = 1 << 40
)

// cut finds the cheapest cuts; nil when there are none.
func cut(signs []rune, n, length int) []string {
	size := len(signs)
	costs := cutCosts(signs)
	// best[k][i] is what the first i signs cost in k pieces, and from[k][i] where the last
	// of these begins.
	best := make([][]int, n+1)
	from := make([][]int, n+1)
	for k := range best {
		best[k], from[k] = make([]int, size+1), make([]int, size+1)
		for i := range best[k] {
			best[k][i] = never
		}
	}
	best[0][0] = 0
	reach := length + 4 // what is left out at the ends of a piece does not count
	for k := 1; k <= n; k++ {
		for i := 1; i <= size; i++ {
			for j := max(0, i-reach); j < i; j++ {
				if best[k-1][j] == never {
					continue
				}
				begin, end := trim(signs, j, i)
				if end <= begin || end-begin > length {
					continue
				}
				if cost := best[k-1][j] + (end-begin)*(end-begin) + costs[i]; cost < best[k][i] {
					best[k][i], from[k][i] = cost, j
				}
			}
		}
	}
	count := 0
	for k := 1; k <= n; k++ {
		if best[k][size] < never && (count == 0 || best[k][size] < best[count][size]) {
			count = k
		}
	}
	if count == 0 {
		return nil
	}
	pieces := make([]string, count)
	for i, k := size, count; k > 0; k-- {
		begin, end := trim(signs, from[k][i], i)
		pieces[k-1] = string(signs[begin:end])
		i = from[k][i]
	}
	return pieces
}

// trim leaves out the blanks at the ends of a piece, and the mark of a clause that ends with it.
func trim(signs []rune, begin, end int) (int, int) {
	for begin < end && unicode.IsSpace(signs[begin]) {
		begin++
	}
	for begin < end && unicode.IsSpace(signs[end-1]) {
		end--
	}
	if end-begin > 1 && endsClause(signs, end) && !isMark(signs[end-2]) {
		end--
	}
	for begin < end && unicode.IsSpace(signs[end-1]) {
		end--
	}
	return begin, end
}

// cutCosts tells what a cut before each sign costs.
func cutCosts(signs []rune) []int {
	costs := make([]int, len(signs)+1)
	depth := 0
	for i := 1; i < len(signs); i++ {
		switch signs[i-1] {
		case '(', '（':
			depth++
		case ')', '）':
			depth = max(depth-1, 0)
		}
		before, after := signs[i-1], signs[i]
		switch {
		case unicode.IsSpace(before) && i >= 2 && endsClause(signs, i-1), isChineseMark(before):
			costs[i] = 0
		case unicode.IsSpace(before):
			costs[i] = atBlank
		case isWord(before) || isWord(after):
			costs[i] = atHan
		default:
			costs[i] = inWord
		}
		if depth > 0 {
			costs[i] += inParens
		}
	}
	return costs
}

// endsClause tells whether the sign before a place ends a clause: a mark with a blank, the
// end or nothing Latin behind it, so that 5,000 and 09:00 stay whole.
func endsClause(signs []rune, place int) bool {
	mark := signs[place-1]
	return isChineseMark(mark) || isMark(mark) && (place == len(signs) || unicode.IsSpace(signs[place]))
}

func isMark(r rune) bool { return strings.ContainsRune(",.;:", r) || isChineseMark(r) }

func isChineseMark(r rune) bool { return strings.ContainsRune("，。；：、", r) }

// isWord tells whether a sign is a word by itself, so that a text can be cut beside it.
func isWord(r rune) bool { return r >= 0x2e80 && (unicode.Is(unicode.Han, r) || unicode.IsPunct(r)) }
