package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"time"

	"github.com/brimwatch/brimwatch/internal/web/chart"
)

// StaticPath begins the addresses of the style sheet, the scripts and the icon, which are the
// same for everybody.
const StaticPath = "/static/"

//go:embed static templates
var files embed.FS

// assets are the style sheets, scripts and icon, each under a name that changes with
// what it holds, so that browsers may keep them.
type assets map[string]asset

type asset struct {
	content []byte
	sum     string
}

func readAssets() (assets, error) {
	entries, err := fs.ReadDir(files, "static")
	if err != nil {
		return nil, fmt.Errorf("read the embedded static files: %w", err)
	}
	out := assets{"chart.css": newAsset(chart.Style())}
	for _, e := range entries {
		content, err := files.ReadFile(path.Join("static", e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the embedded static files: %w", err)
		}
		out[e.Name()] = newAsset(content)
	}
	return out, nil
}

func newAsset(content []byte) asset {
	sum := sha256.Sum256(content)
	return asset{content: content, sum: hex.EncodeToString(sum[:6])}
}

// url returns where the file called name is found.
func (a assets) url(name string) (string, error) {
	f, ok := a[name]
	if !ok {
		return "", fmt.Errorf("no static file %s", name)
	}
	return StaticPath + name + "?v=" + f.sum, nil
}

// ServeHTTP answers with the file that the path names.
func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	f, ok := a[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", `W/"`+f.sum+`"`) // compressed or not
	w.Header().Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == f.sum {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(f.content))
}
