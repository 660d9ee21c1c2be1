package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
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

// hider replaces everything of the options that may be secret, in case the far
// side repeats what it was sent. Shorter pieces are left alone: to replace them
// would tear plain words apart.
func hider(target *url.URL, o Options) *strings.Replacer {
	var pairs []string
	hide := func(shortest int, secrets ...string) {
		for _, s := range secrets {
			if len(s) >= shortest {
				pairs = append(pairs, s, "<secret>")
			}
		}
	}
	hide(4, base64.StdEncoding.EncodeToString([]byte(o.Username+":"+o.Password)), o.Password, o.Bearer)
	hide(4, o.Secrets...)
	hide(8, target.RequestURI(), target.Path, target.RawQuery)
	hide(8, strings.Split(target.Path, "/")...)
	for _, values := range target.Query() {
		hide(8, values...)
	}
	return strings.NewReplacer(pairs...)
}
