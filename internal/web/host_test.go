package web_test

import (
	"testing"

	"tidings/internal/web"
)

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "localhost:8080": true, "127.0.0.1": true, "127.8.9.1:80": true, "::1": true, "[::1]": true, "[::1]:8080": true,
		"": false, ":8080": false, "0.0.0.0:80": false, "[::]:80": false, "10.0.0.1": false, "192.0.2.7:80": false,
		"evil.example": false, "127.0.0.1.evil.example:80": false, "localhost.evil.example": false,
	} {
		if got := web.IsLoopback(host); got != want {
			t.Errorf("IsLoopback(%q) = %t, want %t", host, got, want)
		}
	}
}
