package spreadsheet

import (
	"math"
	"testing"
)

func TestText(t *testing.T) {
	for field, want := range map[string]string{"": "", "orders": "orders", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\tx": "'\tx", "a=b": "a=b", "订单": "订单"} {
		if got := Text(field); got != want {
			t.Errorf("%q becomes %q, want %q", field, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{{0, "0"}, {3612, "3612"}, {0.25, "0.25"}, {1e21, "1000000000000000000000"}, {math.NaN(), ""}, {math.Inf(-1), ""}} {
		if got := Number(c.v); got != c.want {
			t.Errorf("%v becomes %q, want %q", c.v, got, c.want)
		}
	}
}

func TestFileName(t *testing.T) {
	for name, want := range map[string]string{"mqtt-cn_1": "mqtt-cn_1", `a/b\"<c>`: "a_b___c_", "../x": "___x", "订": "_", "": ""} {
		if got := FileName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}
