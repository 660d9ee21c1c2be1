package mcp

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/brimwatch/brimwatch/fleet/words"
)

const (
	// maxWords bounds each text of an answer, in characters: a text message of ten
	// segments fits.
	maxWords = 1600
	// maxFault bounds what is said of a fault.
	maxFault = 2000
)

// cleaned returns an answer whose texts are each one line, without signs that nobody
// sees, and of bounded length. It goes through JSON, so that no field can be forgotten.
func cleaned[T any](v T) (out T, err error) {
	data, err := json.Marshal(v)
	if err != nil {
		return out, fmt.Errorf("write the answer: %w", err)
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		return out, fmt.Errorf("clean the answer: %w", err)
	}
	if data, err = json.Marshal(cleanTree(tree)); err != nil {
		return out, fmt.Errorf("clean the answer: %w", err)
	}
	if err := json.Unmarshal(data, &out); err != nil {
		return out, fmt.Errorf("clean the answer: %w", err)
	}
	return out, nil
}

func cleanTree(v any) any {
	switch v := v.(type) {
	case string:
		return cleanText(v, maxWords)
	case []any:
		for i := range v {
			v[i] = cleanTree(v[i])
		}
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, one := range v {
			out[cleanText(k, maxWords)] = cleanTree(one)
		}
		return out
	}
	return v
}

// cleanText returns a text in one line, without signs that nobody sees.
func cleanText(text string, most int) string {
	text = words.Clean(strings.ToValidUTF8(text, ""))
	if len(text) <= most {
		return text
	}
	if long := []rune(text); len(long) > most {
		return string(long[:most]) + "…"
	}
	return text
}
