package config

import (
	"slices"
	"strings"
)

// suggest says which known word was probably meant, or lists them when there
// are few.
func suggest(word string, known []string) string {
	slices.Sort(known)
	best, distance := "", len(word)/2+1
	for _, k := range known {
		if d := editDistance(word, k); d < distance {
			best, distance = k, d
		}
	}
	switch {
	case best != "":
		return "; did you mean " + best + "?"
	case len(known) > 0 && len(known) <= 12:
		return "; known are " + strings.Join(known, ", ")
	}
	return ""
}

// editDistance counts the signs to put in, take out or change to get from a to b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// noProduct says that there is no such product. The name of a kind of server is a frequent
// one: it says how an instance is read, and the product says what calendar it has.
func (d *decoder) noProduct(p place, name string, products []string) {
	of := map[string]string{
		"mosquitto": "mqtt", "emqx": "mqtt", "vernemq": "mqtt", "hivemq": "mqtt", "nanomq": "mqtt", "rabbitmq": "mqtt", "nats": "mqtt", "valkey": "redis", "keydb": "redis",
	}[strings.ToLower(name)]
	if of != "" && slices.Contains(SourceTypes(), strings.ToLower(name)) {
		d.fault(p, "%s is the type of a source, not a product: write product: %s, or a name of your own under products, and source: {type: %s}", strings.ToLower(name), of, strings.ToLower(name))
		return
	}
	if of != "" {
		d.fault(p, "there is no product %q; its instances are of the product %s, and read by a source of type %s", clip(name), of, of)
		return
	}
	d.fault(p, "there is no product %q%s", clip(name), suggest(name, products))
}
