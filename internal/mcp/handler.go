package mcp

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"runtime/debug"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/brimwatch/brimwatch/internal/access"
)

// maxBody bounds the body of a request, in bytes.
const maxBody = 64 << 10

// handler answers HTTP. Each request stands for itself: there are no sessions that
// could pile up or outlive a restart, and a tool that needs none is all there is.
func (s *server) handler(in func() *sdk.Server) http.Handler {
	protocol := sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return in() }, &sdk.StreamableHTTPOptions{
		Stateless: true, JSONResponse: true, MaxRequestBodyBytes: maxBody, PropagateRequestCancellation: true,
		// The Gate has looked at the Host already, and knows the names of server.hosts and
		// server.external_url, too, by which a proxy on this machine hands requests on.
		DisableLocalhostProtection: true,
	})
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(s.foreign))
	return guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "assistants ask here, by the Model Context Protocol (streamable HTTP); docs/mcp.md says how to add Brimwatch to one", http.StatusMethodNotAllowed)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if several(r) {
			http.Error(w, "several messages in one request are not taken; send one at a time", http.StatusBadRequest)
			return
		}
		protocol.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller(r))))
	}))
}

// foreign answers a request that a page of another site sent.
func (s *server) foreign(w http.ResponseWriter, r *http.Request) {
	s.log.WarnContext(r.Context(), "request from another site refused", "origin", r.Header.Get("Origin"))
	http.Error(w, "a page of another site sent this; nothing was answered", http.StatusForbidden)
}

// several tells whether a body holds an array of messages, which one old version of the
// protocol knew: hundreds of calls would fit into one request. What it looks at stays in
// the body.
func several(r *http.Request) bool {
	body := bufio.NewReader(r.Body)
	var blanks bytes.Buffer
	defer func() {
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(&blanks, body), r.Body}
	}()
	for {
		first, err := body.Peek(1)
		if err != nil {
			return false // whoever reads the body finds the same
		}
		if !bytes.ContainsAny(first, " \t\r\n") {
			return first[0] == '['
		}
		blanks.WriteByte(first[0])
		_, _ = body.Discard(1) // it was seen to be there
	}
}

// callerKey is the key of who asks in the context of a request.
type callerKey struct{}

// caller is who sends a request: who signed in, else who the request says it is, as a
// proxy hands it on, else "mcp".
func caller(r *http.Request) string {
	name, _ := access.Who(r)
	return cmp.Or(name, "mcp")
}

// by is who asks.
func by(ctx context.Context) string {
	name, _ := ctx.Value(callerKey{}).(string)
	return cmp.Or(name, "mcp")
}

// safely keeps a panic from ending the process: each call is answered on a goroutine of
// its own, where the HTTP server does not look after it.
func (s *server) safely(next sdk.MethodHandler) sdk.MethodHandler {
	return func(ctx context.Context, method string, req sdk.Request) (result sdk.Result, err error) {
		defer func() {
			if p := recover(); p != nil {
				s.log.ErrorContext(ctx, "request of an assistant failed", "method", method, "panic", p, "stack", string(debug.Stack()))
				result, err = nil, &jsonrpc.Error{Code: jsonrpc.CodeInternalError, Message: "this failed by a fault of Brimwatch; its log has the particulars"}
			}
		}()
		return next(ctx, method, req)
	}
}

// withArguments takes null for no arguments: applied to null, the defaults of a schema
// would panic.
func withArguments(next sdk.MethodHandler) sdk.MethodHandler {
	return func(ctx context.Context, method string, req sdk.Request) (sdk.Result, error) {
		if p, ok := req.GetParams().(*sdk.CallToolParamsRaw); ok && p != nil && string(bytes.TrimSpace(p.Arguments)) == "null" {
			p.Arguments = nil
		}
		return next(ctx, method, req)
	}
}

// withoutListening refuses requests that stay open to be told of changes: there is
// nothing to tell of, and each would hold a connection for as long as it likes.
func withoutListening(next sdk.MethodHandler) sdk.MethodHandler {
	return func(ctx context.Context, method string, req sdk.Request) (sdk.Result, error) {
		if method == "subscriptions/listen" {
			return nil, &jsonrpc.Error{Code: jsonrpc.CodeMethodNotFound, Message: "Brimwatch tells assistants of no changes; ask again instead"}
		}
		return next(ctx, method, req)
	}
}
