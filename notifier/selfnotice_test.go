package notifier

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// selfDirectory has wei (in Chinese, and in two receivers), alice and a webhook.
func selfDirectory() *Directory {
	target := func(channel, name string, l words.Language) Target {
		return Target{Recipient: Recipient{Channel: channel, Name: channel + "/" + name, Display: name}, Language: l, Zone: time.UTC}
	}
	return NewDirectory(Entries{
		Receivers: map[string]Receiver{
			"oncall":   {Name: "oncall", Targets: []Target{target("sms", "wei", words.ZH), target("sms", "alice", words.EN), target("webhook", "oncall", words.EN)}},
			"managers": {Name: "managers", Targets: []Target{target("sms", "wei", words.ZH)}},
		},
		Contacts: []Contact{{Name: "alice", Phone: "+15005550001"}, {Name: "wei", Phone: "+8613800138000"}},
		Words:    Words{ExternalURL: "https://b"},
	})
}

func TestSelfNotices(t *testing.T) {
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	self := Self{
		Rule: DeliveryRule, Subject: "li", Code: "4D7R", Severity: alarm.Critical, Page: "/people", Advice: "Call li.",
		Text: fleet.Text{EN: "li cannot be reached.", ZH: "无法联系li。"}, To: []string{"managers", "oncall", "gone"},
	}
	list := SelfNotices(selfDirectory(), &self, nil, now)
	var got []string
	for _, n := range list {
		got = append(got, n.Receiver+" "+n.Recipient+" "+n.Text)
	}
	want := "managers sms/wei 4D7R 紧急 Brimwatch：无法联系li。|oncall sms/alice 4D7R CRITICAL Brimwatch: li cannot be reached.|oncall webhook/oncall "
	if strings.Join(got, "|") != want {
		t.Errorf("notices %q, want %q", got, want)
	}
	if got := list[1].Brief; got != "4D7R Brimwatch delivery" {
		t.Errorf("in a few words: %q", got)
	}
	if got := list[0].Brief; got != "4D7R Brimwatch 送达" {
		t.Errorf("in a few words in Chinese: %q", got)
	}
	drill := AskToAnswer(&Contact{Receivers: []string{"oncall"}, Recipient: "sms/alice"}, "4D7R")
	if got := SelfNotices(selfDirectory(), &drill, nil, now); len(got) != 1 || got[0].Brief != "drill: reply OK 4D7R" {
		t.Errorf("a drill in a few words: %+v", got)
	}
	hook := list[2].Alert
	if hook.Labels["alertname"] != "delivery" || hook.Labels["subject"] != "li" || hook.Annotations["summary"] != "li cannot be reached." ||
		hook.Annotations["description"] != "4D7R CRITICAL Brimwatch: li cannot be reached." || hook.GeneratorURL != "https://b/people" || hook.Resolved {
		t.Errorf("alert %+v", hook)
	}

	t.Run("the end has the same fingerprint and another ID", func(t *testing.T) {
		over := self
		over.Ended = true
		end := SelfNotices(selfDirectory(), &over, nil, now.Add(time.Hour))
		if end[2].Alert.Fingerprint != hook.Fingerprint || !end[2].Alert.Resolved || end[2].Alert.EndsAt.IsZero() || end[2].ID == list[2].ID || !Ends(end[2].Kind) {
			t.Errorf("the end: %+v", end[2])
		}
		if end[1].Text != "4D7R ENDED Brimwatch: li cannot be reached." {
			t.Errorf("text %q", end[1].Text)
		}
	})
	t.Run("only some of them", func(t *testing.T) {
		some := self
		some.Except = "sms/wei"
		if got := SelfNotices(selfDirectory(), &some, nil, now); len(got) != 2 || got[0].Recipient != "sms/alice" {
			t.Errorf("all but wei: %+v", got)
		}
		some.Except, some.Only = "", "sms/wei"
		if got := SelfNotices(selfDirectory(), &some, nil, now); len(got) != 1 || got[0].Recipient != "sms/wei" {
			t.Errorf("wei alone: %+v", got)
		}
	})
	t.Run("who is on call", func(t *testing.T) {
		d := NewDirectory(Entries{Receivers: map[string]Receiver{"rota": {Name: "rota", OnCall: []OnCall{daily()}}}})
		at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) // wei is, until 13:00
		some := self
		some.To = []string{"rota"}
		if got := SelfNotices(d, &some, nil, at); len(got) != 1 || got[0].Recipient != "sms/wei" {
			t.Errorf("on call: %+v", got)
		}
		some.Only = "sms/li"
		if got := SelfNotices(d, &some, nil, at); len(got) != 1 || got[0].Recipient != "sms/li" {
			t.Errorf("somebody who is not on call, about themselves: %+v", got)
		}
		lost := Unreachable(d, "rota", "sms/wei", "wei", "K7Q2 Orders", "21614: no mobile number")
		if got := SelfNotices(d, &lost, nil, at); len(got) != 1 || got[0].Recipient != "sms/li" {
			t.Errorf("who is on call cannot be reached: %+v", got)
		}
	})
	t.Run("silenced", func(t *testing.T) {
		s := []Silence{{ID: "sil_1", Matchers: map[string]string{"alertname": "delivery"}, Until: now.Add(time.Hour)}}
		if got := SelfNotices(selfDirectory(), &self, s, now); got[0].Hold != "silenced by sil_1" {
			t.Errorf("held: %q", got[0].Hold)
		}
	})
}

// TestSelfTexts holds what people are told of Brimwatch itself, in one segment each.
func TestSelfTexts(t *testing.T) {
	wei := Contact{Name: "wei", Phone: "+8613800138000", Recipient: "sms/wei", Receivers: []string{"oncall"}, Zone: time.FixedZone("CST", 8*3600)}
	name := wei
	name.Name = "王伟"
	asked := time.Date(2026, 11, 29, 18, 0, 0, 0, time.UTC) // the 30th in Shanghai
	reserve := Limits{ReserveCritical: 0.2}
	for _, tt := range []struct {
		name   string
		self   Self
		en, zh string
	}{
		{
			"daily test", DailyTest(&wei),
			"TEST Brimwatch runs and can reach you. Nothing is wrong. A day without this message means that something is.",
			"TEST Brimwatch 运行正常，可以联系到您。若某天没有收到此短信，说明系统有故障。",
		},
		{
			"drill", AskToAnswer(&wei, "4D7R"),
			"Brimwatch drill: reply OK 4D7R to show that alarms reach you at this number. Nothing is wrong.",
			"Brimwatch 演练：请回复 OK 4D7R，以确认此号码能收到告警。系统一切正常。",
		},
		{
			"not answered", NotAnswered(&wei, asked, nil),
			"4D7R WARNING Brimwatch: wei has not answered the drill of 30 Nov within a day. Is the number right, and are its messages read?",
			"4D7R 警告 Brimwatch：wei 一天内未回复11月30日的演练短信，请核实其号码…8000。",
		},
		{
			"not answered, with a name that GSM-7 cannot write", NotAnswered(&name, asked, nil),
			"4D7R WARNING Brimwatch: The contact with the number ..8000 has not answered the drill of 30 Nov within a day. Is the number right, and are its messages read?",
			"4D7R 警告 Brimwatch：王伟 一天内未回复11月30日的演练短信，请核实其号码…8000。",
		},
		{
			"a cap of the day", NearCap(Bound{CapDay, 0, 500}, 400, Limits{}),
			"4D7R WARNING Brimwatch: 400 of 500 (text messages of 24 hours) are used. Above the cap alarms are held.",
			"4D7R 警告 Brimwatch：24小时短信已用400/500，达到上限后告警将暂缓发送。",
		},
		{
			"a cap on money, with a reserve", NearCap(Bound{CapMoney, 0, 200_000_000}, 160_050_000, reserve),
			"4D7R WARNING Brimwatch: 160.05 of 200.00 (money for text messages of 30 days) are used. Above 160.00 only critical alarms are told at once.",
			"4D7R 警告 Brimwatch：30天短信费用已用160.05/200.00，超过160.00后仅紧急告警立即发送。",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.self.To, tt.self.Only, tt.self.Except, tt.self.Code = []string{"oncall"}, "", "", "4D7R"
			list := SelfNotices(selfDirectory(), &tt.self, nil, asked)
			if list[0].Text != tt.zh || list[1].Text != tt.en {
				t.Errorf("got\n%s\n%s\nwant\n%s\n%s", list[1].Text, list[0].Text, tt.en, tt.zh)
			}
			for _, text := range []string{tt.en, tt.zh} {
				if n, gsm := sms.Segments(text); n != 1 || gsm != (text == tt.en) {
					t.Errorf("%d segments (GSM-7 %v): %s", n, gsm, text)
				}
			}
		})
	}
}

func TestSelfCodes(t *testing.T) {
	for range 1000 {
		if code := NewSelfCode(); !IsSelfCode(code) {
			t.Fatalf("%s is no such code", code)
		}
	}
	for _, word := range []string{"K7Q2", "4D7", "4D7RR", "44AA", "OK", "0DAA"} {
		if IsSelfCode(word) {
			t.Errorf("%s is one", word)
		}
	}
}

func TestTail(t *testing.T) {
	for phone, want := range map[string]string{"+8613800138000": "…8000", "+4412345": "…", "": "…"} {
		if got := Tail(phone); got != want {
			t.Errorf("%s: %s, want %s", phone, got, want)
		}
	}
}

func TestContactByName(t *testing.T) {
	d := selfDirectory()
	for name, want := range map[string]bool{"alice": true, "wei": true, "bob": false, "": false} {
		if c, known := d.Contact(name); known != want || known && c.Name != name {
			t.Errorf("%q: %+v, %v", name, c, known)
		}
	}
}
