package tencent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// window is how far the time of a request may be off, either way.
const window = 5 * time.Minute

// authenticate computes the signature of a request again. Written from the document
// "Signature v3" and apart from the client's: the scope is taken from what was sent, and
// checked.
func (s *Server) authenticate(r *http.Request, body []byte) *refusal {
	h := r.Header
	if r.Method != http.MethodPost || r.URL.Path != "/" || r.URL.RawQuery != "" {
		return &refusal{"InvalidRequest", "POST / is wanted."}
	}
	for _, name := range []string{"X-TC-Action", "X-TC-Version", "X-TC-Timestamp", "X-TC-Region"} {
		if h.Get(name) == "" {
			return &refusal{"MissingParameter", name + " is missing."}
		}
	}
	if h.Get("X-TC-Version") != "2021-01-11" {
		return &refusal{"NoSuchVersion", "The version does not exist."}
	}
	rest, ok := strings.CutPrefix(h.Get("Authorization"), "TC3-HMAC-SHA256 ")
	if !ok {
		return &refusal{"AuthFailure.InvalidAuthorization", "The Authorization header is invalid."}
	}
	shown := make(map[string]string)
	for _, part := range strings.Split(rest, ", ") {
		name, value, _ := strings.Cut(part, "=")
		shown[name] = value
	}
	id, scope, _ := strings.Cut(shown["Credential"], "/")
	if id != s.app.SecretID {
		return &refusal{"AuthFailure.SecretIdNotFound", "The SecretId is not found."}
	}
	signed := strings.Split(shown["SignedHeaders"], ";")
	if !slices.Contains(signed, "host") || !slices.Contains(signed, "content-type") || !slices.IsSorted(signed) {
		return &refusal{"AuthFailure.InvalidAuthorization", "host and content-type have to be signed."}
	}
	stamp, err := strconv.ParseInt(h.Get("X-TC-Timestamp"), 10, 64)
	at := time.Unix(stamp, 0).UTC()
	if want := at.Format(time.DateOnly) + "/sms/tc3_request"; err != nil || scope != want {
		return &refusal{"AuthFailure.InvalidAuthorization", "The credential scope is not " + want + "."}
	}
	if !hmac.Equal([]byte(s.signature(r, body, scope, signed)), []byte(shown["Signature"])) {
		return &refusal{"AuthFailure.SignatureFailure", "The provided credentials could not be validated. Please check your signature is correct."}
	}
	if off := s.now().Sub(at); off > window || off < -window {
		return &refusal{"AuthFailure.SignatureExpire", "The signature has expired."}
	}
	return nil
}

func (s *Server) signature(r *http.Request, body []byte, scope string, signed []string) string {
	canonical := "POST\n/\n\n"
	for _, name := range signed {
		value := strings.Join(r.Header.Values(name), ",")
		if name == "host" {
			value = r.Host
		}
		canonical += name + ":" + strings.ToLower(strings.TrimSpace(value)) + "\n"
	}
	hash := sha256.Sum256(body)
	canonical += "\n" + strings.Join(signed, ";") + "\n" + hex.EncodeToString(hash[:])
	hash = sha256.Sum256([]byte(canonical))
	toSign := "TC3-HMAC-SHA256\n" + r.Header.Get("X-TC-Timestamp") + "\n" + scope + "\n" + hex.EncodeToString(hash[:])
	key := []byte("TC3" + s.app.SecretKey)
	for _, part := range append(strings.Split(scope, "/"), toSign) {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}
