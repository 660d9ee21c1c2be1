package farside

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Gateway is an SMS gateway that any HTTP client can call: POST /send with number, text and an
// id of the client's, by which GET /messages/{id} knows the message again. It answers 200 to
// all that it reads, and says in the body whether it took it.
type Gateway struct {
	mux *http.ServeMux

	mu    sync.Mutex
	texts []Text
}

// GatewayKey lets a client in.
const GatewayKey = "a-key-of-the-gateway"

// NewGateway returns a gateway.
func NewGateway() *Gateway {
	g := &Gateway{mux: http.NewServeMux()}
	g.mux.HandleFunc("POST /send", g.send)
	g.mux.HandleFunc("GET /messages/{id}", g.look)
	return g
}

// ServeHTTP answers calls of those who have the key.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("X-Api-Key")), []byte(GatewayKey)) != 1 {
		sayJSON(w, map[string]string{"code": "900", "reason": "wrong key"})
		return
	}
	g.mux.ServeHTTP(w, r)
}

func (g *Gateway) send(w http.ResponseWriter, r *http.Request) {
	to, text, ref := r.FormValue("to"), r.FormValue("text"), r.FormValue("ref")
	if to == "" || text == "" || ref == "" {
		sayJSON(w, map[string]string{"code": "305", "reason": "a field is missing"})
		return
	}
	g.mu.Lock()
	id := "G" + strconv.Itoa(len(g.texts)+1)
	g.texts = append(g.texts, Text{SID: id, Ref: ref, To: to, Body: text, At: time.Now()})
	g.mu.Unlock()
	sayJSON(w, map[string]string{"code": "100", "id": id})
}

// look tells the message that a client knows by an id of its own, or by ours.
func (g *Gateway) look(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, t := range g.texts {
		if id := r.PathValue("id"); t.Ref == id || t.SID == id {
			sayJSON(w, map[string]string{"code": "100", "id": t.SID, "ref": t.Ref, "state": "delivered"})
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
	sayJSON(w, map[string]string{"code": "404"})
}

func sayJSON(w http.ResponseWriter, said map[string]string) {
	_ = json.NewEncoder(w).Encode(said) //nolint:errchkjson // texts; the reader may be gone
}

// Texts returns what was accepted, oldest first.
func (g *Gateway) Texts() []Text {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]Text(nil), g.texts...)
}
