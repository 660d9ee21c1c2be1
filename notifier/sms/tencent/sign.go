package tencent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// sign signs a POST to / with TC3-HMAC-SHA256: its body, and those of its headers that are
// named, in order. service is the first part of the host's name. Source: cloud.tencent.com,
// "Signature v3".
func sign(r *http.Request, body []byte, service, id, key string, at time.Time, signed ...string) {
	const scheme = "TC3-HMAC-SHA256"
	stamp := strconv.FormatInt(at.Unix(), 10)
	r.Header.Set("X-TC-Timestamp", stamp)

	var headers strings.Builder
	for _, name := range signed {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		headers.WriteString(name + ":" + strings.ToLower(strings.TrimSpace(value)) + "\n")
	}
	names := strings.Join(signed, ";")
	canonical := strings.Join([]string{r.Method, "/", "", headers.String(), names, sum(body)}, "\n")

	date := at.UTC().Format("2006-01-02")
	scope := date + "/" + service + "/tc3_request"
	derived := mac(mac(mac([]byte("TC3"+key), date), service), "tc3_request")
	signature := mac(derived, strings.Join([]string{scheme, stamp, scope, sum([]byte(canonical))}, "\n"))
	r.Header.Set("Authorization", scheme+" Credential="+id+"/"+scope+", SignedHeaders="+names+", Signature="+hex.EncodeToString(signature))
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}
