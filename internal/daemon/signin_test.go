package daemon

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/internal/web"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

// routesOf reads the patterns that the code of a file hands to a mux. Names are constants of
// other places.
func routesOf(t *testing.T, file string, names map[string]string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var value func(ast.Expr) string
	value = func(e ast.Expr) string {
		switch e := e.(type) {
		case *ast.BasicLit:
			s, err := strconv.Unquote(e.Value)
			if err != nil {
				t.Fatal(err)
			}
			return s
		case *ast.BinaryExpr:
			return value(e.X) + value(e.Y)
		case *ast.Ident:
			if s, ok := names[e.Name]; ok {
				return s
			}
		case *ast.SelectorExpr:
			if s, ok := names[e.Sel.Name]; ok {
				return s
			}
		}
		t.Fatalf("%s: a pattern that this test cannot read: %T %v", file, e, e)
		return ""
	}
	var out []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 2 {
			return true
		}
		if f, ok := call.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "Handle" || f.Sel.Name == "HandleFunc") {
			out = append(out, value(call.Args[0]))
		}
		return true
	})
	return out
}

// TestEveryRouteAsksForAPassword: where there are users, nothing is answered without one but
// the signed links, and what their pages are drawn with.
func TestEveryRouteAsksForAPassword(t *testing.T) {
	routes := routesOf(t, "../web/web.go", map[string]string{
		"feedPath": "/calendar.ics", "Path": links.Path, "SilencePath": links.SilencePath, "StaticPath": web.StaticPath,
	})
	routes = append(routes, routesOf(t, "../api/api.go", nil)...)
	if len(routes) < 40 {
		t.Fatalf("only %d routes were found", len(routes))
	}
	routes = append(routes, "/prometheus/api/v1/query", "POST "+twilio.StatusPath, "POST "+twilio.InboundPath, "POST "+twilio.KeyPath, links.PicturePath+"{name}", "/debug/pprof/", "/api/", "/-/", "POST /mcp", "/mcp")

	path := writeConfig(t, "server: {listen: \"127.0.0.1:0\", web_config_file: web.yml}\nstorage: {dir: \"DIR/data\", retention: 1d}\ninstances: []\n",
		map[string]string{"web.yml": "basic_auth_users: {wei: $2a$04$uyK6vm1IAgMkoR9AXr.Uk.eR9nmr/ISOGgAObZf1Kls.k4s2bVeyG}\n"})
	d, err := build(t, path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx, nil) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func(method, path, host string) (status int, body string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, "http://"+d.Address().String()+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		said, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(said)
	}
	open := 0
	for _, route := range routes {
		method, pattern, ok := strings.Cut(route, " ")
		if !ok {
			method, pattern = http.MethodGet, route
		}
		path := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(strings.TrimSuffix(pattern, "{$}"), "AbC")
		status, body := ask(method, path, "")
		passes := strings.HasPrefix(path, "/a/") || strings.HasPrefix(path, "/s/") || strings.HasPrefix(path, "/c/") || strings.HasPrefix(path, "/static/")
		switch {
		case passes:
			open++
			if status != http.StatusNotFound {
				t.Errorf("%s %s: %d %s", method, path, status, body)
			}
		case status != http.StatusUnauthorized || strings.TrimSpace(body) != "Unauthorized":
			t.Errorf("%s %s is open: %d %s", method, path, status, body)
		}
	}
	if open != 6 { // both methods of both links, a picture, and a file of the pages
		t.Errorf("%d routes pass without a password", open)
	}
	at := time.Now()
	for path, want := range map[string]int{
		"/static/style.css": http.StatusOK,
		links.Path + d.links.Token(links.Link{Code: "K7Q2", By: "wei", RaisedAt: at, Expires: at.Add(time.Hour)}):                                  http.StatusOK,
		links.Path + d.links.Token(links.Link{Code: "K7Q2", By: "wei", RaisedAt: at, Expires: at.Add(-time.Hour)}):                                 http.StatusGone,
		d.links.SilenceAddress(links.Silence{Instance: "a", For: time.Hour, Expires: at.Add(time.Hour)}):                                           http.StatusOK,
		d.links.PictureAddress(links.Picture{Instance: "a", Metric: "connections", From: at.Add(-time.Hour), To: at, Expires: at.Add(time.Hour)}):  http.StatusNotFound,
		d.links.PictureAddress(links.Picture{Instance: "a", Metric: "connections", From: at.Add(-time.Hour), To: at, Expires: at.Add(-time.Hour)}): http.StatusGone,
	} {
		if status, body := ask(http.MethodGet, path, ""); status != want {
			t.Errorf("%s: %d %s, want %d", path, status, body, want)
		}
		if status, _ := ask(http.MethodGet, path, "evil.test"); status != http.StatusMisdirectedRequest {
			t.Errorf("%s by a name that is not ours: %d", path, status)
		}
	}
}
