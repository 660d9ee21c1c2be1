package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// patience bounds how long a tool works and waits for its turn.
const patience = 30 * time.Second

// adder is a tool that can be added to a server of the protocol.
type adder interface {
	addTo(to *sdk.Server, s *server) error
}

// tool is one question that assistants may ask. In is what it takes, Out what it answers.
type tool[In, Out any] struct {
	name, title, description string
	bounds                   []bound // of what it takes
	hints                    sdk.ToolAnnotations
	ask                      func(context.Context, In) (Out, error)
	say                      func(*Out) string // the answer in plain words
}

// onlyReads are the hints of a tool that changes nothing, and asks nobody but Brimwatch.
func onlyReads() sdk.ToolAnnotations {
	no := false
	return sdk.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, DestructiveHint: &no, OpenWorldHint: &no}
}

// addTo adds the tool to a server of the protocol.
func (t tool[In, Out]) addTo(to *sdk.Server, s *server) error {
	input, err := jsonschema.For[In](nil)
	if err != nil {
		return fmt.Errorf("describe what %s takes: %w", t.name, err)
	}
	for _, b := range t.bounds {
		if err := b(input); err != nil {
			return fmt.Errorf("describe what %s takes: %w", t.name, err)
		}
	}
	output, err := jsonschema.For[Out](nil)
	if err != nil {
		return fmt.Errorf("describe what %s answers: %w", t.name, err)
	}
	hints := t.hints
	hints.Title = t.title
	described := &sdk.Tool{Name: t.name, Title: t.title, Description: t.description, InputSchema: input, OutputSchema: output, Annotations: &hints}
	sdk.AddTool(to, described, func(ctx context.Context, _ *sdk.CallToolRequest, in In) (*sdk.CallToolResult, Out, error) {
		out, err := t.answer(ctx, s, in)
		if err != nil {
			return nil, out, s.told(ctx, t.name, err)
		}
		return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: cut(t.say(&out))}}}, out, nil
	})
	return nil
}

// answer lets the tool work when it is its turn.
func (t tool[In, Out]) answer(ctx context.Context, s *server, in In) (out Out, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case s.room <- struct{}{}:
		defer func() { <-s.room }()
	case <-ctx.Done():
		return out, wrong("too much is asked at once; ask again in a moment")
	}
	if out, err = t.ask(ctx, in); err != nil {
		return out, err
	}
	return cleaned(out)
}

// fault is what is wrong with what was asked for.
type fault string

func (f fault) Error() string { return string(f) }

// wrong says what is wrong with what was asked for, and how to ask.
func wrong(format string, args ...any) error { return fault(fmt.Sprintf(format, args...)) }

// told is an error as an assistant hears it; what is not the assistant's fault is logged.
func (s *server) told(ctx context.Context, name string, err error) error {
	if _, asked := errors.AsType[fault](err); !asked {
		s.log.ErrorContext(ctx, "tool could not answer", "tool", name, "error", err)
	}
	return errors.New(cleanText(err.Error(), maxFault))
}

// maxText bounds the plain words of an answer, in bytes.
const maxText = 48 << 10

// cut ends a text at the end of a line when it is too long.
func cut(text string) string {
	text = strings.TrimRight(text, "\n")
	if len(text) <= maxText {
		return text
	}
	end := strings.LastIndexByte(text[:maxText], '\n')
	return text[:max(end, 0)] + "\n… the rest is left out here; ask for less, such as with a lower limit."
}

// bound narrows a property of what a tool takes.
type bound func(*jsonschema.Schema) error

// number bounds a whole number, and says what it is where it is not given.
func number(name string, least, usual, most int) bound {
	return property(name, func(p *jsonschema.Schema) {
		low, high := float64(least), float64(most)
		p.Minimum, p.Maximum, p.Default = &low, &high, json.RawMessage(strconv.Itoa(usual))
	})
}

// oneOf bounds a text to some values; usual is what it is where it is not given, "" is nothing.
func oneOf[T ~string](name string, usual T, values ...T) bound {
	return property(name, func(p *jsonschema.Schema) {
		for _, v := range values {
			p.Enum = append(p.Enum, string(v))
		}
		if usual != "" {
			p.Default = json.RawMessage(`"` + string(usual) + `"`)
		}
	})
}

// shortText bounds the lengths of texts, in characters.
func shortText(most int, names ...string) bound {
	return func(s *jsonschema.Schema) error {
		for _, name := range names {
			if err := property(name, func(p *jsonschema.Schema) { p.MaxLength = &most })(s); err != nil {
				return err
			}
		}
		return nil
	}
}

// fewEntries bounds a map.
func fewEntries(name string, most int) bound {
	return property(name, func(p *jsonschema.Schema) { p.MaxProperties = &most })
}

func property(name string, change func(*jsonschema.Schema)) bound {
	return func(s *jsonschema.Schema) error {
		p := s.Properties[name]
		if p == nil {
			return fmt.Errorf("there is no %q", name)
		}
		change(p)
		return nil
	}
}

// fewCodes bounds a list of codes.
func fewCodes(s *jsonschema.Schema) error {
	return property("codes", func(p *jsonschema.Schema) {
		least, most, length := 1, mostAcked, maxCode
		p.Types, p.Type = nil, "array" // null is no list
		p.MinItems, p.MaxItems = &least, &most
		p.Items.MaxLength = &length
	})(s)
}
