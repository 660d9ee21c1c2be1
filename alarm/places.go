package alarm

// places are where terms are in the calendar. A round looks at those that it needs, and not
// at all of a fleet.
type places struct {
	of        map[string]int   // by instance
	byAccount map[string][]int // in order
}

func placesOf(terms []TermWatch) places {
	p := places{make(map[string]int, len(terms)), make(map[string][]int)}
	for i := range terms {
		in := terms[i].Instance
		p.of[in.ID] = i
		p.byAccount[in.Account] = append(p.byAccount[in.Account], i)
	}
	return p
}
