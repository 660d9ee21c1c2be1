package config

import (
	"net/http"
	"os"
	"strings"
	"time"
)

// resolveHeartbeat reads where the sign of life goes; nil is nowhere.
func (d *decoder) resolveHeartbeat(h *heartbeatDoc) *Heartbeat {
	if h.node == nil {
		return nil
	}
	out := &Heartbeat{Every: h.Every.or(time.Minute), Method: h.Method}
	if out.Every < time.Second || out.Every > 24*time.Hour {
		d.fault(d.under(h.place, "every"), "the heartbeat is sent every 1s to 24h")
	}
	switch h.Method {
	case "":
		out.Method = http.MethodGet
	case http.MethodGet, http.MethodPost:
	default:
		d.fault(d.under(h.place, "method"), "the heartbeat is a GET or a POST, not %q", clip(h.Method))
	}
	out.URL = d.heartbeatURL(h)
	return out
}

// heartbeatURL reads the URL. Monitors that take heartbeats tell their senders apart by
// a secret in its path.
func (d *decoder) heartbeatURL(h *heartbeatDoc) Secret {
	if !d.oneForm(h.place, "url", "url_file", "url_env") {
		return ""
	}
	var url Secret
	at := h.place
	switch {
	case h.URL != "":
		at, url = d.under(h.place, "url"), Secret(h.URL)
	case h.URLFile != "":
		at = d.under(h.place, "url_file")
		if url = d.secretFile(at, h.URLFile); url == "" {
			return ""
		}
	case h.URLEnv != "":
		at = d.under(h.place, "url_env")
		if url = Secret(os.Getenv(h.URLEnv)); url == "" {
			d.fault(at, "the variable %s is not set, or empty", clip(h.URLEnv))
			return ""
		}
	default:
		d.fault(at, "url is missing")
		return ""
	}
	d.checkURL(at, strings.TrimSpace(url.Reveal()), "https", "http")
	return Secret(strings.TrimSpace(url.Reveal()))
}

// resolveDrill reads how often people are asked to answer.
func (d *decoder) resolveDrill(doc *drillDoc) Drill {
	out := Drill{Every: doc.Every.Duration, At: 10 * 60}
	if doc.At.set {
		out.At = doc.At.minutes
	}
	const day = 24 * time.Hour
	switch {
	case doc.node == nil:
	case !doc.Every.set:
		d.fault(doc.place, "every is missing, such as 30d")
	case out.Every != 0 && (out.Every < 2*day || out.Every > 366*day):
		d.fault(d.under(doc.place, "every"), "a drill comes every 2d to 366d; 0 is never")
	}
	return out
}
