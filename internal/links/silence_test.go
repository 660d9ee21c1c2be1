package links

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func twoHours() Silence {
	return Silence{Instance: "mqtt-cn-0pp1abc", For: SilenceFor, Code: "K7Q2", By: "wei", Expires: noon().Add(Lifetime)}
}

// TestReadSilence: what was signed is read, for as long as it holds, and by nothing that reads
// another kind.
func TestReadSilence(t *testing.T) {
	s := New()
	rapid.Check(t, func(t *rapid.T) {
		l := Silence{
			Instance: rapid.StringN(1, 200, -1).Draw(t, "instance"), Code: rapid.String().Draw(t, "code"), By: rapid.String().Draw(t, "by"),
			For:     time.Duration(rapid.IntRange(1, 24*3600).Draw(t, "for")) * time.Second,
			Expires: noon().Add(time.Duration(rapid.IntRange(1, 1e6).Draw(t, "left")) * time.Second),
		}
		token, ok := strings.CutPrefix(s.SilenceAddress(l), SilencePath)
		got, err := s.ReadSilence(token, noon())
		if !ok || err != nil || got != l {
			t.Fatalf("read %+v, %v; want %+v", got, err, l)
		}
		if _, err := s.ReadSilence(token, l.Expires); !IsExpired(err) {
			t.Fatalf("when it has expired: %v", err)
		}
		if _, err := s.Read(token, noon()); err == nil {
			t.Fatal("a silence was read as a link")
		}
		if _, err := s.ReadList(token, noon()); err == nil {
			t.Fatal("a silence was read as a list")
		}
		if _, err := s.ReadPicture(token+PictureEnd, noon()); err == nil {
			t.Fatal("a silence was read as a picture")
		}
	})
}

// TestForgedSilence: what is not as it was signed, of another kind, or silences what nobody
// signs, silences nothing.
func TestForgedSilence(t *testing.T) {
	s := New()
	refuse := func(why, token string) {
		t.Helper()
		if l, err := s.ReadSilence(token, noon()); err == nil || IsExpired(err) {
			t.Errorf("%s: read %+v, %v", why, l, err)
		}
	}
	refuse("a link", s.Token(Link{Code: "K7Q2", By: "wei", Expires: noon().Add(time.Hour)}))
	refuse("a list", s.ListToken(List{By: "wei", Expires: noon().Add(time.Hour)}))
	refuse("a picture", s.pictureToken(aDay()))
	refuse("of another key", New().silenceToken(twoHours()))
	for why, change := range map[string]func(*Silence){
		"for no time": func(l *Silence) { l.For = 0 }, "backwards": func(l *Silence) { l.For = -time.Hour },
		"for too long": func(l *Silence) { l.For = LongestSilence + time.Second }, "of everything": func(l *Silence) { l.Instance = "" },
	} {
		l := twoHours()
		change(&l)
		refuse(why, s.silenceToken(l))
	}
	raw, err := base64.RawURLEncoding.DecodeString(s.silenceToken(twoHours()))
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			changed := append([]byte(nil), raw...)
			changed[i] ^= 1 << bit
			refuse("a bit is turned", base64.RawURLEncoding.EncodeToString(changed))
		}
		refuse("it is cut", base64.RawURLEncoding.EncodeToString(raw[:i]))
	}
	rapid.Check(t, func(t *rapid.T) {
		b := append([]byte{silenceVersion}, rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(t, "bytes")...)
		_, _ = s.ReadSilence(base64.RawURLEncoding.EncodeToString(append(b, s.sign(b)...)), noon()) // it must not panic
	})
}
