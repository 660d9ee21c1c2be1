package cloud

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const schemeV3 = "ACS3-HMAC-SHA256"

// credentialsV3 reads a signature of version 3: scheme Credential=…,
// SignedHeaders=a;b,Signature=hex.
func (c *call) credentialsV3() (credentials, *Refusal) {
	h := c.request.Header
	parts := make(map[string]string)
	for part := range strings.SplitSeq(strings.TrimPrefix(h.Get("Authorization"), schemeV3+" "), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	signed := strings.Split(parts["SignedHeaders"], ";")
	if parts["Credential"] == "" || parts["Signature"] == "" || !c.signsEnough(signed) {
		return credentials{}, incomplete()
	}
	sum := sha256.Sum256(c.body)
	hash := hex.EncodeToString(sum[:])
	if h.Get("X-Acs-Content-Sha256") != hash {
		return credentials{}, incomplete()
	}
	compute := func(secret string) (signature, toSign string) {
		canonical := sha256.Sum256([]byte(c.canonicalV3(signed, hash)))
		toSign = schemeV3 + "\n" + hex.EncodeToString(canonical[:])
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(toSign))
		return hex.EncodeToString(mac.Sum(nil)), toSign
	}
	return credentials{
		keyID: parts["Credential"], token: h.Get("X-Acs-Security-Token"), signature: parts["Signature"],
		nonce: h.Get("X-Acs-Signature-Nonce"), timestamp: h.Get("X-Acs-Date"), compute: compute,
	}, nil
}

// signsEnough tells whether the host and every header of the cloud's own that
// came is among the signed ones, which are sorted.
func (c *call) signsEnough(signed []string) bool {
	if !slices.IsSorted(signed) || !slices.Contains(signed, "host") {
		return false
	}
	for name := range c.request.Header {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-acs-") && !slices.Contains(signed, lower) {
			return false
		}
	}
	return true
}

// canonicalV3 writes the request in the one form that both sides hash.
func (c *call) canonicalV3(signed []string, hash string) string {
	var headers strings.Builder
	for _, name := range signed {
		value := strings.Join(c.request.Header.Values(name), ",")
		if name == "host" {
			value = c.request.Host
		}
		headers.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	query, _ := url.ParseQuery(c.request.URL.RawQuery) // was read before
	return strings.Join([]string{
		c.request.Method, c.request.URL.EscapedPath(), canonicalPairs(query),
		headers.String(), strings.Join(signed, ";"), hash,
	}, "\n")
}

// canonicalPairs writes names and values encoded, in the order of the names.
func canonicalPairs(values url.Values) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range slices.Sorted(slices.Values(values[name])) {
			pairs = append(pairs, percentEncode(name)+"="+percentEncode(value))
		}
	}
	return strings.Join(pairs, "&")
}

func incomplete() *Refusal {
	return &Refusal{Status: http.StatusBadRequest, Code: "IncompleteSignature", Message: "The request signature does not conform to Aliyun standards."}
}
