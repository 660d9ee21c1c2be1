// Package configs holds the files that are shipped inside the binary.
package configs

import _ "embed"

//go:embed catalogue.yml
var catalogue []byte

// Catalogue returns the shipped catalogue: products, editions and
// specifications with their capacities and sources, and lifecycle policies.
func Catalogue() []byte { return catalogue }
