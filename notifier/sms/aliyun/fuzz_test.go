package aliyun_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/notifier"
)

// FuzzAnswers: whatever comes as an answer, a send is accepted only with Code OK.
func FuzzAnswers(f *testing.F) {
	for _, s := range []string{
		`{"Code":"OK","BizId":"900619746936498440^0"}`, `{"Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"触发天级流控Permits:10"}`, `null`, `{"code":7}`,
		`{"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":[{"OutId":"msg_2kq7","SendStatus":3,"Content":"x"}]}}`, `{"Code":"OK","TemplateContent":"${t1}","TemplateStatus":"1"}`,
	} {
		f.Add(200, s)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			return
		}
		o := options("http://dysmsapi.test")
		o.Transport = direct{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})}
		ch := newChannel(t, o)
		receipt, err := ch.Send(t.Context(), message(raiseText))
		if err == nil && (status > 299 || !strings.Contains(body, "OK") && !strings.Contains(body, `\u`)) {
			t.Errorf("status %d, %q was accepted as %+v", status, body, receipt)
		}
		if err == nil && receipt.Status != notifier.Accepted || err != nil && strings.ContainsAny(err.Error(), "\r\n") {
			t.Errorf("%+v, %v", receipt, err)
		}
		_, _, _ = ch.Find(t.Context(), aged(0))
		_, _ = ch.Track(t.Context(), track(notifier.Receipt{ProviderID: "1^0"}))
		_, _ = ch.Check(t.Context())
	})
}
