package twilio

import (
	"strconv"
	"strings"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
)

// price reads what Twilio charged. In its answers that is below zero, and null until
// some time after the message was sent or the call ended; the currency is there from the beginning.
func price(unit, charged *string) notifier.Price {
	p := notifier.Price{Currency: strings.ToUpper(text(unit))}
	if len(p.Currency) != 3 || strings.Trim(p.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return notifier.Price{}
	}
	if amount, err := fleet.ParseAmount(text(charged)); err == nil {
		p.Amount, p.Known = max(amount, -amount), true
	}
	return p
}

// segments reads how many segments Twilio counts; 0 until a messaging service has
// chosen the sender.
func segments(msg *openapi.ApiV2010Message) int {
	n, err := strconv.Atoi(text(msg.NumSegments))
	if err != nil {
		return 0
	}
	return n
}
