package feishu

import "github.com/brimwatch/brimwatch/notifier/chat"

// Side is the far side of a robot without a secret.
func Side() chat.Side { return &side{dialect: dialect()} }
