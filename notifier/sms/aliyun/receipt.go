package aliyun

import (
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

// What SendStatus is in QuerySendDetails.
const (
	statusWaiting   = 1 // for the carrier's receipt
	statusFailed    = 2
	statusDelivered = 3
)

// receipt says what became of a message. A status that is not known here is taken as
// accepted: the cloud has the message.
func (d *detail) receipt(to notifier.Recipient) notifier.Receipt {
	r := notifier.Receipt{Status: notifier.Accepted, Detail: "Alibaba Cloud waits for the carrier's receipt", Segments: segmentsOf(d.Content, to.Address)}
	switch d.SendStatus {
	case statusDelivered:
		r.Status, r.Detail = notifier.Delivered, "delivered, says the carrier"
	case statusFailed:
		code := httpcall.OneLine(d.ErrCode, 40)
		fault := faultOf(code)
		r.Status, r.Again, r.AboutRecipient, r.AboutPair = notifier.Failed, fault.again, fault.number, fault.pair
		r.Detail = "Alibaba Cloud says " + code
		if fault.why != "" {
			r.Detail += ": " + fault.why
		}
	}
	return r
}

// fault is why an accepted message was not delivered.
type fault struct {
	why    string
	again  bool // it may pass
	number bool // no message reaches this number
	pair   bool // but another provider's may
}

// faultOf looks up what a carrier's receipt says. Source: help.aliyun.com, "Receipt error
// codes" (document 101347).
func faultOf(code string) fault {
	switch code {
	case "MOBILE_NOT_ON_SERVICE":
		return fault{why: "the phone is off or has no signal, or the number is not in use", again: true}
	case "MOBLLE_TERMINAL_ERROR", "MOBILE_TERMINAL_ERROR":
		return fault{why: "the phone cannot take it; its memory may be full", again: true}
	case "MOBILE_SEND_LIMIT":
		return fault{why: "the number got too many messages", again: true}
	case "SP_UNKNOWN_ERROR", "REQUEST_SUCCESS", "IS_CLOSE", "isp.SYSTEM_ERROR":
		return fault{why: "the carrier gave no reason", again: true}
	case "INVALID_NUMBER":
		return fault{why: "nobody has this number; correct phone of this contact", number: true}
	case "MOBILE_ACCOUNT_ABNORMAL":
		return fault{why: "the recipient's account at the carrier is suspended or moved", number: true}
	case "MOBILE_IN_BLACK", "isv.BLACK_KEY_CONTROL_LIMIT":
		return fault{why: "the number is on a list of those that want no messages; ask Alibaba Cloud to take it off", number: true}
	case "USER_REJECT":
		return fault{why: "the recipient has unsubscribed; ask Alibaba Cloud to take the number off its list", number: true}
	case "SP_NOT_BY_INTER_SMS":
		return fault{why: "the recipient's carrier takes no messages from abroad", number: true, pair: true}
	case "CONTENT_KEYWORD", "CONTENT_ERROR":
		return fault{why: "the carrier does not take a word of this text"}
	case "SIGNATURE_BLACKLIST":
		return fault{why: "the carrier does not take this signature; register it in the console"}
	case "NO_ROUTE":
		return fault{why: "there is no way to this number for messages of this kind"}
	}
	return fault{}
}
