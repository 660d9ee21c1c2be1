package cloud

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the hash of the cloud's older signature
	"encoding/base64"
	"maps"
)

// credentialsV1 reads a signature of version 1, which stands in the query with
// all that it signs.
func (c *call) credentialsV1() (credentials, *Refusal) {
	p := c.params
	for _, name := range []string{"AccessKeyId", "Signature", "SignatureNonce", "Timestamp"} {
		if p.Get(name) == "" {
			return credentials{}, missing(name)
		}
	}
	switch {
	case p.Get("SignatureMethod") != "HMAC-SHA1", p.Get("SignatureVersion") != "1.0", c.op.path != "":
		return credentials{}, incomplete()
	case p.Get("Format") != "JSON":
		return credentials{}, invalid("Format") // without it the cloud answers with XML
	}
	compute := func(secret string) (signature, toSign string) {
		signed := maps.Clone(p)
		delete(signed, "Signature")
		toSign = c.request.Method + "&" + percentEncode("/") + "&" + percentEncode(canonicalPairs(signed))
		mac := hmac.New(sha1.New, []byte(secret+"&"))
		mac.Write([]byte(toSign))
		return base64.StdEncoding.EncodeToString(mac.Sum(nil)), toSign
	}
	return credentials{
		keyID: p.Get("AccessKeyId"), token: p.Get("SecurityToken"), signature: p.Get("Signature"),
		nonce: p.Get("SignatureNonce"), timestamp: p.Get("Timestamp"), compute: compute,
	}, nil
}
