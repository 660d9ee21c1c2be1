package card

import "sort"

// Page is what of a deck has room in one message.
type Page struct {
	Full  []Card // written as cards
	Brief []Card // written in a line each
	Rest  int    // only counted
}

// mostFull is how many alarms are written as whole cards in one message: nobody reads fifty.
const mostFull = 8

// Fit chooses what a message has room for: the gravest card in full, then as many others as
// possible in a line each, then as many of these as possible in full, too. It cuts between alarms, and never within one, unless
// one alone is too long: then its lines are shortened. fits tells whether a page has room;
// it has to be so that less has room when more has. A page that only counts is the answer
// when nothing has room.
func Fit(cards []Card, fits func(Page) bool) Page {
	n := len(cards)
	page := func(full, named int) Page {
		return Page{Full: cards[:full], Brief: cards[full:named], Rest: n - named}
	}
	if n == 0 || !fits(page(1, 1)) {
		return shortened(page, most(n, func(k int) bool { return fits(page(0, k)) }), cards, fits)
	}
	named := most(n, func(k int) bool { return fits(page(1, k)) })
	full := most(min(named, mostFull), func(k int) bool { return fits(page(k, named)) })
	return page(max(full, 1), named)
}

// shortened writes the gravest as a card with fewer lines, where that has room.
func shortened(page func(full, named int) Page, named int, cards []Card, fits func(Page) bool) Page {
	if len(cards) == 0 {
		return Page{}
	}
	for _, room := range []int{1500, 700, 300} {
		short := cards[0].shortened(room)
		with := page(0, max(named, 1))
		with.Full, with.Brief = []Card{short}, with.Brief[1:]
		if fits(with) {
			return with
		}
	}
	return page(0, named)
}

// shortened is a card whose lines have at most so many signs, and that says nothing beside.
func (c *Card) shortened(signs int) Card {
	out := *c
	out.Advice, out.Details, out.Lines = "", nil, nil
	for _, line := range c.Lines {
		if signs <= 0 {
			break
		}
		line = clip(line, signs)
		signs -= len([]rune(line))
		out.Lines = append(out.Lines, line)
	}
	return out
}

// most is the largest number up to n for which ok holds, when it holds for all below; 0 when
// it holds for none.
func most(n int, ok func(int) bool) int {
	return sort.Search(n, func(i int) bool { return !ok(i + 1) })
}
