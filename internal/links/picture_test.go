package links

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// aDay is the picture of a day of connections.
func aDay() Picture {
	return Picture{
		Instance: "mqtt-cn-0pp1abc", Metric: "connections", From: noon().Add(-24 * time.Hour), To: noon(), Threshold: 0.7, Language: "zh",
		Expires: noon().Add(PictureLifetime),
	}
}

// TestReadPicture: what was signed is read, for as long as it holds, and by nothing that reads
// another kind.
func TestReadPicture(t *testing.T) {
	s := New()
	rapid.Check(t, func(t *rapid.T) {
		to := noon().Add(-time.Duration(rapid.IntRange(0, 1e8).Draw(t, "ago")) * time.Second)
		p := Picture{
			Instance: rapid.String().Draw(t, "instance"), Metric: rapid.String().Draw(t, "metric"), Language: rapid.String().Draw(t, "language"),
			From: to.Add(-time.Duration(rapid.IntRange(1, 366*24*3600).Draw(t, "length")) * time.Second), To: to,
			Threshold: float64(rapid.IntRange(0, 20_000).Draw(t, "threshold")) / 10_000,
			Expires:   noon().Add(time.Duration(rapid.IntRange(1, 1e6).Draw(t, "left")) * time.Second),
		}
		name, ok := strings.CutPrefix(s.PictureAddress(p), PicturePath)
		got, err := s.ReadPicture(name, noon())
		if !ok || err != nil || got != p {
			t.Fatalf("read %+v, %v; want %+v", got, err, p)
		}
		if late, err := s.ReadPicture(name, p.Expires); !IsExpired(err) || late != p {
			t.Fatalf("when it has expired: %+v, %v", late, err)
		}
		token := strings.TrimSuffix(name, PictureEnd)
		if _, err := s.Read(token, noon()); err == nil {
			t.Fatal("a picture was read as a link")
		}
		if _, err := s.ReadList(token, noon()); err == nil {
			t.Fatal("a picture was read as a list")
		}
	})
}

// TestPictureAddressIsShort: an address has to fit into messages of 4,096 bytes several times.
func TestPictureAddressIsShort(t *testing.T) {
	if n := len(New().PictureAddress(aDay())); n > 110 {
		t.Errorf("it has %d signs", n)
	}
}

// TestForgedPicture: what is not as it was signed, of another kind, or of a time that nobody
// signs, shows nothing.
func TestForgedPicture(t *testing.T) {
	s := New()
	refuse := func(why, name string) {
		t.Helper()
		if p, err := s.ReadPicture(name, noon()); err == nil || IsExpired(err) {
			t.Errorf("%s: read %+v, %v", why, p, err)
		}
	}
	token := s.pictureToken(aDay())
	refuse("without its end", token)
	refuse("with another end", token+".svg")
	refuse("with nothing else", PictureEnd)
	refuse("a link", s.Token(Link{Code: "K7Q2", By: "wei", Expires: noon().Add(time.Hour)})+PictureEnd)
	refuse("a list", s.ListToken(List{By: "wei", Expires: noon().Add(time.Hour)})+PictureEnd)
	refuse("of another key", New().pictureToken(aDay())+PictureEnd)
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			changed := append([]byte(nil), raw...)
			changed[i] ^= 1 << bit
			refuse("a bit is turned", base64.RawURLEncoding.EncodeToString(changed)+PictureEnd)
		}
		refuse("it is cut", base64.RawURLEncoding.EncodeToString(raw[:i])+PictureEnd)
	}
	for why, change := range map[string]func(*Picture){
		"backwards":           func(p *Picture) { p.From, p.To = p.To, p.From },
		"of no time":          func(p *Picture) { p.From = p.To },
		"of more than a year": func(p *Picture) { p.From = p.To.Add(-LongestPicture - time.Second) },
	} {
		p := aDay()
		change(&p)
		refuse(why, s.pictureToken(p)+PictureEnd)
	}
}

// TestBrokenPicture: bytes that are signed and no picture show nothing.
func TestBrokenPicture(t *testing.T) {
	s := New()
	rapid.Check(t, func(t *rapid.T) {
		b := append([]byte{pictureVersion}, rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(t, "bytes")...)
		_, _ = s.ReadPicture(base64.RawURLEncoding.EncodeToString(append(b, s.sign(b)...))+PictureEnd, noon()) // it must not panic
	})
}

// FuzzReadPicture: whatever somebody puts behind the path is refused.
func FuzzReadPicture(f *testing.F) {
	s := New()
	f.Add("")
	f.Add(".png")
	f.Add(s.Token(Link{Code: "K7Q2", By: "wei"}) + PictureEnd)
	f.Fuzz(func(t *testing.T, name string) {
		if p, err := s.ReadPicture(name, noon()); err == nil {
			t.Errorf("%q shows %+v", name, p)
		}
	})
}
