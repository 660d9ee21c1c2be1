package demo

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"sync"
	"time"
)

//go:embed hook.html.tmpl
var pages embed.FS

// hookKept is how many webhooks the page shows.
const hookKept = 50

// hook receives webhooks and shows them on a page.
type hook struct {
	page *template.Template

	mu   sync.Mutex
	came []came // the newest first
}

// came is one webhook as it arrived.
type came struct {
	At     time.Time
	ID     string
	Status string
	Alerts []cameAlert
	Body   string
}

type cameAlert struct {
	Status      string            `json:"status"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

func newHook() (*hook, error) {
	page, err := template.ParseFS(pages, "hook.html.tmpl")
	if err != nil {
		return nil, fmt.Errorf("read the page of the webhook receiver: %w", err)
	}
	return &hook{page: page}, nil
}

// ServeHTTP takes a webhook that is posted, and shows the page otherwise.
func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		h.take(w, r)
		return
	}
	h.mu.Lock()
	shown := append([]came(nil), h.came...)
	h.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := h.page.Execute(w, shown); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (h *hook) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	var m struct {
		Status string      `json:"status"`
		Alerts []cameAlert `json:"alerts"`
	}
	if err := json.Unmarshal(body, &m); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	h.came = append([]came{{
		At: time.Now(), ID: r.Header.Get("Webhook-Id"), Status: m.Status, Alerts: m.Alerts, Body: indented(body),
	}}, h.came...)
	if len(h.came) > hookKept {
		h.came = h.came[:hookKept]
	}
	h.mu.Unlock()
}

func indented(body []byte) string {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return string(body)
	}
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return string(body)
	}
	return string(out)
}
