package cloud_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

// The values are those of the published example of the signature: they pin the
// server and the test's own signer to the cloud's, and not only to each other.
func TestSignatureOfTheDocumentation(t *testing.T) {
	r := &rig{t: t, now: time.Date(2023, 10, 26, 10, 22, 32, 0, time.UTC)}
	req := r.signV3(ask{
		method: "POST", host: "ecs.cn-shanghai.aliyuncs.com", path: "/", action: "RunInstances", version: "2014-05-26",
		query: map[string]string{"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"},
		keyID: "YourAccessKeyId", secret: "YourAccessKeySecret", nonce: "3156853299f313e23d1673dc12e1703d",
	})
	const want = "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;" +
		"x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
	if got := req.Header.Get("Authorization"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAuthentication(t *testing.T) {
	keys := []cloud.Key{
		{ID: keyID, Secret: secret},
		{ID: "STS.temporary", Secret: "short", Token: "a-token"},
		{ID: "LTAIdisabled", Secret: "x", Inactive: true},
		{ID: "LTAIreader", Secret: "y", Denied: []cloud.Operation{cloud.ListMQTT}},
	}
	tests := []struct {
		name   string
		change func(*ask)
		after  func(*http.Request)
		want   refusal
	}{
		{"all is well", nil, nil, refusal{200, "200"}},
		{"a temporary key", func(a *ask) { a.keyID, a.secret, a.token = "STS.temporary", "short", "a-token" }, nil, refusal{200, "200"}},
		{"a temporary key without its token", func(a *ask) { a.keyID, a.secret = "STS.temporary", "short" }, nil, refusal{400, "MissingSecurityToken"}},
		{"a token that is not the key's", func(a *ask) { a.token = "guess" }, nil, refusal{404, "InvalidSecurityToken.NotFound"}},
		{"no such key", func(a *ask) { a.keyID = "LTAInobody" }, nil, refusal{404, "InvalidAccessKeyId.NotFound"}},
		{"a disabled key", func(a *ask) { a.keyID, a.secret = "LTAIdisabled", "x" }, nil, refusal{403, "InvalidAccessKeyId.Inactive"}},
		{"another secret", func(a *ask) { a.secret = "guess" }, nil, refusal{400, "SignatureDoesNotMatch"}},
		{"a right that is missing", func(a *ask) { a.keyID, a.secret = "LTAIreader", "y" }, nil, refusal{403, "Forbidden.RAM"}},
		{"a quarter of an hour and more old", func(a *ask) { a.at = a.at.Add(-15*time.Minute - time.Second) }, nil, refusal{400, "InvalidTimeStamp.Expired"}},
		{"a quarter of an hour and more ahead", func(a *ask) { a.at = a.at.Add(15*time.Minute + time.Second) }, nil, refusal{400, "InvalidTimeStamp.Expired"}},
		{"just fresh enough", func(a *ask) { a.at = a.at.Add(-15 * time.Minute) }, nil, refusal{200, "200"}},
		{"a parameter added afterwards", nil, func(r *http.Request) { r.URL.RawQuery += "&Tags=x" }, refusal{400, "SignatureDoesNotMatch"}},
		{"another method", nil, func(r *http.Request) { r.Method = http.MethodGet }, refusal{400, "SignatureDoesNotMatch"}},
		{"an unknown parameter", func(a *ask) { a.query["Regoin"] = "x" }, nil, refusal{400, "InvalidParameter"}},
		{"an unknown action", func(a *ask) { a.action = "DropEverything" }, nil, refusal{404, "InvalidAction.NotFound"}},
		{"an unknown version", func(a *ask) { a.version = "2000-01-01" }, nil, refusal{400, "InvalidVersion"}},
		{"no action", func(a *ask) { a.action = "" }, nil, refusal{400, "MissingAction"}},
		{"no version", func(a *ask) { a.version = "" }, nil, refusal{400, "MissingVersion"}},
		{"the endpoint of another product", func(a *ask) { a.host = "metrics.cn-hangzhou.aliyuncs.com" }, nil, refusal{400, "InvalidVersion"}},
		{"the endpoint of the product", func(a *ask) { a.host = "onsmqtt.cn-hangzhou.aliyuncs.com" }, nil, refusal{200, "200"}},
		{"a path that the style does not have", func(a *ask) { a.path = "/instances" }, func(r *http.Request) { r.URL.Path = "/instances" }, refusal{404, "InvalidAction.NotFound"}},
		{"signs that need encoding", func(a *ask) { a.query["RegionId"] = "a b*c~d+é/=&" }, nil, refusal{200, "200"}},
	}
	for _, tt := range tests {
		for form, sign := range map[string]func(*rig, ask) *http.Request{"in headers": (*rig).signV3, "in the query": (*rig).signV1} {
			t.Run(tt.name+", "+form, func(t *testing.T) {
				r := newRig(t, cloud.Account{Keys: keys})
				a := asks(cloud.ListMQTT, map[string]string{})
				a.at = r.now
				if tt.change != nil {
					tt.change(&a)
				}
				req := sign(r, a)
				if tt.after != nil {
					tt.after(req)
				}
				if got := r.refused(req); got != tt.want {
					t.Errorf("got %+v, want %+v", got, tt.want)
				}
			})
		}
	}
}

// What only one form can get wrong.
func TestForms(t *testing.T) {
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	param := func(name, value string) func(*http.Request) {
		return func(r *http.Request) {
			q := r.URL.Query()
			q.Set(name, value)
			if value == "" {
				q.Del(name)
			}
			r.URL.RawQuery = q.Encode()
		}
	}
	tests := []struct {
		name   string
		sign   func(*rig, ask) *http.Request
		change func(*http.Request)
		want   refusal
	}{
		{"a header of the cloud's that is not signed", (*rig).signV3, set("x-acs-more", "1"), refusal{400, "IncompleteSignature"}},
		{"a header changed afterwards", (*rig).signV3, set("x-acs-signature-nonce", "z"), refusal{400, "SignatureDoesNotMatch"}},
		{"a time that is none", (*rig).signV3, set("x-acs-date", "yesterday"), refusal{400, "SignatureDoesNotMatch"}},
		{"another body", (*rig).signV3, set("x-acs-content-sha256", strings.Repeat("0", 64)), refusal{400, "IncompleteSignature"}},
		{"no signature", (*rig).signV3, set("Authorization", "ACS3-HMAC-SHA256 Credential=x"), refusal{400, "IncompleteSignature"}},
		{"nothing signed", (*rig).signV3, set("Authorization", "ACS3-HMAC-SHA256 Credential=x,SignedHeaders=,Signature=1"), refusal{400, "IncompleteSignature"}},
		{"nobody", (*rig).signV3, func(r *http.Request) { r.Header.Del("Authorization") }, refusal{400, "MissingAccessKeyId"}},
		{"an answer in XML", (*rig).signV1, param("Format", ""), refusal{400, "InvalidParameter"}},
		{"another hash", (*rig).signV1, param("SignatureMethod", "HMAC-SHA256"), refusal{400, "IncompleteSignature"}},
		{"no nonce", (*rig).signV1, param("SignatureNonce", ""), refusal{400, "MissingSignatureNonce"}},
		{"a query that is none", (*rig).signV1, func(r *http.Request) { r.URL.RawQuery = "%zz" }, refusal{400, "InvalidParameter"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, cloud.Account{})
			req := tt.sign(r, asks(cloud.ListMQTT, nil))
			tt.change(req)
			if got := r.refused(req); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestNonceOnce(t *testing.T) {
	r := newRig(t, cloud.Account{})
	a := asks(cloud.QueryAccountBalance, nil)
	a.nonce = "once"
	if got := r.refused(r.signV3(a)); got.Status != http.StatusOK {
		t.Fatalf("the first time: %+v", got)
	}
	for name, req := range map[string]*http.Request{"in headers": r.signV3(a), "in the query": r.signV1(a)} {
		if got := r.refused(req); got != (refusal{400, "SignatureNonceUsed"}) {
			t.Errorf("again, %s: %+v", name, got)
		}
	}
	a.secret = "guess"
	if got := r.refused(r.signV3(a)); got.Code != "SignatureDoesNotMatch" {
		t.Errorf("a wrong signature says %+v of the nonce", got)
	}
}

// A nonce is forgotten only when its request would be too old anyway.
func TestNoncesAreForgotten(t *testing.T) {
	r := newRig(t, cloud.Account{}, func(o *cloud.Options) { o.Rate = 1 << 30 })
	a := asks(cloud.QueryAccountBalance, nil)
	a.nonce, a.at = "first", r.now
	first := func() refusal { return r.refused(r.signV3(a)) }
	if got := first(); got.Status != http.StatusOK {
		t.Fatalf("the first time: %+v", got)
	}
	for range 2100 {
		r.now = r.now.Add(400 * time.Millisecond)
		if got := r.refused(r.signV3(asks(cloud.QueryAccountBalance, nil))); got.Status != http.StatusOK {
			t.Fatalf("another: %+v", got)
		}
	}
	if got := first(); got.Code != "SignatureNonceUsed" {
		t.Errorf("after 14 minutes: %+v", got)
	}
	r.now = r.now.Add(2 * time.Minute)
	if got := first(); got.Code != "InvalidTimeStamp.Expired" {
		t.Errorf("after 16 minutes: %+v", got)
	}
}
