package acceptance_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// hookSecret signs the webhooks of these tests.
const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// webhookBody is what a receiver reads of the body.
type webhookBody struct {
	Version string `json:"version"`
	Status  string `json:"status"`
	Alerts  []struct {
		Status      string            `json:"status"`
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
		Fingerprint string            `json:"fingerprint"`
	} `json:"alerts"`
}

// arrived is one alert as it came in one webhook.
type arrived struct {
	id          string // webhook-id
	status      string
	labels      map[string]string
	annotations map[string]string
}

// String is how a timeline writes it down: "firing capacity connections".
func (a arrived) String() string {
	s := a.status + " " + a.labels["alertname"]
	if m := a.labels["metric"]; m != "" {
		s += " " + m
	}
	return s
}

// hook receives webhooks, checks their signatures, and can be told to behave
// badly.
type hook struct {
	*httptest.Server
	verify *standardwebhooks.Webhook

	mu    sync.Mutex
	came  []arrived
	posts []string      // ids in order of arrival
	hang  chan struct{} // not nil: a post is read and not answered
	code  int           // not 0: what a post is answered with, untaken
	bad   []string      // what was wrong with what came
}

func newHook(t *testing.T) *hook {
	t.Helper()
	verify, err := standardwebhooks.NewWebhook(hookSecret)
	if err != nil {
		t.Fatal(err)
	}
	h := &hook{verify: verify}
	h.Server = httptest.NewServer(http.HandlerFunc(h.take))
	t.Cleanup(func() {
		h.answer()
		h.Close()
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, b := range h.bad {
			t.Error(b)
		}
	})
	return h
}

func (h *hook) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	h.mu.Lock()
	h.posts = append(h.posts, r.Header.Get("Webhook-Id"))
	hang, code := h.hang, h.code
	h.mu.Unlock()
	if hang != nil {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
		return
	}
	if code != 0 {
		w.WriteHeader(code)
		return
	}
	var m webhookBody
	if err == nil {
		err = json.Unmarshal(body, &m)
	}
	if err == nil {
		err = h.verify.Verify(body, r.Header)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil || m.Version != "4" {
		h.bad = append(h.bad, fmt.Sprintf("webhook: version %q, %v: %s", m.Version, err, body))
	}
	for _, a := range m.Alerts {
		h.came = append(h.came, arrived{r.Header.Get("Webhook-Id"), a.Status, a.Labels, a.Annotations})
	}
}

// stopAnswering makes the receiver read what comes and say nothing.
func (h *hook) stopAnswering() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hang = make(chan struct{})
}

// answer ends what stopAnswering and refuse began.
func (h *hook) answer() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.hang != nil {
		close(h.hang)
	}
	h.hang, h.code = nil, 0
}

// refuse makes the receiver answer with a status and take nothing.
func (h *hook) refuse(code int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.code = code
}

func (h *hook) arrivals() []arrived {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.came)
}

func (h *hook) ids() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.posts)
}
