package web

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/notifier"
)

// silenceLinkBody is the page of a link that silences an instance.
type silenceLinkBody struct {
	Name, ID string // of the instance; empty when it is not watched any more
	About    string // product and edition
	For      string
	Until    stamp  // when the silence would end, or ends
	Action   string // where the form goes; "" when there is nothing to be done
	As       linkAs
	By       string // who silenced it; "" is nobody
	Usable   stamp  // until when the link can be used again
}

// silenceLink shows what a link that silences is for.
func (p *pages) silenceLink(w http.ResponseWriter, r *http.Request) {
	l, in, ok := p.silenceLinked(w, r)
	if !ok {
		return
	}
	body := silenceLinkBody{For: words.Duration(l.For, p.lang()), Until: p.stamp(p.Now().Add(l.For)), Usable: p.stamp(l.Expires)}
	shown := page{Title: p.say.T("Silence"), Bare: true}
	if in != nil {
		body.Name, body.ID, body.About = nameOf(in), in.ID, p.Title(in, p.lang())
		s, ok := p.silencedBy(w, r, in.ID)
		if !ok {
			return
		}
		if s != nil {
			body.By, body.Until = p.person(s.By), p.stamp(s.Until)
		} else {
			body.Action = r.URL.Path
			body.As = linkAs{By: whoAsks(r), Told: l.By, Button: p.say.T("Silence it for %s", body.For)}
		}
		if s != nil && r.URL.Query().Has(doneField) {
			shown.Done = p.say.T("The silence is in force. Alarms are raised and shown all the same.")
		}
	}
	shown.Body = body
	p.render(w, r, http.StatusOK, "linksilence", shown)
}

// useSilenceLink adds the silence, and leads back to the page of the link.
func (p *pages) useSilenceLink(w http.ResponseWriter, r *http.Request) {
	l, in, ok := p.silenceLinked(w, r)
	if !ok {
		return
	}
	by, ok := p.pressed(w, r, l.By)
	if !ok {
		return
	}
	if by == "" || in == nil {
		p.backToLink(w, r, false)
		return
	}
	s, ok := p.silencedBy(w, r, in.ID)
	if !ok {
		return
	}
	if s != nil { // to press twice holds nothing for longer
		p.backToLink(w, r, false)
		return
	}
	now := p.Now().UTC()
	added, err := p.Silences.AddSilence(r.Context(), notifier.Silence{
		Matchers: matchersOf(in.ID), Until: now.Add(l.For), By: by, Comment: "by link, for " + l.Code, CreatedAt: now,
	})
	if err != nil {
		p.log.ErrorContext(r.Context(), "silence could not be added by a link", "instance_id", in.ID, "error", err)
		p.refuseLink(w, r, http.StatusInternalServerError, p.say.T("The silence was not added"), r.URL.Path)
		return
	}
	p.log.InfoContext(r.Context(), "silence added by a link", "id", added.ID, "instance_id", in.ID, "until", added.Until.UTC().Format(time.RFC3339), "by", by)
	p.backToLink(w, r, true)
}

// silenceLinked reads the link of a request, with the instance that it is about; nil when that
// is not watched any more. ok is false when it has answered already.
func (p *pages) silenceLinked(w http.ResponseWriter, r *http.Request) (l links.Silence, in *fleet.Instance, ok bool) {
	ok = p.openLink(w, r, func(token string, now time.Time) (err error) {
		l, err = p.Links.ReadSilence(token, now)
		return err
	}, p.say.T("Silence the instance on the page of silences, or by answering the text message with MUTE, the code of the alarm and 2h."), "/silences")
	if !ok {
		return l, nil, false
	}
	if st, known := p.Fleet.Standing(l.Instance); known {
		in = st.Instance
	}
	return l, in, true
}

// silencedBy returns the silence in force that holds all notices about an instance, and lasts
// for the longest; nil is none. ok is false when it has answered already.
func (p *pages) silencedBy(w http.ResponseWriter, r *http.Request, id string) (longest *notifier.Silence, ok bool) {
	list, err := p.Silences.Silences(r.Context())
	if err != nil {
		p.log.ErrorContext(r.Context(), "the silences of a link could not be read", "instance_id", id, "error", err)
		p.refuseLink(w, r, http.StatusInternalServerError, p.say.T("The silences could not be read"), r.URL.Path)
		return nil, false
	}
	list = slices.DeleteFunc(list, func(s notifier.Silence) bool { return !s.InForce(p.Now()) || !maps.Equal(s.Matchers, matchersOf(id)) })
	if len(list) == 0 {
		return nil, true
	}
	last := slices.MaxFunc(list, func(a, b notifier.Silence) int { return a.Until.Compare(b.Until) })
	return &last, true
}

// matchersOf are the labels of a silence of one instance.
func matchersOf(id string) map[string]string { return map[string]string{"instance_id": id} }
