package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/rogpeppe/go-internal/testscript"
)

// assistant is the command assistant FILE TOOL ARGUMENTS [-- FLAGS...]: it starts brimwatch
// mcp as an assistant does, has a tool called, and writes what is answered into a file; the
// tool "list" lists the tools. What the program writes to standard error must be nothing.
func assistant(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	file, tool, arguments, flags := args[0], args[1], args[2], args[3:]
	cmd := exec.Command(program(ts), append([]string{"mcp", "--url", ts.Getenv("BRIMWATCH_URL")}, flags...)...)
	cmd.Args[0] = "brimwatch"
	var complaints strings.Builder
	cmd.Stderr = &complaints
	s, err := sdk.NewClient(&sdk.Implementation{Name: "assistant", Version: "1"}, nil).Connect(ctx, &sdk.CommandTransport{Command: cmd}, nil)
	ts.Check(err)
	said, err := askTool(ctx, s, tool, arguments)
	ts.Check(errors.Join(err, s.Close()))
	if complaints.Len() > 0 {
		ts.Fatalf("standard error has %s", complaints.String())
	}
	ts.Check(os.WriteFile(ts.MkAbs(file), []byte(said), 0o600))
}

func askTool(ctx context.Context, s *sdk.ClientSession, tool, arguments string) (string, error) {
	if tool == "list" {
		tools, err := s.ListTools(ctx, nil)
		if err != nil {
			return "", err
		}
		var out strings.Builder
		for _, one := range tools.Tools {
			fmt.Fprintln(&out, one.Name)
		}
		return out.String(), nil
	}
	got, err := s.CallTool(ctx, &sdk.CallToolParams{Name: tool, Arguments: json.RawMessage(arguments)})
	if err != nil {
		return "", err
	}
	words, ok := got.Content[0].(*sdk.TextContent)
	if !ok {
		return "", fmt.Errorf("the answer is %T", got.Content[0])
	}
	structure, err := json.Marshal(got.StructuredContent)
	return fmt.Sprintf("error: %v\n%s\n%s\n", got.IsError, words.Text, structure), err
}
