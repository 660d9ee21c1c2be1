package scenario

import (
	"context"
	"net/http"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/daemon"
	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

// newPhone is the number that li gets.
const newPhone = "+4930000003"

// reload changes who is told, while alarms are open and while some wait.
func reload(ctx context.Context, w *World) error {
	// One is told before anything changes, one waits for the far sides.
	w.fleet.Set(0, 0, w.high())
	if _, err := w.settle(ctx, w.patience()); err != nil {
		return err
	}
	w.weather(farside.Always(farside.Fate{Way: farside.Refuse, Status: http.StatusTooManyRequests}))
	w.fleet.Set(1, 0, w.high())
	if _, err := waitFor(ctx, time.Minute, w.judged); err != nil {
		return err
	}
	if err := w.renameBoth(ctx); err != nil {
		return err
	}
	w.weather(nil)
	w.fleet.Set(2, 0, w.high())
	if _, err := w.settle(ctx, w.patience()); err != nil {
		return err
	}
	// The number of one person changes, and another webhook joins.
	if err := w.move(ctx); err != nil {
		return err
	}
	w.fleet.Set(3, 0, w.high())
	if _, err := w.settle(ctx, w.patience()); err != nil {
		return err
	}
	for i := range 4 {
		w.fleet.Set(i, 0, pages.Calm)
	}
	if err := w.draw(ctx, w.patience()); err != nil {
		return err
	}
	began := 0
	for _, t := range w.textsTo(newPhone, time.Time{}) {
		if about(pages.ID(3))(t) {
			began++
		}
	}
	w.count("texts about the newest alarm to the new number", "beginning and end", began, began == 2)
	return nil
}

// renameBoth gives a contact and a receiver other names: the same people at the same
// numbers.
func (w *World) renameBoth(ctx context.Context) error {
	w.say("reload: the contact wei and the receiver oncall get other names")
	w.config.Contacts[0].Name = "wei2"
	w.config.Receivers[0].Name, w.config.Receivers[0].SMS = "operators", []string{"wei2", "li"}
	return w.reload(ctx)
}

// move gives a contact another number, and adds a receiver.
func (w *World) move(ctx context.Context) error {
	w.say("reload: li gets another number, and a second receiver joins")
	h, err := w.addHook("b")
	if err != nil {
		return err
	}
	w.config.Contacts[1].Phone = newPhone
	w.config.Receivers = append(w.config.Receivers, daemon.Receiver{Name: "second", Way: daemon.Way{Webhooks: []daemon.Webhook{hookAt(h.url)}}})
	w.leave("sms/" + liPhone)
	w.stay("sms/" + newPhone)
	return w.reload(ctx)
}
