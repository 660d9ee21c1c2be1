package demo

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/internal/phrases"
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
	open []openAlert
}

// openAlert is an alert that has begun and not ended, as the webhooks told it last.
type openAlert struct {
	At time.Time // when it was told of last
	cameAlert
}

// received is what the page shows.
type received struct {
	Open []openAlert // the oldest first
	Came []came
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
	Fingerprint string            `json:"fingerprint"`
	StartsAt    time.Time         `json:"startsAt"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

func newHook(say *phrases.Printer) (*hook, error) {
	page, err := template.New("hook.html.tmpl").Funcs(template.FuncMap{"t": say.T, "tag": say.Tag}).ParseFS(pages, "hook.html.tmpl")
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
	shown := received{slices.Clone(h.open), slices.Clone(h.came)}
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
	for i := range m.Alerts {
		h.follow(&m.Alerts[i])
	}
	h.mu.Unlock()
}

// follow keeps what is open: however much came since, it stays on the page until its end
// comes. The lock is held.
func (h *hook) follow(a *cameAlert) {
	now := time.Now()
	at := slices.IndexFunc(h.open, func(o openAlert) bool { return o.Fingerprint == a.Fingerprint })
	switch {
	case a.Status == "resolved" && at >= 0:
		h.open = slices.Delete(h.open, at, at+1)
	case a.Status == "resolved":
	case at >= 0:
		h.open[at] = openAlert{now, *a}
	default:
		h.open = append(h.open, openAlert{now, *a})
	}
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
