package redis

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/collector/collectortest"
)

// peer is the far side of one connection, which speaks Redis' protocol.
type peer struct{ collectortest.Peer }

// script starts a server that does to each connection what its script says.
func script(t testing.TB, serve func(p peer)) *collectortest.Scripted {
	t.Helper()
	return collectortest.Script(t, func(p collectortest.Peer) { serve(peer{p}) })
}

// command reads the next command; "" at the end.
func (p peer) command() string {
	number := func(kind byte) int {
		line, err := p.R.ReadString('\n')
		if err != nil || line[0] != kind {
			return 0
		}
		n, _ := strconv.Atoi(strings.TrimSpace(line[1:]))
		return n
	}
	var words []string
	for range number('*') {
		word := make([]byte, number('$')+2)
		if _, err := io.ReadFull(p.R, word); err != nil {
			return ""
		}
		words = append(words, string(word[:len(word)-2]))
	}
	return strings.Join(words, " ")
}

// text returns a string reply.
func text(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

// replies answers each command by its beginning with a raw reply, all others
// with an error, until the connection ends.
func replies(byBeginning map[string]string) func(p peer) {
	return func(p peer) {
		for {
			command := p.command()
			if command == "" {
				return
			}
			reply, best := "-ERR unknown command\r\n", -1
			for beginning, r := range byBeginning {
				if strings.HasPrefix(command, beginning) && len(beginning) > best {
					reply, best = r, len(beginning)
				}
			}
			p.Say(reply)
		}
	}
}
