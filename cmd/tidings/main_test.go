package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain puts a command tidings in the path of all tests: this very program,
// run as its own process.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tidings": main})
}
