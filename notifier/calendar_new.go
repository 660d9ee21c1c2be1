package notifier

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// said is an event as a text message of its own, and in the few words of one of several.
func (w Words) said(ev *alarm.Event, l words.Language, zone *time.Location) (text, brief string) {
	text, brief = w.text(ev, l, zone), w.brief(ev, l, zone)
	if o := ev.Details; o != nil && !o.WasDue.IsZero() && ev.Kind == alarm.Cleared && ev.Instance != nil {
		s := w.spoken(ev, l, zone)
		due := words.Brief(o.WasDue, ev.At, zone, l)
		s.body = l.Choose("paid; was due for deletion on "+due+": check whether it still exists", "已付款，但"+due+"起应被删除：请确认实例是否仍存在")
		s.tighter, s.short, s.edition = nil, "", ""
		return s.message(), brief + l.Choose(" was due for deletion, check", " 曾应被删除，请确认")
	}
	return text, brief
}
