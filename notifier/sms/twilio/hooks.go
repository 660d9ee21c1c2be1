package twilio

import (
	"context"
	"encoding/xml"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
)

// Paths at which Twilio calls back, below external_url.
const (
	StatusPath  = "/hooks/twilio/status"
	InboundPath = "/hooks/twilio/inbound"
	KeyPath     = "/hooks/twilio/key"
)

// What the query of KeyPath holds.
const (
	keyLanguage = "l" // en or zh
	keyToken    = "t"
)

// maxForm is how large the form of a callback may be.
const maxForm = 64 << 10

// Receipts records how far a message got.
type Receipts interface {
	Receipt(ctx context.Context, r notifier.Receipt) error
}

// Replies takes a text message of a person and returns the answer to it; "" is
// none.
type Replies interface {
	Answer(ctx context.Context, in notifier.Inbound) string
}

// Keys takes the key that somebody pressed during a call.
type Keys interface {
	// Press returns what is said then, and whether another key is awaited. token is what the
	// call was made with.
	Press(ctx context.Context, token, digit string, l words.Language) (said string, again bool)
}

// Signer is one account whose callbacks are taken.
type Signer struct {
	AccountSID string
	AuthToken  string // a secret; "" signs nothing
}

// HooksOptions is what Hooks are built from. All of it is needed.
type HooksOptions struct {
	Receipts Receipts
	Replies  Replies
	Keys     Keys
	Logger   *slog.Logger
}

// Hooks answers Twilio's callbacks at StatusPath, InboundPath and KeyPath. It refuses those
// that no Signer has signed. It is safe for use from several goroutines.
type Hooks struct {
	HooksOptions
	log     *slog.Logger
	signers atomic.Pointer[signers]
	mux     *http.ServeMux
}

// signers are the accounts in force, with the address that Twilio calls.
type signers struct {
	external string
	list     []Signer
}

// NewHooks returns Hooks that take no callback before Set.
func NewHooks(o HooksOptions) *Hooks {
	h := &Hooks{HooksOptions: o, log: o.Logger.With("component", "twilio"), mux: http.NewServeMux()}
	h.Set("", nil)
	h.mux.HandleFunc("POST "+StatusPath, h.status)
	h.mux.HandleFunc("POST "+InboundPath, h.inbound)
	h.mux.HandleFunc("POST "+KeyPath, h.key)
	return h
}

// Set puts accounts into force, and the address at which Twilio calls, without a
// slash at its end.
func (h *Hooks) Set(external string, list []Signer) { h.signers.Store(&signers{external, list}) }

// ServeHTTP answers a callback.
func (h *Hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// form reads a callback and makes sure that Twilio signed it. It returns false when
// it has answered already.
func (h *Hooks) form(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "this is not a form that can be read", http.StatusBadRequest)
		return nil, false
	}
	signature := r.Header.Get("X-Twilio-Signature")
	known := h.signers.Load()
	for _, s := range known.list {
		if s.AccountSID == r.PostForm.Get("AccountSid") && VerifySignature(s.AuthToken, known.external+r.URL.RequestURI(), r.PostForm, signature) {
			return r.PostForm, true
		}
	}
	h.log.Warn("a callback was refused: it is not signed by Twilio for any provider that is configured",
		"path", r.URL.Path, "remote", r.RemoteAddr, "hint", "is server.external_url the address that Twilio calls?")
	http.Error(w, "the signature is missing or wrong", http.StatusForbidden)
	return nil, false
}

// status takes how far a message got.
func (h *Hooks) status(w http.ResponseWriter, r *http.Request) {
	form, ok := h.form(w, r)
	if !ok {
		return
	}
	callback, err := ParseCallback(form)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := h.Receipts.Receipt(r.Context(), callback.Receipt); err != nil {
		h.log.Error("a receipt could not be stored", "provider_id", callback.Receipt.ProviderID, "error", err)
		http.Error(w, "it could not be stored; try again later", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// reply is the TwiML that answers a text message.
type reply struct {
	XMLName xml.Name `xml:"Response"`
	Message string   `xml:"Message,omitempty"`
}

// inbound takes a text message, and answers it.
func (h *Hooks) inbound(w http.ResponseWriter, r *http.Request) {
	form, ok := h.form(w, r)
	if !ok {
		return
	}
	text, err := xml.Marshal(reply{Message: h.Replies.Answer(r.Context(), notifier.Inbound{
		ID: form.Get("MessageSid"), From: form.Get("From"), To: form.Get("To"), Text: form.Get("Body"), OptOut: form.Get("OptOutType"),
	})})
	if err != nil {
		http.Error(w, "the answer could not be written", http.StatusInternalServerError)
		return
	}
	writeXML(w, string(text))
}

func writeXML(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = io.WriteString(w, xml.Header+text)
}

// key takes a key that was pressed during a call, and says what came of it.
func (h *Hooks) key(w http.ResponseWriter, r *http.Request) {
	form, ok := h.form(w, r)
	if !ok {
		return
	}
	query := r.URL.Query()
	l, _ := words.ParseLanguage(query.Get(keyLanguage))
	said, again := h.Keys.Press(r.Context(), query.Get(keyToken), form.Get("Digits"), l)
	t := twiml{Hangup: &hangup{}}
	if again {
		t.Gather = gathering(said, 1, l, h.signers.Load().external+r.URL.RequestURI())
	} else {
		t.Say = []say{saying(said, 1, l)}
	}
	text, err := t.marshal()
	if err != nil {
		http.Error(w, "the answer could not be written", http.StatusInternalServerError)
		return
	}
	writeXML(w, text)
}
