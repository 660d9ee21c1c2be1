package aliyun

import (
	"context"
	"errors"
	"time"

	"github.com/brimwatch/brimwatch/collector"
)

// Kind says which metrics of the cloud are read.
type Kind uint8

// The kinds.
const (
	MQTT Kind = iota + 1
	RocketMQ4
	RocketMQ5
	IoT
	RedisStandard
	RedisCluster
)

// CollectorOptions says what is read.
type CollectorOptions struct {
	Account   *Account
	Region    string
	Kind      Kind
	Instances []string // ids as the cloud knows them, at most 50
	Every     time.Duration
}

// Collector reads up to 50 instances of one kind in one region.
type Collector struct{ options CollectorOptions }

// New checks the options; it does not connect. visits[i] of Collect is
// Instances[i].
func New(o CollectorOptions) (*Collector, error) { return &Collector{options: o}, nil }

// Collect implements collector.Collector.
func (c *Collector) Collect(context.Context, []collector.Visit) error {
	return errors.New("aliyun: being built")
}

// Close implements collector.Collector.
func (c *Collector) Close() error { return nil }
