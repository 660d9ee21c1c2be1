package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/test/server"
)

// TestInitAsksThreeQuestions types the answers, a wrong one among them, beside a real Redis.
func TestInitAsksThreeQuestions(t *testing.T) {
	cache := server.Redis(t)
	file := filepath.Join(t.TempDir(), "brimwatch.yml")
	s := onScreen(t, nil, "init", file, "--no-look")
	s.until("What is to be watched?")
	s.press("redis=redis://" + cache.Addr + "\n")
	s.until("Who is told?")
	s.press("13800138000\n")
	s.until("begins with + and the country")
	s.until("Who is told?")
	s.press("https://hooks.example.com/x\n")
	s.until("Until when may it be used?")
	s.press("2099-06-30\n")
	s.until("wrote ")
	s.until("is fine: 1 instance, 0 contacts, 1 receiver")
	s.end(0)
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), "redis://"+cache.Addr) || !strings.Contains(string(text), "2099-06-30") {
		t.Errorf("%v\n%s", err, text)
	}

	// What answers there is known without a type; and what it wrote can be read.
	other := filepath.Join(t.TempDir(), "other.yml")
	s = onScreen(t, nil, "init", other, "--watch", "redis://"+cache.Addr, "--tell", "none", "--until", "none")
	s.until("Redis ")
	s.until("is fine: 1 instance")
	s.end(0)
	s = onScreen(t, nil, "check", "--probe", other)
	s.until("connections")
	s.until("is fine: 1 instance")
	s.end(0)
}

// TestInitWritesNothingWithoutAnAnswer: the end of what is typed is none, and neither is Ctrl-C.
func TestInitWritesNothingWithoutAnAnswer(t *testing.T) {
	for name, key := range map[string]string{"Ctrl-D": "\x04", "Ctrl-C": "\x03"} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "brimwatch.yml")
			s := onScreen(t, nil, "init", file, "--no-look")
			s.until("What is to be watched?")
			s.press(key)
			s.until("it was not answered, and nothing was written")
			s.end(1)
			if _, err := os.Stat(file); err == nil {
				t.Error("a file was written")
			}
		})
	}
}
