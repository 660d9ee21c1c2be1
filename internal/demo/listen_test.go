package demo

import (
	"testing"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// TestListen: whoever asks for a demo that others can see gets one; there is
// nothing in it to protect.
func TestListen(t *testing.T) {
	for listen, open := range map[string]bool{"127.0.0.1:9740": false, "0.0.0.0:9740": true, "[::]:9740": true} {
		t.Run(listen, func(t *testing.T) {
			w, err := newWorld(false, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := w.close(); err != nil {
					t.Error(err)
				}
			}()
			file, err := w.writeConfig(listen)
			if err != nil {
				t.Fatal(err)
			}
			s, err := config.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			if s.Server.Open != open {
				t.Errorf("open is %v", s.Server.Open)
			}
		})
	}
}

// TestLanguages: the demo's configuration has nothing that `check` would warn of, in either
// language.
func TestLanguages(t *testing.T) {
	for _, l := range []words.Language{words.EN, words.ZH} {
		t.Run(l.String(), func(t *testing.T) {
			w, err := newWorld(true, phrases.New().In(l))
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := w.close(); err != nil {
					t.Error(err)
				}
			}()
			file, err := w.writeConfig("127.0.0.1:9740")
			if err != nil {
				t.Fatal(err)
			}
			s, err := config.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, warning := range s.Warnings {
				t.Errorf("it is warned of: %v", warning)
			}
		})
	}
}
