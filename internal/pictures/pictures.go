// Package pictures answers signed addresses of charts (links.Picture) with the chart as PNG,
// for chats, which show a picture by its address: their servers fetch it, and do not sign in.
//
// Nothing is drawn that was not signed here. What that costs is bounded: a few pictures are
// drawn at a time, whoever waits for too long is told to come again, and what was drawn lately
// is kept for a while, for a chat that fetches a picture for each of its readers.
package pictures

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/internal/mailchart"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/notifier"
)

// Drawer draws a chart. mailchart.Drawer is one.
type Drawer interface {
	Picture(ctx context.Context, s mailchart.Section, l words.Language) ([]byte, error)
}

// Options are what a Handler is made of.
type Options struct {
	Links  *links.Signer
	Drawer Drawer
	Logger *slog.Logger
	Now    func() time.Time // nil is time.Now
}

// Handler answers below links.PicturePath. It is safe for concurrent use.
type Handler struct {
	opts  Options
	say   *phrases.Book
	turns chan struct{} // one of them is held while a picture is drawn
	kept  kept
}

// Bounds of the work.
const (
	atOnce   = 2               // pictures that are drawn at a time
	patience = 8 * time.Second // until somebody who waits is sent away; chats wait for 10 s
)

// stored is after how long a reading can be drawn: it is stored together with others.
const stored = time.Second

// settled is after how long what happened up to a moment has been recorded, so that the
// picture of a time that ended then does not change any more.
const settled = time.Minute

// New returns a handler.
func New(o Options) *Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Handler{opts: o, say: phrases.New(), turns: make(chan struct{}, atOnce)}
}

// Of is the picture that goes with a notice to a reader of a language; false is that it is not
// about a metric.
func Of(n *notifier.Notice, l words.Language) (links.Picture, bool) {
	s, ok := mailchart.OfNotice(n)
	// Addresses have whole seconds. The reading that raised the alarm lies before the end.
	s.To = s.To.Add(time.Second - 1).Truncate(time.Second)
	s.From = s.To.Add(-mailchart.Span)
	return links.Picture{
		Instance: s.Instance, Metric: s.Metric.String(), From: s.From, To: s.To, Threshold: s.Threshold, Language: l.String(),
		Expires: n.CreatedAt.Add(links.PictureLifetime),
	}, ok
}

// ServeHTTP answers with a picture, or with a line that says why there is none.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, "GET, HEAD")
		return
	}
	now, name := h.opts.Now(), r.URL.Path[min(len(links.PicturePath), len(r.URL.Path)):]
	p, err := h.opts.Links.ReadPicture(name, now)
	l, _ := words.ParseLanguage(p.Language) // without one in the address it is English
	say := h.say.In(l)
	m, known := fleet.ParseMetric(p.Metric)
	switch {
	case links.IsExpired(err):
		refuse(w, http.StatusGone, say.T("The address of this picture has expired. The page of the instance shows its chart."))
		return
	case err != nil || !known:
		refuse(w, http.StatusNotFound, say.T("This is not the address of a picture that was made here. Copy all of it, up to its last sign."))
		return
	}
	picture, err := h.picture(r.Context(), name, mailchart.Section{Instance: p.Instance, Metric: m, From: p.From, To: p.To, Threshold: p.Threshold}, l)
	switch {
	case errors.Is(err, mailchart.ErrNothing):
		refuse(w, http.StatusNotFound, say.T("Nothing was recorded in this time that could be drawn."))
	case err != nil:
		if r.Context().Err() == nil {
			h.opts.Logger.WarnContext(r.Context(), "picture could not be drawn", "instance_id", p.Instance, "metric", p.Metric, "error", err)
		}
		w.Header().Set("Retry-After", "30")
		refuse(w, http.StatusServiceUnavailable, say.T("The picture cannot be drawn now. Try again in a moment."))
	default:
		h.answer(w, r, &p, picture, now)
	}
}

// answer writes a picture, and how long it may be kept.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, p *links.Picture, picture []byte, now time.Time) {
	cache, changed := "public, max-age="+strconv.Itoa(int(min(p.Expires.Sub(now), settled).Seconds())), time.Time{}
	if now.Sub(p.To) >= settled {
		cache, changed = "public, max-age="+strconv.Itoa(int(p.Expires.Sub(now).Seconds()))+", immutable", p.To
	}
	guard(w)
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", cache)
	http.ServeContent(w, r, "", changed, bytes.NewReader(picture))
}

// refuse answers without a picture, in a line for people.
func refuse(w http.ResponseWriter, status int, text string) {
	guard(w)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n") // the reader may be gone
}

// guard says what browsers and search engines may do with an answer.
func guard(w http.ResponseWriter) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("X-Robots-Tag", "noindex")
	w.Header().Set("Content-Security-Policy", "default-src 'none'")
}

// errBusy is that others are being drawn.
var errBusy = errors.New("other pictures are being drawn")

// picture returns the picture of an address: what was drawn lately, or a new one, when it is
// its turn.
func (h *Handler) picture(ctx context.Context, name string, s mailchart.Section, l words.Language) ([]byte, error) {
	if picture, ok := h.kept.get(name, h.opts.Now()); ok {
		return picture, nil
	}
	if err := wait(ctx, s.To.Add(stored).Sub(h.opts.Now())); err != nil {
		return nil, err
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case h.turns <- struct{}{}:
		defer func() { <-h.turns }()
	case <-late.C:
		return nil, errBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if picture, ok := h.kept.get(name, h.opts.Now()); ok { // drawn for somebody else meanwhile
		return picture, nil
	}
	picture, err := h.opts.Drawer.Picture(ctx, s, l)
	if err == nil {
		h.kept.put(name, picture, h.opts.Now())
	}
	return picture, err
}

// wait waits until what was read at the end of a picture has been stored. A time that ends in
// the future is drawn as it is.
func wait(ctx context.Context, left time.Duration) error {
	if left <= 0 || left > stored+time.Second {
		return nil
	}
	t := time.NewTimer(left)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
