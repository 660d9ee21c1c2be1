package starter

import (
	"bufio"
	"context"
	"strconv"
	"strings"
)

// askRedis asks for INFO without a login; nil when no Redis answers.
func askRedis(ctx context.Context, addr string) *Found {
	conn, err := dial(ctx, addr, false)
	if err != nil {
		return nil
	}
	defer func() { _ = conn.Close() }() // what it told is known
	if _, err := conn.Write([]byte("*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n")); err != nil {
		return nil
	}
	found := &Found{Type: "redis", URL: "redis://" + addr, What: "Redis"}
	in := bufio.NewReaderSize(conn, 4096)
	first, err := in.ReadSlice('\n')
	head := strings.TrimSpace(string(first))
	switch {
	case err != nil:
		return nil
	case strings.HasPrefix(head, "-NOAUTH"), strings.HasPrefix(head, "-NOPERM"), strings.HasPrefix(head, "-WRONGPASS"):
		found.Login = true
		return found
	case !strings.HasPrefix(head, "$"):
		return nil
	}
	size, err := strconv.Atoi(head[1:])
	if err != nil || size < 0 || size > 64<<10 {
		return nil
	}
	known := false
	for read := 0; read < size; {
		line, err := in.ReadSlice('\n')
		if err != nil {
			break
		}
		read += len(line)
		if version, ok := strings.CutPrefix(strings.TrimSpace(string(line)), "redis_version:"); ok {
			found.What, known = "Redis "+clip(version), true
		}
	}
	if !known {
		return nil
	}
	return found
}
