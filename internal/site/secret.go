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

// readPassword looks up the password that password_env or password_file names.
func (f *Folder) readPassword(t *settings.Table) Secret {
	var password string
	variable := t.Text("password_env", "", func(name string) (err error) {
		password, err = fromEnvironment(name)
		return err
	})
	file := t.Text("password_file", "", settings.Line, func(name string) (err error) {
		password, err = f.fromFile(name)
		return err
	})
	if variable != "" && file != "" {
		t.Reject("password_file", newsletter.Hint(errors.New("there is password_env as well"), "keep one of them"))
	}
	return Secret(password)
}

func fromEnvironment(name string) (string, error) {
	if !variables.MatchString(name) {
		return "", newsletter.Hint(errors.New("is not the name of an environment variable, expected A-Z, 0-9 and _"),
			"write the variable's name here, and the password only into the environment")
	}
	password := os.Getenv(name)
	if password == "" {
		return "", newsletter.Hint(fmt.Errorf("the environment variable %s is not set", name), "set it where tidings is started")
	}
	return password, nil
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
