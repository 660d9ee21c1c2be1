package sources

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/collector/aliyun"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// cloudSource is the type of source that is read by a cloud's API.
const cloudSource = "aliyun"

// planned is one source that is to be read, with the instances behind it: one, or a
// batch of those that a cloud answers for at once.
type planned struct {
	name      string
	from      config.Source
	cloud     *aliyun.Account // asks for a batch; nil for all other sources
	instances []*fleet.Instance
}

// batchSize is how many instances a cloud answers for in one call
// (CloudMonitor, DescribeMetricLast: at most 50).
const batchSize = 50

// batchKey is what instances must have in common to be asked for together.
type batchKey struct {
	account, region, kind string
	interval, timeout     time.Duration
}

// plan lists the sources that are to be read. The same configuration always makes the
// same plan.
func plan(s *config.Snapshot, clouds Clouds) []planned {
	out := make([]planned, 0, len(s.Instances))
	together := make(map[batchKey][]*config.Instance)
	for i := range s.Instances {
		in := &s.Instances[i]
		switch {
		case in.Source == nil:
		case in.Source.Type == cloudSource:
			k := batchKey{in.Source.Account, in.Source.Region, in.Source.Kind, in.Source.Interval, in.Source.Timeout}
			together[k] = append(together[k], in)
		default:
			out = append(out, planned{name: in.ID, from: *in.Source, instances: []*fleet.Instance{in.Instance}})
		}
	}
	keys := make([]batchKey, 0, len(together))
	for k := range together {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b batchKey) int {
		return cmp.Or(strings.Compare(a.account, b.account), strings.Compare(a.region, b.region), strings.Compare(a.kind, b.kind),
			cmp.Compare(a.interval, b.interval), cmp.Compare(a.timeout, b.timeout))
	})
	for _, k := range keys {
		for n, batch := range slices.Collect(slices.Chunk(together[k], batchSize)) {
			p := planned{name: fmt.Sprintf("%s/%s/%s/%s/%v/%d", cloudSource, k.account, k.region, k.kind, k.interval, n), from: *batch[0].Source, cloud: clouds.Cloud(k.account)}
			for _, in := range batch {
				p.instances = append(p.instances, in.Instance)
			}
			out = append(out, p)
		}
	}
	return out
}

// ids are those of the instances, in order.
func (p *planned) ids() []string {
	out := make([]string, len(p.instances))
	for i, in := range p.instances {
		out[i] = in.ID
	}
	return out
}

// messageTPS are the instances' capacities, which a cloud may tell usage as a share
// of.
func (p *planned) messageTPS() []float64 {
	out := make([]float64, len(p.instances))
	for i, in := range p.instances {
		out[i] = in.Limit(nil, fleet.MessageTPS).Value
	}
	return out
}

// origin says who tells the limits.
func (p *planned) origin() fleet.Origin {
	if p.from.Type == cloudSource {
		return fleet.OriginCloud
	}
	return fleet.OriginServer
}

// sameSource tells whether a Collector built from a may go on under b. How long
// reading may take is not the Collector's business, and when it is read only that
// of one which makes rates itself or keeps to an account's pace.
func sameSource(a, b *planned) bool {
	x, y := a.from, b.from
	x.Timeout, y.Timeout = 0, 0
	if len(x.Nodes) == 0 && a.cloud == nil {
		x.Interval, y.Interval = 0, 0
	}
	return reflect.DeepEqual(x, y) && a.cloud == b.cloud && (a.cloud == nil || slices.Equal(a.ids(), b.ids()) && slices.Equal(a.messageTPS(), b.messageTPS()))
}
