package contract

import (
	"maps"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier/sms"
)

// Data is what templates read. docs/receivers/http-sms.md describes it.
type Data struct {
	Number       string // +8613800138000
	NumberDigits string // 8613800138000
	Text         string
	Unicode      bool // the text needs UCS-2: it does not fit into the GSM alphabet
	Segments     int
	Repeat       bool   // the message may have arrived before; the text says so
	ID           string // of the message, the same each time it is sent
	ProviderID   string // the gateway's id; for receipts
	Code         string // of the gravest alarm: K7Q2
	Severity     string // of the gravest alarm: info, warning, critical
	Attempt      int
	Unix         int64 // now, in seconds since 1970
	UnixMilli    int64 // likewise, in milliseconds
	Since        int64 // for look-ups: seconds since 1970 when it was sent first at the earliest
	Secrets      map[string]string
}

// Complete fills in what follows from the rest.
func (c *Contract) Complete(d Data, now time.Time) Data {
	d.NumberDigits = strings.TrimPrefix(d.Number, "+")
	segments, gsm := sms.Segments(d.Text)
	d.Segments, d.Unicode = segments, !gsm
	d.Unix, d.UnixMilli = now.Unix(), now.UnixMilli()
	d.Secrets = c.secrets
	return d
}

// sample is a message that templates are tried with.
type sample struct {
	Data

	nasty bool // it holds what has to be escaped
}

// samples are messages as they may come: in both languages, a second time, and one that
// holds all signs that mean something in a URL, a form, JSON or XML.
func (c *Contract) samples() []sample {
	now := time.Unix(1796000000, 0)
	made := func(d Data) Data {
		d.Code, d.Severity, d.Attempt, d.Since = "K7Q2", "warning", 1, now.Unix()-3600
		return c.Complete(d, now)
	}
	english := made(Data{
		Number: "+4915112345678", Text: "K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%).",
		ID: "msg_2kq7c5nt3vb6ezh4aywmrx8d", ProviderID: "77231715575",
	})
	chinese := made(Data{
		Number: "+8613800138000", Text: "K7Q2 警告 订单：连接数3,612/5,000（72%）（可能重复）", Repeat: true,
		ID: "msg_7wq3c5nt3vb6ezh4aywmrx8d", ProviderID: "19112000001",
	})
	nasty := made(Data{
		Number: "+12025550123", Text: "a\"b'\\c&d=e+f#g?h/i%j;k<l>{m}\n\x7fn", ID: "msg_4xq3c5nt3vb6ezh4aywmrx8d", ProviderID: "1/2?3&4=5\"6",
	})
	nasty.Secrets = maps.Clone(nasty.Secrets)
	for name, value := range nasty.Secrets {
		nasty.Secrets[name] = value + `"\&=+#?/%<`
	}
	return []sample{{Data: english}, {Data: chinese}, {Data: nasty, nasty: true}}
}
