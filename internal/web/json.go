package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tidings/internal/newsletter"
)

const jsonType = "application/json"

// SendsJSON says whether the body of a request is JSON.
func SendsJSON(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind == jsonType
}

// WantsJSON says whether a request wants its answer as JSON: it sends JSON, or
// names it first among what it accepts.
func WantsJSON(r *http.Request) bool {
	first, _, _ := strings.Cut(r.Header.Get("Accept"), ",")
	kind, _, _ := mime.ParseMediaType(first)
	return kind == jsonType || SendsJSON(r)
}

// WriteJSON answers with v, or with the error that it cannot be written as JSON.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // an error means that the client has gone
	return nil
}

// JSONForm reads a JSON object as if it were a form: texts, numbers and truths,
// and lists of them, each under its name; what stands in objects inside it comes
// under the names in those. Null is nothing. One that is too large is an
// *http.MaxBytesError, any other that cannot be read newsletter.ErrInvalid.
func JSONForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxForm))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, fmt.Errorf("reading JSON: %w", err)
		}
		return nil, fmt.Errorf("reading JSON: %w: %w", newsletter.ErrInvalid, err)
	}
	form, err := parseForm(body)
	if err != nil {
		return nil, fmt.Errorf("reading JSON: %w: %w", newsletter.ErrInvalid, err)
	}
	return form, nil
}

// parseForm reads the text of a JSON object.
func parseForm(body []byte) (url.Values, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var object map[string]any
	if err := d.Decode(&object); err != nil {
		return nil, err
	}
	if d.More() || object == nil {
		return nil, errors.New("it is not one object")
	}
	form := url.Values{}
	flatten(form, object)
	return form, nil
}

// flatten puts what stands in an object into a form. A name of the object itself
// comes before the same name in an object inside it.
func flatten(form url.Values, object map[string]any) {
	var inner []map[string]any
	for _, name := range slices.Sorted(maps.Keys(object)) {
		switch v := object[name].(type) {
		case map[string]any:
			inner = append(inner, v)
		case []any:
			for _, item := range v {
				addText(form, name, item)
			}
		default:
			addText(form, name, v)
		}
	}
	for _, o := range inner {
		flatten(form, o)
	}
}

// addText adds a value that is a text, a number or a truth.
func addText(form url.Values, name string, v any) {
	switch v := v.(type) {
	case string:
		form.Add(name, v)
	case json.Number:
		form.Add(name, v.String())
	case bool:
		form.Add(name, strconv.FormatBool(v))
	}
}
