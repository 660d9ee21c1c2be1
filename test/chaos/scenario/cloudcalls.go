package scenario

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/brimwatch/brimwatch/test/chaos/daemon"
	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

// cloudCalls are the calls by Alibaba Cloud: to numbers of China, each of which goes wrong in
// another way.
type cloudCalls struct {
	gate  *farside.Gate
	cloud *farside.Aliyun
	next  *farside.Provider // is asked where the cloud refuses
}

// cloudFates are what becomes of the request for a call by Alibaba Cloud, to one person each.
func cloudFates() []farside.Fate {
	return []farside.Fate{
		{}, {Way: farside.AcceptThenCut}, {Way: farside.AcceptThenFail, Status: http.StatusBadGateway},
		{Way: farside.Refuse, Status: http.StatusServiceUnavailable}, {Way: farside.Refuse, Status: http.StatusTooManyRequests, RetryAfter: "2"}, farside.Portal(),
	}
}

// cloudPhone is the number of one of those who are called by Alibaba Cloud, without +86.
func cloudPhone(i int) string { return fmt.Sprintf("1390000010%d", i) }

// addCloudCalls puts the provider, and the people that it calls, into the configuration.
func (w *World) addCloudCalls(r *daemon.Receiver, next *farside.Provider) (*cloudCalls, error) {
	cloud, err := farside.NewAliyun()
	if err != nil {
		return nil, err
	}
	c := &cloudCalls{farside.NewGate(cloud), cloud, next}
	w.closers = append(w.closers, c.gate.Close)
	url, err := w.serve(c.gate)
	if err != nil {
		return nil, err
	}
	w.config.Callers = append(w.config.Callers, daemon.Provider{
		"name": "cloud", "type": "aliyun", "access_key_id": farside.CloudKeyID, "access_key_secret": farside.CloudKeySecret, "base_url": url,
		"from": farside.VoiceNumber, "templates": map[string]string{"default": farside.VoiceTemplate}, "variables": map[string]string{"t1": "text1"},
	})
	for i := range cloudFates() {
		contact := daemon.Contact{Name: fmt.Sprintf("cloud%d", i), Phone: "+86" + cloudPhone(i)}
		w.config.Contacts = append(w.config.Contacts, contact)
		r.Voice = append(r.Voice, contact.Name)
	}
	return c, nil
}

// goWrong has each first request go wrong in its own way.
func (c *cloudCalls) goWrong() {
	fates := cloudFates()
	c.gate.Set(func(r *http.Request) farside.Fate {
		if !farside.AliyunCalls(r) {
			return farside.Fate{}
		}
		to := r.URL.Query().Get("CalledNumber") + farside.FormValue(r, "CalledNumber")
		for i := range fates {
			if to == cloudPhone(i) {
				return fates[i]
			}
		}
		return farside.Fate{}
	})
}

// made counts the calls to each of them, by the cloud or by the next provider.
func (c *cloudCalls) made() map[string]int {
	out := make(map[string]int)
	for _, one := range c.cloud.Calls() {
		out[one.To]++
	}
	for _, one := range c.next.Calls() {
		if to, ok := strings.CutPrefix(one.To, "+86"); ok {
			out[to]++
		}
	}
	return out
}

// called tells whether each of them was called.
func (c *cloudCalls) called() bool { return len(c.made()) >= len(cloudFates()) }

// judge counts them. The cloud finds no call again by our reference, so one that was in doubt,
// by its fate or by the kill, comes once more and is no fault. Where the cloud refuses, the next
// provider calls.
func (c *cloudCalls) judge(w *World) {
	got, wrong := c.made(), 0
	for _, one := range c.cloud.Calls() {
		if strings.Contains(strings.ToLower(one.Content), pages.ID(1)) {
			wrong++
		}
	}
	for i, f := range cloudFates() {
		n := got[cloudPhone(i)]
		w.count("calls to China where "+f.Name(), "1 or 2", n, n == 1 || n == 2)
	}
	w.count("calls to China about anything else", "0", wrong, wrong == 0)
}
