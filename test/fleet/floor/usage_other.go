//go:build !linux

package floor

import "errors"

// usage is for Linux, as the fleet is.
func usage() (cost, error) {
	return cost{}, errors.New("the floor is measured on Linux only")
}
