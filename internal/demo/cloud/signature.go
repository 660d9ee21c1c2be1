package cloud

import (
	"crypto/hmac"
	"maps"
	"net/http"
	"strings"
	"time"
)

// credentials are what a request shows to prove who sent it.
type credentials struct {
	keyID, token     string
	signature        string
	nonce, timestamp string
	compute          func(secret string) (signature, toSign string)
}

// authenticate finds out who calls, or refuses. What is wrong is told in the
// order in which the cloud looks: the key, the signature, then time and nonce.
func (s *Server) authenticate(c *call) (*Account, *Key, *Refusal) {
	shown := c.credentialsV3
	if c.inQuery {
		shown = c.credentialsV1
	}
	cr, bad := shown()
	if bad != nil {
		return nil, nil, bad
	}
	account, key := s.keyOf(cr.keyID)
	if key == nil {
		return nil, nil, &Refusal{Status: http.StatusNotFound, Code: "InvalidAccessKeyId.NotFound", Message: "Specified access key is not found."}
	}
	if key.Inactive {
		return nil, nil, &Refusal{Status: http.StatusForbidden, Code: "InvalidAccessKeyId.Inactive", Message: "Specified access key is disabled."}
	}
	if want, toSign := cr.compute(key.Secret); !hmac.Equal([]byte(want), []byte(cr.signature)) {
		return nil, nil, &Refusal{Status: http.StatusBadRequest, Code: "SignatureDoesNotMatch",
			Message: "Specified signature is not matched with our calculation. server string to sign is:" + toSign}
	}
	if bad := key.checkToken(cr.token); bad != nil {
		return nil, nil, bad
	}
	if bad := s.checkFresh(cr); bad != nil {
		return nil, nil, bad
	}
	return account, key, nil
}

func (s *Server) keyOf(id string) (*Account, *Key) {
	for _, a := range s.accounts {
		for i := range a.Keys {
			if a.Keys[i].ID == id {
				return a, &a.Keys[i]
			}
		}
	}
	return nil, nil
}

func (k *Key) checkToken(token string) *Refusal {
	switch token {
	case k.Token:
		return nil
	case "":
		return missing("SecurityToken")
	}
	return &Refusal{Status: http.StatusNotFound, Code: "InvalidSecurityToken.NotFound", Message: "The specified SecurityToken is not found."}
}

// window is how far a request's time may be off, either way.
const window = 15 * time.Minute

// checkFresh refuses requests of another time, and those that were sent before.
func (s *Server) checkFresh(cr credentials) *Refusal {
	now := s.opts.Now()
	at, err := time.Parse("2006-01-02T15:04:05Z", cr.timestamp)
	if err != nil {
		return &Refusal{Status: http.StatusBadRequest, Code: "InvalidTimeStamp.Format", Message: "Specified time stamp or date value is not well formatted."}
	}
	if off := now.Sub(at); off > window || off < -window {
		return &Refusal{Status: http.StatusBadRequest, Code: "InvalidTimeStamp.Expired", Message: "Specified time stamp or date value is expired."}
	}
	if cr.nonce == "" {
		return missing("SignatureNonce")
	}
	s.forgetNonces(now)
	mine := cr.keyID + "/" + cr.nonce
	if _, used := s.nonces[mine]; used {
		return &Refusal{Status: http.StatusBadRequest, Code: "SignatureNonceUsed", Message: "Specified signature nonce was used already."}
	}
	s.nonces[mine] = at.Add(window)
	return nil
}

// forgetNonces lets those go that a request's time protects from now on; not at
// every call, or each would cost as much as all before it.
func (s *Server) forgetNonces(now time.Time) {
	if len(s.nonces) < s.nonceLimit {
		return
	}
	maps.DeleteFunc(s.nonces, func(_ string, until time.Time) bool { return until.Before(now) })
	s.nonceLimit = 2*len(s.nonces) + 1000
}

// percentEncode leaves the unreserved signs of RFC 3986 alone.
func percentEncode(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.', c == '~':
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	return b.String()
}
