// Package bridge carries what an assistant asks on standard input to a running Brimwatch,
// and its answers back to standard output, by the Model Context Protocol. It knows no
// tools: what there is, and what may be done, the Brimwatch says at each question.
//
// Nothing is kept between two questions, so that nothing has to be mended when the
// Brimwatch was started anew in between.
package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/mcp"
)

const (
	// patience bounds one question: longer than a tool works.
	patience = time.Minute
	// maxLine bounds a message of the assistant, in bytes.
	maxLine = 1 << 20
)

// Options are what Run needs.
type Options struct {
	Client  *client.Client
	Version string
	In      io.ReadCloser // messages of the assistant, one a line
	Out     io.Writer     // messages to it, and nothing else
}

// Run answers an assistant until it ends its input or ctx ends. It returns at once, with
// the reason in plain words, when the Brimwatch cannot be asked.
func Run(ctx context.Context, o Options) error {
	b := &bridge{client: o.Client, version: o.Version}
	var far *sdk.InitializeResult
	if err := b.ask(ctx, func(_ context.Context, s *sdk.ClientSession) error {
		far = s.InitializeResult()
		return nil
	}); err != nil {
		return err
	}
	server := sdk.NewServer(far.ServerInfo, &sdk.ServerOptions{Instructions: far.Instructions, Capabilities: far.Capabilities})
	server.AddReceivingMiddleware(b.carry)
	err := server.Run(ctx, answered{&sdk.IOTransport{Reader: o.In, Writer: unclosed{o.Out}, MaxLineLength: maxLine}})
	if err != nil && ctx.Err() == nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("speak to the assistant: %w", err)
	}
	return nil // it has ended its input, or we were told to stop
}

// unclosed is a writer that others need.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

// bridge asks a Brimwatch.
type bridge struct {
	client  *client.Client
	version string
}

// ask begins to speak to the Brimwatch and lets f ask it. Its error says in plain words
// what is the matter with the Brimwatch, or is what f returned.
func (b *bridge) ask(ctx context.Context, f func(context.Context, *sdk.ClientSession) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	carrier := b.client.Carrier()
	web := &http.Client{Transport: carrier, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	err := func() error {
		asker := sdk.NewClient(&sdk.Implementation{Name: "brimwatch mcp", Version: b.version}, &sdk.ClientOptions{Capabilities: &sdk.ClientCapabilities{}})
		session, err := asker.Connect(ctx, &sdk.StreamableClientTransport{
			Endpoint: b.client.Address(mcp.Path), HTTPClient: web, MaxRetries: -1, DisableStandaloneSSE: true,
		}, nil)
		if err != nil {
			return unanswered{fmt.Errorf("what answers at %s is not a Brimwatch of this version: %w", b.client.Address(""), err)}
		}
		defer func() { _ = session.Close() }() // there is nothing to end at the far side
		return f(ctx, session)
	}()
	if trouble := carrier.Trouble(); err != nil && trouble != nil {
		return unanswered{trouble}
	}
	return err
}

// unanswered is why the Brimwatch did not answer.
type unanswered struct{ error }

// carry lets the Brimwatch answer what is asked of tools.
func (b *bridge) carry(next sdk.MethodHandler) sdk.MethodHandler {
	return func(ctx context.Context, method string, req sdk.Request) (sdk.Result, error) {
		switch p := req.GetParams().(type) {
		case *sdk.ListToolsParams:
			return b.list(ctx, p)
		case *sdk.CallToolParamsRaw:
			return b.call(ctx, p)
		}
		return next(ctx, method, req)
	}
}

func (b *bridge) list(ctx context.Context, p *sdk.ListToolsParams) (out *sdk.ListToolsResult, err error) {
	asked := &sdk.ListToolsParams{}
	if p != nil {
		asked.Cursor = p.Cursor
	}
	err = b.ask(ctx, func(ctx context.Context, s *sdk.ClientSession) (err error) {
		out, err = s.ListTools(ctx, asked)
		return err
	})
	if err != nil {
		return nil, inProtocol(err)
	}
	return out, nil
}

// call answers by the tool's own words where the Brimwatch does not: assistants show them.
func (b *bridge) call(ctx context.Context, p *sdk.CallToolParamsRaw) (out *sdk.CallToolResult, err error) {
	asked := &sdk.CallToolParams{Name: p.Name}
	if len(p.Arguments) > 0 {
		asked.Arguments = p.Arguments
	}
	err = b.ask(ctx, func(ctx context.Context, s *sdk.ClientSession) (err error) {
		out, err = s.CallTool(ctx, asked)
		return err
	})
	if trouble, ok := errors.AsType[unanswered](err); ok {
		out = &sdk.CallToolResult{}
		out.SetError(trouble)
		return out, nil
	}
	if err != nil {
		return nil, inProtocol(err)
	}
	return out, nil
}

// inProtocol is an error as the protocol knows them: that of the far side as it is.
func inProtocol(err error) error {
	if far, ok := errors.AsType[*jsonrpc.Error](err); ok {
		return far
	}
	return &jsonrpc.Error{Code: jsonrpc.CodeInternalError, Message: err.Error()}
}
