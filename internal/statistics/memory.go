package statistics

// sampleCost is the bytes that a query may come to hold for each sample that it
// may hold: the sample, and as much again for what is counted in its place.
const sampleCost = 32

// samplesFor returns how many samples one query may hold, of queries that run side
// by side, so that all together take half of the memory at most.
func samplesFor(memory int64, queries int) int {
	return int(max(memory/2/sampleCost/int64(queries), 1))
}

// boundSamples lowers MaxSamples to what memory, in bytes, has room for.
func (o *Options) boundSamples(memory int64) {
	fit := samplesFor(memory, o.MaxQueries)
	if o.MaxSamples <= fit {
		return
	}
	o.Logger.Info("memory has no room for all the samples that a query might hold; it may hold fewer",
		"memory_bytes", memory, "wanted", o.MaxSamples, "samples", fit)
	o.MaxSamples = fit
}
