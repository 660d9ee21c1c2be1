package server

import (
	"strings"
	"testing"
)

func TestRedis(t *testing.T) {
	s := Redis(t, "maxclients 7", "loglevel verbose")
	if strings.Contains(s.Output(), "Accepted") {
		t.Errorf("starting it made a connection:\n%s", s.Output())
	}
	if err := accepts(t.Context(), s.Addr); err != nil {
		t.Error(err)
	}
	s.Stop()
	if accepts(t.Context(), s.Addr) == nil {
		t.Error("the server answers although it was stopped")
	}
	s.Start()
	if err := accepts(t.Context(), s.Addr); err != nil {
		t.Errorf("after its restart: %v", err)
	}
}
