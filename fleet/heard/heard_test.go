package heard

import (
	"fmt"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFind(t *testing.T) {
	b := New(append(OfSilence(), Saying{"%d%% of %d", "%[2]d 的 %[1]d%%"}, Saying{"all 100%%", "全部 100%%"}))
	for _, tt := range []struct {
		name, english, want string
		known               bool
	}{
		{"alone", "connection refused", "连接被拒绝", true},
		{"with its place", "http://10.0.0.2:8888: connection refused, nothing listens there", "http://10.0.0.2:8888：连接被拒绝，该地址没有服务", true},
		{"with its place and cause", "redis://a:6379: the host name cannot be resolved: lookup a: no such host", "redis://a:6379：主机名无法解析（lookup a: no such host）", true},
		{"within another", "no answer within 10s: http://a: wait for the answer", "10s 内无应答：http://a：等待应答", true},
		{"of a metric", "connections: the source does not tell it", "连接数：数据源未提供", true},
		{"of several metrics", "connections: the source does not tell it; subscriptions: the page has no series x_subs", "连接数：数据源未提供；订阅数：页面没有指标 x_subs", true},
		{"two nodes", "1 of 2 nodes could not be read: http://a: connection refused, nothing listens there; a sum without them would be too low",
			"2 个节点中有 1 个无法读取：http://a：连接被拒绝，该地址没有服务；缺少它们的合计会偏低", true},
		{"a refusal of the cloud", "these keys may not call DescribeMetricLast (Forbidden.RAM): allow cms:QueryMetricLast (the policy AliyunCloudMonitorReadOnlyAccess holds it) to them in RAM",
			"该密钥无权调用 DescribeMetricLast（Forbidden.RAM）：请在 RAM 中授权 cms:QueryMetricLast（策略 AliyunCloudMonitorReadOnlyAccess 包含它）", true},
		{"what the cloud says", "the cloud refuses DescribeMetricLast (Odd): it is so", "云拒绝 DescribeMetricLast（Odd）：it is so", true},
		{"a count that failed", "subscriptions could not be counted: http://a: there is no page at this address (status 404): is the path of the url right, and are metrics turned on there?",
			"无法统计订阅数：http://a：该地址没有页面（状态 404）：url 的路径是否正确，那里是否开启了指标？", true},
		{"figures", "50% of 20", "20 的 50%", true},
		{"a percent sign", "all 100%", "全部 100%", true},
		{"no figure", "x% of 20", "x% of 20", false},
		{"an answer", "HTTP 503: try again", "HTTP 503: try again", false},
		{"nothing", "", "", false},
	} {
		if got, known := b.Find(tt.english, Plainly); got != tt.want || known != tt.known {
			t.Errorf("%s: %q, %v, want %q", tt.name, got, known, tt.want)
		}
	}
	if got, _ := b.Find(strings.Repeat("no answer within 1s: ", 60)+"x", Plainly); !strings.HasSuffix(got, "x") {
		t.Errorf("deep: %q", got)
	}
}

// TestEachIsFound: each saying is found by its own English, with something at its places.
func TestEachIsFound(t *testing.T) {
	list := OfSilence()
	b := New(list)
	seen := make(map[string]bool)
	for _, s := range list {
		if seen[s.English] {
			t.Errorf("%q is there twice", s.English)
		}
		seen[s.English] = true
		said := strings.NewReplacer("%%", "%", "%s", "Q7", "%v", "Q7", "%p", "http://a:80", "%d", "12").Replace(s.English)
		got, known := b.Find(said, Plainly)
		if !known || got == said || strings.Contains(got, "%!") || strings.Contains(got, "(MISSING)") {
			t.Errorf("%q becomes %q, %v", said, got, known)
		}
		if n := strings.Count(said, "Q7"); strings.Count(got, "Q7") != n {
			t.Errorf("%q loses what stands in it: %q", said, got)
		}
	}
}

// TestMatchFindsWhatIsThere: what a pattern finds in a text makes the text again.
func TestMatchFindsWhatIsThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ab:; ]{1,4}`)
		english := rapid.StringMatching(`[ab:; ]{0,3}`).Draw(t, "begins") + "%s" + word.Draw(t, "between") + "%v" + rapid.StringMatching(`[ab:; ]{0,3}`).Draw(t, "ends")
		p := patternOf(Saying{English: english, Chinese: "%s%s"})
		text := fmt.Sprintf(strings.ReplaceAll(english, "%v", "%s"), word.Draw(t, "first"), word.Draw(t, "second"))
		found, ok := p.match(text)
		if !ok {
			t.Fatalf("%q is not found in %q", english, text)
		}
		if got := fmt.Sprintf(strings.ReplaceAll(english, "%v", "%s"), found[0], found[1]); got != text {
			t.Errorf("%q in %q finds %q", english, text, found)
		}
	})
}
