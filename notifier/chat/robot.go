package chat

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Says reads a code and its words from an answer in JSON: {"errcode": 0, "errmsg": "ok"}. It
// is false for what is not such an answer.
func (a *Answer) Says(code, words string) (n int, said string, ok bool) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(a.Body, &fields) != nil || fields == nil {
		return 0, "", false
	}
	raw, there := fields[code]
	if !there || json.Unmarshal(raw, &n) != nil {
		return 0, "", false
	}
	var text string
	_ = json.Unmarshal(fields[words], &text) // words that are no text are left out
	return n, strings.TrimSpace(strconv.Itoa(n) + " " + text), true
}
