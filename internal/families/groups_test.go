package families

import (
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// TestGroupsAreWhatTheirInstancesComeTo holds the figures of the fleet against the
// series of its instances.
func TestGroupsAreWhatTheirInstancesComeTo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &fakes{}
		for i := range rapid.IntRange(0, 30).Draw(t, "instances") {
			carried := func(name string) map[fleet.Metric]float64 {
				// What is not 0 is large enough for a share that is a number.
				figure := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(1e-3, 1e6))
				return rapid.MapOfN(rapid.SampledFrom([]fleet.Metric{fleet.Connections, fleet.SendTPS}), figure, 0, 2).Draw(t, name)
			}
			st := watched(strconv.Itoa(i), rapid.SampledFrom([]string{"mqtt", "redis"}).Draw(t, "product"), "", rapid.SampledFrom([]string{"", "acme"}).Draw(t, "account"), carried("capacity"), carried("usage"))
			st.Instance.Watched, st.Reading.Up = rapid.Bool().Draw(t, "watched"), rapid.Bool().Draw(t, "up")
			st.Lifecycle.State = rapid.SampledFrom(series.States()).Draw(t, "state")
			f.standings = append(f.standings, st)
		}
		source, err := New(Options{Fleet: f, Accounts: f, Alarms: f, Silences: f, Outlooks: f, Logger: quiet()})
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[string]float64)
		source.Read(t.Context(), now(), Choice{}).Each(func(p *series.Point) {
			if p.Instance == nil {
				got[fmt.Sprint(p.Family.Name, p.Label("product"), p.Label("account"), p.Label("metric"), p.Label("state"), p.Label("stat"))] = p.Value
			}
		})
		want := oracle(f.standings)
		want[series.Instances], want[series.Alarms], want[series.Silences] = float64(len(f.standings)), 0, 0
		for key, v := range want {
			if g, ok := got[key]; !ok || math.Abs(g-v) > 1e-9*math.Abs(v) {
				t.Errorf("%s is %v (%v), want %v", key, g, ok, v)
			}
			delete(got, key)
		}
		if len(got) > 0 {
			t.Errorf("too many: %v", got)
		}
	})
}

// oracle works the figures of the fleet out one by one.
func oracle(list []fleet.Standing) map[string]float64 {
	out := make(map[string]float64)
	shares := make(map[string][]float64)
	for i := range list {
		in, r := list[i].Instance, list[i].Reading
		of := in.Product + in.Account
		out[series.FleetInstances+of+string(list[i].Lifecycle.State)]++
		out[series.FleetWatched+of] += truth(in.Watched)
		out[series.FleetUp+of] += truth(in.Watched && r.Up)
		for _, m := range fleet.Metrics() {
			if in.Catalogue[m] > 0 && r.Known.Has(m) {
				out[series.FleetUsage+of+m.String()] += r.Usage[m]
				out[series.FleetCapacity+of+m.String()] += in.Catalogue[m]
				shares[series.FleetUtilization+of+m.String()] = append(shares[series.FleetUtilization+of+m.String()], r.Usage[m]/in.Catalogue[m])
			}
		}
	}
	for key, list := range shares {
		slices.Sort(list)
		total := 0.0
		for _, v := range list {
			total += v
		}
		out[key+"max"], out[key+"mean"] = list[len(list)-1], total/float64(len(list))
		rank := 0.9 * float64(len(list)-1)
		low, high := list[int(math.Floor(rank))], list[min(int(math.Floor(rank))+1, len(list)-1)]
		weight := rank - math.Floor(rank)
		out[key+"p90"] = low*(1-weight) + high*weight
	}
	return out
}
