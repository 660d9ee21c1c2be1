package check

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every configuration that a manual shows works when it is pasted.
func TestManualsCanBePasted(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join("..", "..", "docs", "sources", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	block := regexp.MustCompile("(?s)```yaml\n(.*?)```")
	whole := regexp.MustCompile(`(?m)^(instances|accounts):`)
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for i, m := range block.FindAllStringSubmatch(string(text), -1) {
			if !whole.MatchString(m[1]) {
				continue // a piece of one
			}
			n++
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(page), i+1), func(t *testing.T) { paste(t, m[1]) })
		}
		if n == 0 && filepath.Base(page) != "README.md" {
			t.Errorf("%s shows no configuration", page)
		}
	}
}

// paste checks a configuration of a manual, after making what it names.
func paste(t *testing.T, text string) {
	t.Helper()
	dir := t.TempDir()
	file := regexp.MustCompile(`_file: ("?)([^\s,}"]+)`)
	text = file.ReplaceAllStringFunc(text, func(s string) string {
		m := file.FindStringSubmatch(s)
		if strings.HasSuffix(m[2], ".pem") || strings.HasSuffix(m[2], ".crt") || strings.HasSuffix(m[2], ".key") {
			return s // certificates: the manual of TLS has its own test
		}
		path := filepath.Join(dir, strings.ReplaceAll(m[2], "/", "_"))
		rewrite(t, path, "secret-of-the-manual\n")
		return "_file: " + m[1] + path
	})
	for _, m := range regexp.MustCompile(`_env: ("?)([A-Z_0-9]+)`).FindAllStringSubmatch(text, -1) {
		t.Setenv(m[2], "secret-of-the-manual")
	}
	if !strings.Contains(text, "instances:") {
		text += "\ninstances: []\n"
	}
	if strings.Contains(text, "account: acme") && !strings.Contains(text, "accounts:") {
		text += "\naccounts: [{name: acme, provider: aliyun, discover: {regions: [cn-hangzhou]}}]\n"
	}
	path := filepath.Join(dir, "brimwatch.yml")
	rewrite(t, path, text+"\nreceivers: [{name: oncall, webhooks: [{url: \"http://127.0.0.1:1/\"}]}]\n")
	if _, err := Configuration(path, "test"); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

func rewrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestReceiverManualsCanBePasted does the same with the pages of webhooks, whose blocks are the
// receivers of a configuration.
func TestReceiverManualsCanBePasted(t *testing.T) {
	block := regexp.MustCompile("(?s)```yaml\n(.*?)```")
	file := regexp.MustCompile(`_file: ([^\s,}]+)`)
	for _, name := range []string{"webhook", "brimwatch", "slack", "pagerduty", "dingtalk", "feishu", "wecom"} {
		page, err := os.ReadFile(filepath.Join("..", "..", "docs", "receivers", name+".md"))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, m := range block.FindAllStringSubmatch(string(page), -1) {
			if !strings.Contains(m[1], "receivers:") {
				continue
			}
			n++
			dir := t.TempDir()
			for _, f := range file.FindAllStringSubmatch(m[1], -1) {
				rewrite(t, filepath.Join(dir, f[1]), "R0123456789abcdef0123456789abcde\n")
			}
			path := filepath.Join(dir, "brimwatch.yml")
			rewrite(t, path, m[1]+"\ninstances: [{id: a, product: mqtt, notify: [oncall]}]\n")
			s, err := Configuration(path, "test")
			if err != nil {
				t.Errorf("%s: %v\n%s", name, err, m[1])
				continue
			}
			for _, w := range s.Warnings {
				if strings.Contains(w.Path, "webhooks") {
					t.Errorf("%s: %s", name, w.Error())
				}
			}
		}
		if n == 0 {
			t.Errorf("%s.md shows no configuration", name)
		}
	}
}
