package inventory

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// testAsker asks without the account.
func testAsker(t *testing.T, address string) asker {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(client.CloseIdleConnections)
	var n atomic.Int64
	return func(ctx context.Context, q question, into any) error {
		c := q.call()
		method, path := "POST", "/"
		if c.Path != "" {
			method, path = c.Method, c.Path
		}
		names := []string{}
		for name := range c.Query {
			names = append(names, name)
		}
		sort.Strings(names)
		for i, name := range names {
			names[i] = name + "=" + strings.ReplaceAll(url.QueryEscape(c.Query[name]), "+", "%20")
		}
		query := strings.Join(names, "&")
		host := strings.TrimPrefix(address, "http://")
		sum := fmt.Sprintf("%x", sha256.Sum256(nil))
		h := [][2]string{{"host", host}, {"x-acs-action", c.Action}, {"x-acs-content-sha256", sum}, {"x-acs-date", time.Now().UTC().Format("2006-01-02T15:04:05Z")},
			{"x-acs-signature-nonce", fmt.Sprint(n.Add(1), time.Now().UnixNano())}, {"x-acs-version", c.Version}}
		canonical := method + "\n" + path + "\n" + query + "\n"
		signed := ""
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, method, address+path+"?"+query, nil)
		if err != nil {
			return err
		}
		for _, kv := range h {
			canonical += kv[0] + ":" + kv[1] + "\n"
			signed += ";" + kv[0]
			if kv[0] != "host" {
				req.Header.Set(kv[0], kv[1])
			}
		}
		canonical += "\n" + signed[1:] + "\n" + sum
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "ACS3-HMAC-SHA256\n%x", sha256.Sum256([]byte(canonical)))
		req.Header.Set("Authorization", fmt.Sprintf("ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=%s,Signature=%x", keyID, signed[1:], mac.Sum(nil)))
		resp, err := client.Do(req)
		if err != nil {
			return fmt.Errorf("no answer: %w", err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
		if err != nil {
			return errors.New("the answer broke off")
		}
		if resp.StatusCode != 200 {
			var e struct{ Code string }
			_ = json.Unmarshal(b, &e)
			return fmt.Errorf("HTTP %d %s", resp.StatusCode, e.Code)
		}
		if json.Unmarshal(b, into) != nil {
			return errors.New("the answer is not JSON")
		}
		return nil
	}
}
