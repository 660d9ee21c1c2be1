package aliyun_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/demo/cloud"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/notifier/sms/template"
	"github.com/brimwatch/brimwatch/notifier/voice/aliyun"
)

func TestSend(t *testing.T) {
	r := newRig(t, cloud.Voice{})
	got, err := r.Send(t.Context(), message(spoken))
	if err != nil {
		t.Fatal(err)
	}
	made := r.made()
	if len(made) != 1 || made[0].Content != arrives || made[0].To != "13800138000" || made[0].From != "" || made[0].PlayTimes != 2 {
		t.Fatalf("the cloud called %+v", made)
	}
	if want := (notifier.Receipt{ProviderID: made[0].CallID, Status: notifier.Accepted, Detail: "Alibaba Cloud took it (OutId " + made[0].OutID + ")"}); got != want {
		t.Errorf("receipt %+v, want %+v", got, want)
	}
}

// TestOwnReference: each attempt at a message has the same, and each message its own.
func TestOwnReference(t *testing.T) {
	r := newRig(t, cloud.Voice{})
	first, again, other := message(spoken), message(spoken), message(spoken)
	again.Attempt, again.Recipient.Address = 2, "+8613900139000"
	other.ID, other.Recipient.Address = "msg_other", "+8613700137000"
	for _, m := range []notifier.Message{first, again, other} {
		if _, err := r.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if made := r.made(); made[0].OutID == "" || made[0].OutID != made[1].OutID || made[0].OutID == made[2].OutID {
		t.Errorf("references %s, %s, %s", made[0].OutID, made[1].OutID, made[2].OutID)
	}
}

// TestWhatIsRead goes through texts as they are read on the telephone.
func TestWhatIsRead(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		change     func(*notifier.Message)
		want       string
	}{
		{"one clause", "测试", nil, "您好，测试。详情，无。请查看短信，并在网页上确认告警。"},
		{"several alarms, perhaps once more", "告警，代码 K。", func(m *notifier.Message) {
			m.Notices = append(m.Notices, notifier.Notice{Code: "A"}, notifier.Notice{Code: "B"})
			m.InDoubt = true
		}, "您好，告警，代码 K。详情，另有两个告警。此电话可能重复。请查看短信，并在网页上确认告警。"},
		{"a link, an address and signs", "见 https://h.example.com/x#1 与 10.0.0.7：a/b_c%。", nil, "您好，见 网页 与 一零点零点零点七。详情，a b c。请查看短信，并在网页上确认告警。"},
		{"English", "This is Brimwatch. Orders (east): 97 percent, http://h/x.", nil, "您好，This is Brimwatch. Orders。详情，east, 97 percent, the page。请查看短信，并在网页上确认告警。"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, m := newRig(t, cloud.Voice{}), message(tt.text)
			if tt.change != nil {
				tt.change(&m)
			}
			if _, err := r.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			if got := r.made()[0].Content; got != tt.want {
				t.Errorf("read is\n%s, want\n%s", got, tt.want)
			}
		})
	}
}

// TestAnyTextIsTaken: the cloud takes each text, however long and whatever is in it.
func TestAnyTextIsTaken(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := "告警 " + rapid.String().Draw(rt, "text") + strings.Repeat("，"+rapid.StringMatching(`[a-z0-9.:/-]{0,20}`).Draw(rt, "name"), rapid.IntRange(0, 40).Draw(rt, "times"))
		r := newRig(t, cloud.Voice{})
		if _, err := r.Send(t.Context(), message(text)); err != nil {
			rt.Fatalf("%q: %v", text, err)
		}
	})
}

// TestVariables: templates of numbers of one's own may have more, and hold code and severity.
func TestVariables(t *testing.T) {
	r := newRig(t, cloud.Voice{Numbers: []string{"057112345678"}, Templates: []cloud.VoiceTemplate{
		{Code: "TTS_1", Content: "${level}告警，代码${no}，${what}，详情，${more}。", Approved: true, Dedicated: true},
		{Code: "TTS_2", Content: "到期提醒，${level}，${no}，${what}，${more}。", Approved: true, Dedicated: true},
	}}, func(o *aliyun.Options) {
		o.From, o.Templates.ByRule = "057112345678", map[string]string{"expiry": "TTS_2"}
		o.Templates.Variables = []template.Variable{{Name: "level", Field: "severity"}, {Name: "no", Field: "code"}, {Name: "what", Field: "text1"}, {Name: "more", Field: "text2"}}
	})
	expiry := message("实例Orders到期。")
	expiry.Notices[0].Rule, expiry.Recipient.Address = alarm.Expiry, "+865711234567"
	for _, m := range []notifier.Message{message("实例Orders连接数百分之97。"), expiry} {
		if _, err := r.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	made := r.made()
	want := []string{"057112345678 13800138000 紧急告警，代码K，七，Q，二，实例Orders连接数百分之九十七，详情，无。", "057112345678 05711234567 到期提醒，紧急，K，七，Q，二，实例Orders到期，无。"}
	if diff := cmp.Diff(want, []string{made[0].From + " " + made[0].To + " " + made[0].Content, made[1].From + " " + made[1].To + " " + made[1].Content}); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestRefusals goes through what the cloud refuses, against a cloud that does.
func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		name    string
		account func(*cloud.Voice)
		options func(*aliyun.Options)
		phone   string
		want    channeltest.Outcome
		wait    time.Duration
		says    string
	}{
		{"no money", func(v *cloud.Voice) { v.NoMoney = true }, nil, "", channeltest.NotBefore, 5 * time.Minute, "add funds"},
		{"another template", nil, func(o *aliyun.Options) { o.Templates.Default = "TTS_9" }, "", channeltest.NotBefore, 5 * time.Minute, "correct templates or from"},
		{"another number", nil, func(o *aliyun.Options) { o.From = "05710" }, "", channeltest.NotBefore, 5 * time.Minute, "from is not a number"},
		{"a variable that is not filled", func(v *cloud.Voice) { v.Templates[0].Content = "${t1}，另有${x}。" }, nil, "", channeltest.NotBefore, 5 * time.Minute, "variables that are not filled"},
		{"a second call within a minute", func(v *cloud.Voice) { v.Calls = calls(1, 20*time.Second) }, nil, "", channeltest.NotBefore, time.Minute, "one in a minute"},
		{"a sixth call within an hour", func(v *cloud.Voice) { v.Calls = calls(5, 2*time.Minute) }, nil, "", channeltest.NotBefore, time.Hour, "5 in an hour"},
		{"no number", nil, nil, "+8612", channeltest.Never, 0, "mainland China only"},
		{"a number of another country", nil, nil, "+85260000000", channeltest.Never, 0, "through another provider"},
		{"a number nobody can have", nil, nil, "+86123456789012", channeltest.Never, 0, "correct phone"},
		{"a key nobody knows", nil, func(o *aliyun.Options) { o.AccessKeyID = "LTAI-other" }, "", channeltest.NotBefore, 5 * time.Minute, "correct access_key_id"},
		{"another secret", nil, func(o *aliyun.Options) { o.AccessKeySecret = "another-one" }, "", channeltest.NotBefore, 5 * time.Minute, "does not belong"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var change []func(*aliyun.Options)
			if tt.options != nil {
				change = append(change, tt.options)
			}
			r, m := newRig(t, cloud.Voice{}, change...), message(spoken)
			if tt.account != nil {
				r.change(tt.account)
			}
			if tt.phone != "" {
				m.Recipient.Address = tt.phone
			}
			_, err := r.Send(t.Context(), m)
			wait, _ := notifier.RetryAfter(err)
			if channeltest.OutcomeOf(err) != tt.want || wait != tt.wait || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v after %s", err, wait)
			}
			if tt.want == channeltest.Never && !notifier.IsAboutRecipient(err) {
				t.Errorf("not about the number: %v", err)
			}
		})
	}
}

// calls are calls to wei that were made a while ago.
func calls(n int, apart time.Duration) []cloud.VoiceCall {
	out := make([]cloud.VoiceCall, n)
	for i := range out {
		out[i] = cloud.VoiceCall{To: "13800138000", At: time.Now().Add(-time.Duration(n-i) * apart)}
	}
	return out
}

// TestInDoubt: nobody can be asked about a call that was given no id, and what is said of it names
// our own reference.
func TestInDoubt(t *testing.T) {
	r := newRig(t, cloud.Voice{})
	r.SetFault(cloud.SingleCallByTts, cloud.Fault{Answer: cloud.AnswerCut, Times: 1})
	_, err := r.Send(t.Context(), message(spoken))
	if !notifier.IsUnknown(err) || !strings.Contains(err.Error(), "OutId "+r.made()[0].OutID) || strings.Contains(err.Error(), "looked up") {
		t.Errorf("%v", err)
	}
	if _, found, err := r.Find(t.Context(), message(spoken)); found || !notifier.IsUndecidable(err) {
		t.Errorf("found %t, %v", found, err)
	}
}

// TestTrack goes through how a call may end.
func TestTrack(t *testing.T) {
	for _, tt := range []struct {
		state string
		want  notifier.Receipt
	}{
		{"200000", notifier.Receipt{Status: notifier.Delivered, Detail: "the call was taken and heard to its end"}},
		{"200001", notifier.Receipt{Status: notifier.Delivered, Detail: "the call was taken, and hung up before its end"}},
		{"200002", notifier.Receipt{Status: notifier.Failed, Again: true, AboutRecipient: true, Detail: "the line was busy"}},
		{"200003", notifier.Receipt{Status: notifier.Failed, Again: true, AboutRecipient: true, Detail: "nobody took the call"}},
		{"200005", notifier.Receipt{Status: notifier.Failed, Again: true, AboutRecipient: true, Detail: "the call was declined, or blocked on the phone as a nuisance"}},
		{"200010", notifier.Receipt{Status: notifier.Failed, Again: true, AboutRecipient: true, Detail: "the phone is off"}},
		{"200004", notifier.Receipt{Status: notifier.Failed, AboutRecipient: true, Detail: "nobody has this number; correct phone of this contact"}},
		{"200119", notifier.Receipt{Status: notifier.Failed, Again: true, Detail: "the carrier did not put the call through"}},
		{"200118", notifier.Receipt{Status: notifier.Failed, Detail: "the carrier puts no calls through at this time of day"}},
		{"299999", notifier.Receipt{Status: notifier.Accepted, Detail: "Alibaba Cloud says 299999"}},
	} {
		t.Run(tt.state, func(t *testing.T) {
			r := newRig(t, cloud.Voice{Ends: map[string]string{"13800138000": tt.state}})
			sent, err := r.Send(t.Context(), message(spoken))
			if err != nil {
				t.Fatal(err)
			}
			tt.want.ProviderID = sent.ProviderID
			if got, err := r.Track(t.Context(), track(sent)); err != nil || got != tt.want {
				t.Errorf("%+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
}

// TestTrackWaits: the cloud knows it late, and by the day of the call, which may be over when it
// is asked.
func TestTrackWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		<-time.After(15*time.Hour + 59*time.Minute + 30*time.Second) // 23:59:30 in Beijing
		r := newRig(t, cloud.Voice{DetailsAfter: 4 * time.Minute})
		sent, err := r.Send(t.Context(), message(spoken))
		if err != nil {
			t.Fatal(err)
		}
		asked := track(sent)
		asked.At = asked.At.Add(time.Minute) // our clock is ahead: it is tomorrow there
		for _, want := range []notifier.ReceiptStatus{notifier.Accepted, notifier.Accepted, notifier.Delivered} {
			if got, err := r.Track(t.Context(), asked); err != nil || got.Status != want || got.ProviderID != sent.ProviderID {
				t.Errorf("%+v, %v, want %s", got, err, want)
			}
			<-time.After(3 * time.Minute)
		}
	})
}

// TestTrackRefused: keys without the right to ask say which one they lack, and an id that is none asks nothing.
func TestTrackRefused(t *testing.T) {
	r := newRig(t, cloud.Voice{})
	r.Change(func(a []*cloud.Account) { a[0].Keys[0].Denied = []cloud.Operation{cloud.QueryCallDetail} })
	if _, err := r.Track(t.Context(), track(notifier.Receipt{ProviderID: "1^0"})); err == nil || !strings.Contains(err.Error(), "dyvms:QueryCallDetailByCallId") {
		t.Errorf("%v", err)
	}
	if _, err := r.Track(t.Context(), track(notifier.Receipt{ProviderID: "x"})); !notifier.IsPermanent(err) {
		t.Errorf("%v", err)
	}
}

func TestOptions(t *testing.T) {
	_, err := aliyun.New(aliyun.Options{BaseURL: "http://h/path", Templates: template.Set{Variables: []template.Variable{{Name: "x", Field: "code"}}}})
	for _, want := range []string{"access_key_id", "templates: default", "variables: no variable holds the text", "path"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v says nothing of %s", err, want)
		}
	}
}
