package server

import (
	"net"
	"strings"
	"testing"
)

func TestMosquitto(t *testing.T) {
	s := Mosquitto(t, "max_connections 7")
	answers := func() bool { return accepts(t.Context(), s.Addr) == nil }
	if !answers() {
		t.Fatal("the broker does not answer although it was started")
	}
	s.Stop()
	if answers() {
		t.Error("the broker answers although it was stopped")
	}
	s.Start()
	if !answers() {
		t.Error("the broker does not answer after its restart")
	}
	s.Kill()
	s.Kill()
	if answers() {
		t.Error("the broker answers although it was killed")
	}
	if n := strings.Count(s.Output(), " running\n"); n != 2 {
		t.Errorf("the output of both runs says %d times that it runs:\n%s", n, s.Output())
	}
}

func TestStartByConnection(t *testing.T) {
	addr := FreeAddr(t)
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	s := Start(t, Program{Binary: "mosquitto", Package: "mosquitto", Args: []string{"-p", port}, Addr: addr})
	if err := accepts(t.Context(), s.Addr); err != nil {
		t.Error(err)
	}
}
