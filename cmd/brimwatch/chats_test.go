package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/brimwatch/brimwatch/test/robots"
)

const (
	chatKey    = "R0123456789abcdef0123456789abcde"
	chatSecret = "SEC-of-the-chats"
)

// serveChats is where stand-ins of all chats and of PagerDuty are, at their own paths.
func serveChats(t *testing.T) (url string) {
	t.Helper()
	signed := robots.Options{Key: chatKey, Secret: chatSecret}
	mux := http.NewServeMux()
	mux.Handle("/services/", robots.Slack(robots.Options{Key: chatKey}))
	mux.Handle("/v2/enqueue", robots.PagerDuty(robots.Options{Key: chatKey}))
	mux.Handle("/robot/send", robots.DingTalk(signed))
	mux.Handle("/open-apis/bot/v2/hook/", robots.Feishu(signed))
	mux.Handle("/cgi-bin/webhook/send", robots.WeCom(robots.Options{Key: chatKey}))
	far := httptest.NewServer(mux)
	t.Cleanup(far.Close)
	return far.URL
}
