package notifier

import (
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// said is an event as a text message of its own, and in the few words of one of several.
func (w Words) said(ev *alarm.Event, l words.Language, zone *time.Location) (text, brief string) {
	text, brief = w.text(ev, l, zone), w.brief(ev, l, zone)
	if o := ev.Details; o != nil && !o.WasDue.IsZero() && ev.Kind == alarm.Cleared && ev.Instance != nil {
		s := w.spoken(ev, l, zone)
		first, more := o.WasDue, 0
		for i := range o.Others {
			if at := o.Others[i].Course.Doubt; !at.IsZero() {
				more++
				if at.Before(first) {
					first = at
				}
			}
		}
		due := words.Brief(first, ev.At, zone, l)
		s.body = l.Choose("paid; was due for deletion on "+due+": check whether it still exists", "已付款，但"+due+"起应被删除：请确认实例是否仍存在")
		if more > 0 {
			n := strconv.Itoa(more)
			brief += l.Choose(" and "+n+" more", "等"+strconv.Itoa(more+1)+"个")
			s.body = l.Choose("and "+n+" more, paid; were due for deletion, the first on "+due+": check whether they still exist", "等"+strconv.Itoa(more+1)+"个已付款，但已应被删除，最早"+due+"：请确认实例是否仍存在")
		}
		s.tighter, s.short, s.edition = nil, "", ""
		return s.message(), brief + l.Choose(" was due for deletion, check", " 曾应被删除，请确认")
	}
	return text, brief
}
