package server

import (
	"strings"
	"testing"
)

func TestRabbitMQ(t *testing.T) {
	var mapper string
	t.Run("running", func(t *testing.T) {
		r := RabbitMQ(t, "channel_max = 7")
		for _, addr := range []string{r.AMQP, r.MQTT, strings.TrimPrefix(r.Management, "http://")} {
			if err := accepts(t.Context(), addr); err != nil {
				t.Errorf("%s: %v", addr, err)
			}
		}
		for _, v := range r.program.Env {
			if port, ok := strings.CutPrefix(v, "ERL_EPMD_PORT="); ok {
				mapper = "127.0.0.1:" + port
			}
		}
		if err := accepts(t.Context(), mapper); err != nil {
			t.Errorf("the port mapper: %v", err)
		}
	})
	if accepts(t.Context(), mapper) == nil {
		t.Errorf("the port mapper on %s outlives its node", mapper)
	}
}
