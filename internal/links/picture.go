package links

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strings"
	"time"
)

// PicturePath begins the addresses of pictures, and PictureEnd ends them: chats tell a
// picture by the end of its address.
const (
	PicturePath = "/c/"
	PictureEnd  = ".png"
)

// PictureLifetime is how long the picture of a notice may be fetched. Chats fetch it once and
// keep it; who looks into an old message a few days later still finds it.
const PictureLifetime = 7 * 24 * time.Hour

// LongestPicture is how long a time a picture may show.
const LongestPicture = 366 * 24 * time.Hour

// Picture is what an address shows to whoever has it: the chart of one metric of one instance
// over a time that does not change.
type Picture struct {
	Instance  string // its ID
	Metric    string // its name: connections
	From, To  time.Time
	Threshold float64 // as a share, to a hundredth of a percent; 0 is none
	Language  string  // of the reader: en, zh
	Expires   time.Time
}

// pictureVersion is the first byte of a token of a picture.
const pictureVersion = 3

// pictureShares is what a threshold of 100 % is written as.
const pictureShares = 10_000

// PictureAddress is the path at which a picture is found.
func (s *Signer) PictureAddress(p Picture) string {
	return PicturePath + s.pictureToken(p) + PictureEnd
}

// pictureToken writes a picture: a byte for the layout, its times in seconds, threshold and
// texts, and a signature of all that.
func (s *Signer) pictureToken(p Picture) string {
	b := []byte{pictureVersion}
	for _, t := range []time.Time{p.Expires, p.From, p.To} {
		b = binary.AppendVarint(b, t.Unix())
	}
	b = binary.AppendVarint(b, int64(math.Round(p.Threshold*pictureShares)))
	for _, text := range []string{p.Instance, p.Metric, p.Language} {
		b = appendText(b, text)
	}
	return base64.RawURLEncoding.EncodeToString(append(b, s.sign(b)...))
}

// ReadPicture returns what the last part of an address shows at a moment. What is expired is
// returned with the error that says so.
func (s *Signer) ReadPicture(name string, now time.Time) (Picture, error) {
	token, ok := strings.CutSuffix(name, PictureEnd)
	if !ok {
		return Picture{}, errForged
	}
	b, err := s.signed(token, pictureVersion)
	if err != nil {
		return Picture{}, err
	}
	r := tokenReader{rest: b}
	p := Picture{Expires: r.moment(), From: r.moment(), To: r.moment(), Threshold: float64(r.number()) / pictureShares}
	p.Instance, p.Metric, p.Language = r.text(), r.text(), r.text()
	switch {
	case r.broken || len(r.rest) > 0:
		return Picture{}, errForged
	case !p.From.Before(p.To) || p.To.Sub(p.From) > LongestPicture:
		return Picture{}, errForged
	case !now.Before(p.Expires):
		return p, errExpired
	}
	return p, nil
}
