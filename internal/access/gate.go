// Package access is the door of the HTTP side: which names requests may come by,
// whether nobody gets in without signing in, and who it is that sends a request.
// A few paths need no sign-in (Options.Passing): what stands below them is a signed
// address that somebody was given, and names have to be ours there, too.
//
// A Gate stands between the server, which checks passwords and certificates, and
// everything that answers. It is safe for concurrent use, and Set may be called
// while requests are answered. A Meter behind it measures what answers.
package access

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"
)

// Options are what a Gate is built from, and what stays until a restart.
type Options struct {
	Listen        string // server.listen
	WebConfigFile string // server.web_config_file, as it is served with; "" is none
	// Passing are beginnings of paths, each with / at its end: what stands right below them needs
	// no sign-in. It is a signed token, or nothing that anybody may not know.
	Passing    []string
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Rules are what a reload may change.
type Rules struct {
	ExternalURL string   // server.external_url
	Hosts       []string // server.hosts
	Open        bool     // server.open: requests from other machines need no sign-in
}

// Gate decides which requests are answered.
type Gate struct {
	listen  string
	file    webFile
	passing []string
	log     *slog.Logger
	logRate rate.Sometimes // of refusals: whoever is refused may come again and again
	refused *prometheus.CounterVec
	inForce atomic.Pointer[inForce]
}

// inForce are rules, ready to be asked.
type inForce struct {
	names names
	open  bool
}

// Reasons for which a request is refused, as the metric tells them.
const (
	wrongHost = "host"
	noSignIn  = "sign_in"
)

// NewGate returns a Gate with the rules of the start.
func NewGate(o Options, r Rules) (*Gate, error) {
	if o.Logger == nil || o.Registerer == nil {
		return nil, errors.New("access: Logger and Registerer must be given")
	}
	g := &Gate{
		listen: o.Listen, file: webFile{path: o.WebConfigFile}, passing: o.Passing, log: o.Logger.With("component", "access"),
		logRate: rate.Sometimes{First: 3, Interval: time.Minute},
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_http_refused_total", Help: "Requests that were not answered: by a host that is not ours, or without a sign-in where one is needed.",
		}, []string{"reason"}),
	}
	for _, reason := range []string{wrongHost, noSignIn} {
		g.refused.WithLabelValues(reason) // so that each begins at 0
	}
	if err := o.Registerer.Register(g.refused); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	g.Set(r)
	return g, nil
}

// Set puts other rules into force.
func (g *Gate) Set(r Rules) {
	g.inForce.Store(&inForce{names: newNames(g.listen, r.ExternalURL, r.Hosts), open: r.Open})
}

// Wrap returns a handler that refuses what must not come in, and hands all else
// to next, which may ask Who.
func (g *Gate) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrive(r)
		rules, arrived := g.inForce.Load(), arrivedAt(r)
		if !rules.names.take(r.Host, arrived) {
			g.refuse(w, r, http.StatusMisdirectedRequest, wrongHost, misdirected(r.Host))
			return
		}
		// Starting like this is refused by the configuration. It can still come to it
		// later: users are taken out of the web configuration file, or open out of the
		// configuration.
		p := identify(r, g.file.now())
		if !p.signedIn && !rules.open && !arrived.IsLoopback() && !g.passes(r) {
			g.refuse(w, r, http.StatusForbidden, noSignIn, "nobody signs in here, so requests are answered on loopback addresses alone; "+
				"give server.web_config_file users or client certificates, or set server.open: true if that is meant")
			return
		}
		next.ServeHTTP(w, withPerson(r, p))
	})
}

// arrivedAt returns the address of ours that a request was sent to.
func arrivedAt(r *http.Request) netip.Addr {
	if tcp, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
		return plain(tcp.AddrPort().Addr())
	}
	return netip.Addr{}
}

// misdirected says what is wrong with the name a request came by, and what to do.
func misdirected(host string) string {
	const most = 80
	if len(host) > most {
		host = host[:most]
	}
	text := "this request came by the name " + strconv.QuoteToASCII(host) + ", and Brimwatch does not answer to it"
	name, _ := canonical(host)
	if CheckHost(name) != nil {
		return text
	}
	return text + "; if people reach it by that name, add it to server.hosts in the configuration: hosts: [" + strconv.Quote(name) + "]"
}

// refuse answers a request that must not come in.
func (g *Gate) refuse(w http.ResponseWriter, r *http.Request, status int, reason, text string) {
	g.refused.WithLabelValues(reason).Inc()
	g.logRate.Do(func() {
		g.log.WarnContext(r.Context(), "request refused", "status", status, "reason", text, "path", r.URL.Path, "remote", r.RemoteAddr)
	})
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if !strings.HasPrefix(r.URL.Path, "/api/") && !strings.HasPrefix(r.URL.Path, "/-/") {
		http.Error(w, text, status)
		return
	}
	// Programs find what is wrong where every answer of the API has it.
	h.Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(map[string]string{"error": text}); err != nil {
		g.log.DebugContext(r.Context(), "answer was not taken", "error", err)
	}
}
