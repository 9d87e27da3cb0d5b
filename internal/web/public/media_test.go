package public_test

import (
	"bufio"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidings/internal/web"
)

func TestMedia(t *testing.T) {
	s := mustSite(t)
	for name, kind := range map[string]string{"quay.png": "image/png", "knot.svg": "image/svg+xml"} {
		a := s.do(http.MethodGet, "/media/"+pictureHash+"/"+name, "")
		s.want(a, http.StatusOK)
		if a.Header.Get("Content-Type") != kind || a.Header.Get("Cache-Control") != web.Immutable {
			t.Errorf("%s: %v", name, a.Header)
		}
		if !strings.Contains(a.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s may run scripts", name)
		}
	}
}

func TestMedia_ServesNothingElse(t *testing.T) {
	s := mustSite(t)
	paths := []string{
		pictureHash + "/index.html", pictureHash + "/none.png", pictureHash + "/..", pictureHash + "/%2e%2e%2fquay.png",
		pictureHash + "/..%5cquay.png", "../quay.png", strings.ToUpper(pictureHash) + "/quay.png", pictureHash, "x/quay.png",
	}
	for _, path := range paths {
		a := s.do(http.MethodGet, "/media/"+path, "")
		if a.StatusCode == http.StatusOK || a.StatusCode >= 500 {
			t.Errorf("/media/%s: %s", path, a.Status)
		}
	}
}

func TestMedia_PathTraversalCorpus(t *testing.T) {
	corpora := os.Getenv("TIDINGS_CORPORA")
	if corpora == "" {
		t.Skip("TIDINGS_CORPORA is not set")
	}
	f, err := os.Open(filepath.Join(corpora, "own", "path_traversal.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	s := mustSite(t)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		for _, path := range []string{"/media/" + pictureHash + "/", "/media/", "/static/", "/harbor/archive/", "/"} {
			target := path + url.PathEscape(lines.Text())
			if a := s.do(http.MethodGet, target, ""); a.StatusCode == http.StatusOK && path != "/" || a.StatusCode >= 500 {
				t.Errorf("%s: %s", target, a.Status)
			}
		}
	}
}
