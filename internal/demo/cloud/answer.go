package cloud

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// Refusal is an error answer of the API.
type Refusal struct {
	Status     int // HTTP
	Code       string
	Message    string
	RetryAfter string // the header; "" is none

	product bool // the product refuses and not the gateway before it
}

// refuse answers with an error as the cloud writes it: the gateway in front of
// all products in one form, a product of the ROA style in another.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, e Refusal) {
	if e.RetryAfter != "" {
		w.Header().Set("Retry-After", e.RetryAfter)
	}
	if e.product && r.URL.Path != "/" {
		write(w, e.Status, encode(struct {
			RequestID      string `json:"requestId"`
			Success        bool   `json:"success"`
			Code           string `json:"code"`
			Message        string `json:"message"`
			HTTPStatusCode int    `json:"httpStatusCode"`
		}{s.requestID(), false, e.Code, e.Message, e.Status}))
		return
	}
	write(w, e.Status, encode(struct {
		RequestID string `json:"RequestId"`
		Message   string `json:"Message"`
		Recommend string `json:"Recommend"`
		HostID    string `json:"HostId"`
		Code      string `json:"Code"`
	}{s.requestID(), e.Message, "https://api.aliyun.com/troubleshoot?q=" + e.Code, r.Host, e.Code}))
}

// requestID returns an identifier that looks like the cloud's; the same calls get
// the same ones in every run.
func (s *Server) requestID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nextRequestID()
}

// nextRequestID is requestID for those that hold the lock.
func (s *Server) nextRequestID() string {
	s.requests++
	return fmt.Sprintf("B12A7C1D-0000-5000-8000-%012X", s.requests)
}

func encode(answer any) []byte {
	body, err := json.Marshal(answer)
	if err != nil { // a figure of a test that JSON cannot tell, as NaN
		return []byte(strconv.Quote(err.Error()))
	}
	return body
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) //nolint:gosec // JSON; and the reader may be gone, there is nobody else to tell
}
