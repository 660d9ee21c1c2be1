package bridge

import (
	"context"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// answered is a transport whose input ends only when all that was asked is answered. The
// protocol's own gives up what is under way when its input ends, and so would answer
// nothing to whoever writes messages through a pipe.
type answered struct{ sdk.Transport }

// Connect implements sdk.Transport.
func (t answered) Connect(ctx context.Context) (sdk.Connection, error) {
	inner, err := t.Transport.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &connection{Connection: inner, open: make(map[jsonrpc.ID]bool), changed: make(chan struct{}, 1), closed: make(chan struct{})}, nil
}

// connection knows which calls are not answered yet.
type connection struct {
	sdk.Connection

	mu      sync.Mutex
	open    map[jsonrpc.ID]bool
	changed chan struct{} // of capacity 1: a call was answered
	closing sync.Once
	closed  chan struct{}
}

// Read implements sdk.Connection.
func (c *connection) Read(ctx context.Context) (jsonrpc.Message, error) {
	message, err := c.Connection.Read(ctx)
	if err != nil {
		c.drain(ctx)
		return message, err
	}
	if call, ok := message.(*jsonrpc.Request); ok && call.IsCall() {
		c.mu.Lock()
		c.open[call.ID] = true
		c.mu.Unlock()
	}
	return message, nil
}

// drain waits until all calls are answered, or nobody waits for them any more.
func (c *connection) drain(ctx context.Context) {
	for {
		c.mu.Lock()
		open := len(c.open)
		c.mu.Unlock()
		if open == 0 {
			return
		}
		select {
		case <-c.changed:
		case <-c.closed:
			return
		case <-ctx.Done():
			return
		}
	}
}

// Write implements sdk.Connection.
func (c *connection) Write(ctx context.Context, message jsonrpc.Message) error {
	err := c.Connection.Write(ctx, message)
	if answer, ok := message.(*jsonrpc.Response); ok {
		c.mu.Lock()
		delete(c.open, answer.ID)
		c.mu.Unlock()
		select {
		case c.changed <- struct{}{}:
		default:
		}
	}
	return err
}

// Close implements sdk.Connection.
func (c *connection) Close() error {
	c.closing.Do(func() { close(c.closed) })
	return c.Connection.Close()
}
