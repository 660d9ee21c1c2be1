package links

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestReadList: what was signed is read, for as long as it holds, and is small.
func TestReadList(t *testing.T) {
	s := New()
	rapid.Check(t, func(t *rapid.T) {
		l := List{By: rapid.String().Draw(t, "by"), Expires: noon().Add(time.Duration(rapid.IntRange(1, 1e6).Draw(t, "left")) * time.Second)}
		for range rapid.IntRange(0, 5).Draw(t, "alarms") {
			l.Alarms = append(l.Alarms, Alarm{
				Code:     rapid.String().Draw(t, "code"),
				RaisedAt: noon().Add(-time.Duration(rapid.Int64Range(0, 1e12).Draw(t, "ago")) * time.Millisecond),
			})
		}
		token := s.ListToken(l)
		got, err := s.ReadList(token, noon())
		if diff := cmp.Diff(l, got); err != nil || diff != "" {
			t.Fatalf("%v (-want +got):\n%s", err, diff)
		}
		if _, err := s.ReadList(token, l.Expires); !IsExpired(err) {
			t.Fatalf("when it has expired: %v", err)
		}
		if _, err := s.Read(token, noon()); err == nil {
			t.Fatal("a list was read as a link of one alarm")
		}
	})
	hundred := List{By: "wei", Expires: noon()}
	for range 100 {
		hundred.Alarms = append(hundred.Alarms, Alarm{Code: "K7Q2", RaisedAt: noon()})
	}
	if n := len(s.ListToken(hundred)); n > 1700 {
		t.Errorf("a list of a hundred alarms takes %d signs", n)
	}
}

// TestForgedList: a list that is not as it was signed, bit by bit, allows nothing.
func TestForgedList(t *testing.T) {
	s := New()
	token := s.ListToken(List{By: "wei", Expires: noon().Add(time.Hour), Alarms: []Alarm{{Code: "K7Q2", RaisedAt: noon()}}})
	if _, err := s.ReadList(s.Token(Link{Code: "K7Q2", By: "wei", Expires: noon().Add(time.Hour)}), noon()); err == nil {
		t.Error("a link of one alarm was read as a list")
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			changed := append([]byte(nil), raw...)
			changed[i] ^= 1 << bit
			if l, err := s.ReadList(base64.RawURLEncoding.EncodeToString(changed), noon()); err == nil || IsExpired(err) {
				t.Fatalf("byte %d, bit %d: read %+v, %v", i, bit, l, err)
			}
		}
	}
}

// TestBrokenList: bytes that are signed and no list allow nothing.
func TestBrokenList(t *testing.T) {
	s := New()
	rapid.Check(t, func(t *rapid.T) {
		b := append([]byte{listVersion}, rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "bytes")...)
		_, _ = s.ReadList(base64.RawURLEncoding.EncodeToString(append(b, s.sign(b)...)), noon()) // it must not panic
	})
}
