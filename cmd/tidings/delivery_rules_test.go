package main_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Each rule of package delivery is in its documentation, and a test says that it
// holds it.
func TestDeliveryRules(t *testing.T) {
	t.Parallel()
	const rules = 15
	doc, err := os.ReadFile(filepath.Join(root, "internal", "delivery", "doc.go"))
	if err != nil {
		t.Fatal(err)
	}
	held := rulesHeld(t)
	for n := 1; n <= rules; n++ {
		if !strings.Contains(string(doc), fmt.Sprintf("//   - R%d, ", n)) {
			t.Errorf("package delivery does not explain rule R%d", n)
		}
		if !slices.Contains(held, n) {
			t.Errorf("no test says that it holds rule R%d", n)
		}
	}
	if n := slices.Max(held); n > rules {
		t.Errorf("a test holds rule R%d, of which nobody knows", n)
	}
}

// rulesHeld lists the numbers of the rules that the comments of tests name, one
// or several at a time.
func rulesHeld(t *testing.T) []int {
	t.Helper()
	cited := regexp.MustCompile(`rules?(?:\s|//)+R\d+(?:(?:,|\s|//|and)+R\d+)*`)
	number := regexp.MustCompile(`R(\d+)`)
	var held []int
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, words := range cited.FindAllString(string(src), -1) {
			for _, m := range number.FindAllStringSubmatch(words, -1) {
				n, err := strconv.Atoi(m[1])
				if err != nil {
					return err
				}
				held = append(held, n)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return held
}
