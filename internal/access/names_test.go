package access

import (
	"net/netip"
	"testing"
)

func TestNames(t *testing.T) {
	const listen, external = "10.0.0.5:9740", "https://Brimwatch.example.com:8443/monitor"
	hosts := []string{"brim.lan", "UPPER.lan.", "192.168.1.7", "fd00::7", "[fd00::8]"}
	for _, tt := range []struct {
		name, host, arrived string
		want                bool
	}{
		{"server.listen", "10.0.0.5:9740", "10.0.0.5", true},
		{"server.listen through a forwarded port", "10.0.0.5:80", "172.17.0.2", true},
		{"server.external_url", "brimwatch.example.com", "10.0.0.5", true},
		{"with a port", "brimwatch.example.com:8443", "10.0.0.5", true},
		{"in capitals, with a dot at the end", "BRIMWATCH.example.COM.:8443", "10.0.0.5", true},
		{"an entry of server.hosts", "brim.lan:9740", "10.0.0.5", true},
		{"an entry that was written in capitals with a dot", "upper.lan", "10.0.0.5", true},
		{"an address of server.hosts", "192.168.1.7:9740", "10.0.0.5", true},
		{"an IPv6 address of server.hosts", "[fd00::7]:9740", "10.0.0.5", true},
		{"the same written otherwise", "[FD00:0:0::0007]", "10.0.0.5", true},
		{"one that was written in brackets", "[fd00::8]:9740", "10.0.0.5", true},
		{"localhost", "localhost:9740", "127.0.0.1", true},
		{"below localhost", "brim.localhost:9740", "127.0.0.1", true},
		{"127.0.0.1", "127.0.0.1", "127.0.0.1", true},
		{"another loopback address", "127.1.2.3:9740", "127.0.0.1", true},
		{"::1", "[::1]:9740", "::1", true},
		{"IPv4 in IPv6", "[::ffff:127.0.0.1]:9740", "127.0.0.1", true},
		{"the address it arrived at", "172.17.0.2:9740", "172.17.0.2", true},
		{"the IPv6 address it arrived at", "[2001:db8::2]:9740", "2001:db8::2", true},
		{"no host, as by HTTP/1.0", "", "10.0.0.5", true},

		{"a page's own name", "evil.test", "127.0.0.1", false},
		{"with our port", "evil.test:9740", "127.0.0.1", false},
		{"below our name", "x.brimwatch.example.com", "10.0.0.5", false},
		{"above our name", "example.com", "10.0.0.5", false},
		{"that ends like ours", "evilbrimwatch.example.com", "10.0.0.5", false},
		{"that begins like localhost", "localhost.evil.test", "127.0.0.1", false},
		{"that ends like localhost", "evillocalhost", "127.0.0.1", false},
		{"that begins like an address", "127.0.0.1.evil.test", "127.0.0.1", false},
		{"another address", "10.0.0.6:9740", "10.0.0.5", false},
		{"every address", "0.0.0.0:9740", "127.0.0.1", false},
		{"a name where a port belongs", "evil.test:localhost", "127.0.0.1", false},
		{"what follows brackets", "[::1]evil.test", "127.0.0.1", false},
		{"brackets that do not close", "[::1", "127.0.0.1", false},
		{"a name in brackets", "[localhost]", "127.0.0.1", false},
		{"a user before it", "localhost@evil.test", "127.0.0.1", false},
		{"a dot", ".", "127.0.0.1", false},
		{"a port alone", ":9740", "127.0.0.1", false},
		{"two names", "localhost,evil.test", "127.0.0.1", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := newNames(listen, external, hosts)
			if got := n.take(tt.host, netip.MustParseAddr(tt.arrived)); got != tt.want {
				t.Errorf("take(%q) = %v", tt.host, got)
			}
		})
	}
}

// TestListenEverywhere: where server.listen names no address, none follows from it.
func TestListenEverywhere(t *testing.T) {
	for _, listen := range []string{":9740", "0.0.0.0:9740", "[::]:9740"} {
		n := newNames(listen, "", nil)
		if n.take("evil.test", netip.MustParseAddr("10.0.0.5")) || n.take("10.0.0.6", netip.MustParseAddr("10.0.0.5")) {
			t.Errorf("listening on %s, anybody's name is taken", listen)
		}
		if !n.take("10.0.0.5", netip.MustParseAddr("10.0.0.5")) {
			t.Errorf("listening on %s, the address it arrived at is refused", listen)
		}
	}
	if n := newNames("0.0.0.0:9740", "", nil); !n.take("0.0.0.0:9740", netip.MustParseAddr("127.0.0.1")) {
		t.Error("what server.listen says by the letter is refused")
	}
}

func TestLoopback(t *testing.T) {
	for listen, want := range map[string]bool{
		"127.0.0.1:9740": true, "127.9.9.9:0": true, "[::1]:9740": true, "localhost:9740": true, "LOCALHOST.:9740": true, "[::ffff:127.0.0.1]:1": true,
		":9740": false, "0.0.0.0:9740": false, "[::]:9740": false, "10.0.0.5:9740": false, "brim.lan:9740": false, "localhost.lan:9740": false, "": false,
	} {
		if got := Loopback(listen); got != want {
			t.Errorf("Loopback(%q) = %v", listen, got)
		}
	}
}

func TestCheckHost(t *testing.T) {
	for host, want := range map[string]string{
		"brimwatch.example.com":     "",
		"brimwatch.example.com.":    "",
		"brim_watch-1":              "",
		"xn--fiqs8s.example":        "",
		"10.0.0.5":                  "",
		"fd00::5":                   "",
		"[fd00::5]":                 "",
		"":                          "this names no host",
		"https://brim.lan":          "a name alone is wanted here, such as brimwatch.example.com, without http:// and path",
		"brim.lan/monitor":          "a name alone is wanted here, such as brimwatch.example.com, without http:// and path",
		"*.example.com":             "each name is written out; * stands for nothing here",
		"*":                         "each name is written out; * stands for nothing here",
		"brim.lan:9740":             "a name stands here without a port; it is good for every port",
		"10.0.0.5:9740":             "a name stands here without a port; it is good for every port",
		"监控.example":                "write the name as browsers send it, in ASCII: xn--…",
		"brim lan":                  "this is no name of a host; one looks like brimwatch.example.com",
		".brim.lan":                 "this is no name of a host; one looks like brimwatch.example.com",
		"brim..lan":                 "this is no name of a host; one looks like brimwatch.example.com",
		"brim.lan\nX-Injected: yes": "a name stands here without a port; it is good for every port",
		"fe80::1%eth0":              "a name stands here without a port; it is good for every port",
		"[fd00::5]:9740":            "a name stands here without a port; it is good for every port",
	} {
		got := ""
		if err := CheckHost(host); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("CheckHost(%q) = %q, want %q", host, got, want)
		}
		// What may be written must be found again, however it is asked for.
		if name, _ := canonical(host); got == "" && !newNames("", "", []string{host}).take(name, netip.Addr{}) {
			t.Errorf("%q is taken into the list, and requests by it are refused", host)
		}
	}
}

// FuzzNames: whatever stands before it, a name below evil.test is refused.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{"", "[::1]", "[::1]:", "127.0.0.1:", "localhost", "localhost:80", "brimwatch.example.com:", "[::1%25", "::1", "[]", "%", "\x00"} {
		f.Add(seed)
	}
	n := newNames("0.0.0.0:9740", "https://brimwatch.example.com", []string{"brim.lan"})
	f.Fuzz(func(t *testing.T, before string) {
		for _, host := range []string{before + "evil.test", before + ".evil.test", before + ".evil.test:9740", before + ".evil.test."} {
			if n.take(host, netip.MustParseAddr("127.0.0.1")) {
				t.Errorf("%q is taken", host)
			}
		}
	})
}
