package notifier

import (
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/heard"
)

// Unreachable is what others are told of a recipient who cannot be reached: the others
// of its receiver, or the fallback receivers where there is nobody else. name is how
// people know it, about the alarm that it should have been told of, why the reason in
// the words of the far side.
func Unreachable(d *Directory, receiver, recipient, name, about, why string) Self {
	short := why
	if before, _, some := strings.Cut(why, "; "); some {
		short = before
	}
	chinese, _ := d.entries.Words.Heard.Find(short, heard.Plainly)
	s := Self{
		Rule: DeliveryRule, Subject: recipient, Severity: alarm.Critical, Page: "/people", Except: recipient,
		Advice: why,
		Text: fleet.Text{
			EN: name + " was not told of " + about + ": " + short + ".",
			ZH: about + "未能通知" + name + "：" + chinese + "。",
		},
		To: []string{receiver},
	}
	if r, ok := d.Receiver(receiver); !ok || !hasOther(r, recipient) {
		s.To = d.Fallback()
	}
	return s
}

// NotEnded is what others are told of a webhook that left the configuration and refuses the
// ends of what it was told: they come without the secrets that it had.
func NotEnded(d *Directory, n *Notice, name, why string) Self {
	s := Unreachable(d, n.Receiver, "", name, "", why) // who has its place now is told, too
	s.Subject = n.Recipient
	s.Text = fleet.Text{
		EN: name + " left the configuration and refuses ends without its secret (" + n.Code + "). End what it has open by hand.",
		ZH: name + "已移出配置，缺密钥拒收恢复通知（" + n.Code + "），请手动关闭。",
	}
	return s
}

// Stopped is what others are told of a contact who texted STOP.
func Stopped(d *Directory, c *Contact) Self {
	s := Unreachable(d, c.Receivers[0], c.Recipient, c.Name, "", "")
	s.Advice = "Ask " + c.Name + " to text START."
	s.Text = fleet.Text{
		EN: c.Name + " texted STOP and gets no text messages any more. Ask for START.",
		ZH: c.Name + "已回复STOP，不再收到短信。请其回复START。",
	}
	return s
}

// WayFails is what people are told of a far side through which nothing leaves, by other
// ways: those of alarms.notify and of the fallback.
func WayFails(d *Directory, way, why string) Self {
	name := wayName(way)
	short, _, _ := strings.Cut(why, "; ")
	return Self{
		Rule: DeliveryRule, Subject: way, Severity: alarm.Critical, Page: "/notices", NotBy: way, To: wayReceivers(d), Advice: why,
		Text: fleet.Text{
			EN: "no notice leaves through " + name + ": " + short + ".",
			ZH: "无法通过" + name + "发送通知：" + short + "。",
		},
	}
}

// WayWorks is what they are told when it works again.
func WayWorks(d *Directory, way string) Self {
	name := wayName(way)
	return Self{
		Rule: DeliveryRule, Subject: way, Severity: alarm.Critical, Ended: true, Page: "/notices", NotBy: way, To: wayReceivers(d),
		Text: fleet.Text{EN: "notices leave through " + name + " again.", ZH: "已恢复通过" + name + "发送通知。"},
	}
}

// wayName is a way without the word for its kind: twilio, http://h:8080.
func wayName(way string) string {
	_, name, _ := strings.Cut(way, " ")
	return name
}

func wayReceivers(d *Directory) []string {
	return slices.Concat(d.entries.Default, d.Fallback())
}

// hasOther tells whether a receiver can tell another recipient, other than by a call.
func hasOther(r Receiver, recipient string) bool {
	return slices.ContainsFunc(r.Everybody(), func(t Target) bool {
		return t.Recipient.Channel != VoiceChannel && !samePhone(t.Recipient.Name, recipient)
	})
}

// samePhone tells whether two recipients are one, or are one contact that is called and gets
// text messages: who does not take a call is not the one to be told of that.
func samePhone(a, b string) bool {
	if a == b {
		return true
	}
	called, who, _ := strings.Cut(a, "/")
	other, by, _ := strings.Cut(b, "/")
	return who == by && (called == VoiceChannel && other == "sms" || called == "sms" && other == VoiceChannel)
}
