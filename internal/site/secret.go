package site

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"tidings/internal/newsletter"
	"tidings/internal/settings"
)

// variables is how environment variables are named by custom. A text that is
// none may be the password itself, so it is never shown.
var variables = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*$`)

// maxSecret is the greatest size of a file with a secret in bytes.
const maxSecret = 64 << 10

// readSecret looks up the secret that KIND_env or KIND_file names. That it is not there
// is no fault of the settings: missing says so, for those who need it.
func (f *Folder) readSecret(t *settings.Table, kind string) (secret Secret, missing error) {
	variable := t.Text(kind+"_env", "", func(name string) error { return isVariable(name, kind) })
	file := t.Text(kind+"_file", "", settings.Line)
	switch {
	case variable != "" && file != "":
		t.Reject(kind+"_file", newsletter.Hint(fmt.Errorf("there is %s_env as well", kind), "keep one of them"))
	case variable != "":
		if secret, missing = fromEnvironment(variable); missing != nil {
			missing = newsletter.Problems{t.Problem(kind+"_env", missing)}
		}
	case file != "":
		text, err := f.fromFile(file)
		if secret = Secret(text); err != nil {
			missing = newsletter.Problems{t.Problem(kind+"_file", err)}
		}
	}
	return secret, missing
}

// ReadToken returns a relay's OAuth 2 token as it is now: from its file, where
// some other program keeps it fresh, or as it was in the environment.
func (f *Folder) ReadToken(r Relay) (Secret, error) {
	if r.TokenFile == "" {
		return r.Token, nil
	}
	token, err := f.fromFile(r.TokenFile)
	if err != nil {
		return "", fmt.Errorf("read token of relay %s: %w", r.Name, err)
	}
	return Secret(token), nil
}

func isVariable(name, kind string) error {
	if variables.MatchString(name) {
		return nil
	}
	return newsletter.Hint(errors.New("is not the name of an environment variable, expected A-Z, 0-9 and _"),
		"write the variable's name here, and the "+kind+" only into the environment")
}

func fromEnvironment(name string) (Secret, error) {
	secret := os.Getenv(name)
	if secret == "" {
		return "", newsletter.Hint(fmt.Errorf("the environment variable %s is not set", name), "set it where tidings is started")
	}
	return Secret(secret), nil
}

// fromFile returns the first line of a file.
func (f *Folder) fromFile(name string) (string, error) {
	data, err := f.readSecretFile(name)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(data), "\n")
	password := strings.TrimSuffix(line, "\r")
	if password == "" {
		return "", errors.New("the file's first line is empty")
	}
	return password, nil
}

// readSecretFile reads a small regular file, by its path in the settings. Its errors name the file and hold
// nothing of what is in it.
func (f *Folder) readSecretFile(given string) ([]byte, error) {
	name := f.abs(given)
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, newsletter.Hint(fmt.Errorf("there is no file %s", given), "relative paths begin at the site folder")
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxSecret {
		return nil, fmt.Errorf("%s is not a regular file of at most %d KiB", given, maxSecret>>10)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxSecret))
}
