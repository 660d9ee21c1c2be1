package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
)

// signingKey returns the key that a secret stands for: the bytes behind whsec_
// in base64, or else the text itself.
func signingKey(secret string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(secret, "whsec_")
	if !ok {
		if secret == "" {
			return nil, errors.New("is empty")
		}
		return []byte(secret), nil
	}
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil || len(key) == 0 {
		return nil, errors.New("begins with whsec_ and is not base64 behind it")
	}
	return key, nil
}

// signatures returns the webhook-signature header (Standard Webhooks 1.0.0):
// for each key v1 and the HMAC-SHA256 of id, timestamp and body, joined by dots.
func signatures(keys [][]byte, id, timestamp string, body []byte) string {
	out := make([]string, 0, len(keys))
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + timestamp + "."))
		mac.Write(body)
		out = append(out, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(out, " ")
}
