package aliyun

import (
	"strings"
	"testing"
)

func TestOptions(t *testing.T) {
	a := newTestAccount(t, "")
	good := CollectorOptions{Account: a, Region: "cn-hangzhou", Kind: MQTT, Instances: []string{"a"}}
	for _, tt := range []struct {
		name   string
		change func(*CollectorOptions)
		want   string // in the error; "" is none
	}{
		{"complete", func(*CollectorOptions) {}, ""},
		{"no account", func(o *CollectorOptions) { o.Account = nil }, "needs an account"},
		{"no kind", func(o *CollectorOptions) { o.Kind = 0 }, "needs a kind"},
		{"no such kind", func(o *CollectorOptions) { o.Kind = numKinds + 1 }, "needs a kind"},
		{"no region", func(o *CollectorOptions) { o.Region = "" }, "region"},
		{"a region that leads elsewhere", func(o *CollectorOptions) { o.Region = "x.evil.example/" }, "region"},
		{"no instances", func(o *CollectorOptions) { o.Instances = nil }, "1 to 50 instances, not 0"},
		{"too many instances", func(o *CollectorOptions) { o.Instances = make([]string, 51) }, "not 51"},
		{"an empty id", func(o *CollectorOptions) { o.Instances = []string{"a", ""} }, "needs an id"},
		{"an id twice", func(o *CollectorOptions) { o.Instances = []string{"a", "b", "a"} }, "named once"},
		{"capacities of others", func(o *CollectorOptions) { o.MessageTPS = []float64{1, 2} }, "as many capacities"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := good
			tt.change(&o)
			c, err := New(o)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if c != nil {
				_ = c.Close()
			}
		})
	}
	if load := a.load(); load != 0 {
		t.Errorf("closed Collectors still want %v calls a second", load)
	}
}
