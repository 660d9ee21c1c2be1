package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// SourceFaults says of sources that cannot be built where each stands in the files, as Load
// says it of what it finds itself. The reasons are by the ids of their instances; one that
// begins with a key of the source is about that key. An instance that stands in no file,
// since it was found, has its id in place of a position.
func (s *Snapshot) SourceFaults(reasons map[string]string) Faults {
	d := newDecoder()
	var doc document
	d.decode(d.readTree(s.Path), reflect.ValueOf(&doc).Elem())
	var out Faults
	placed := make(map[string]bool)
	for i := range doc.Instances {
		in := &doc.Instances[i]
		reason, wanted := reasons[in.ID]
		if !wanted || in.Source == nil || placed[in.ID] {
			continue
		}
		placed[in.ID] = true
		at := d.about(in.Source, reason)
		out = append(out, Fault{Position: at.position(), Path: at.path, Reason: reason})
	}
	d.sort(out)
	for _, id := range slices.Sorted(maps.Keys(reasons)) {
		if !placed[id] {
			out = append(out, Fault{Reason: "source of instance " + id + ": " + reasons[id]})
		}
	}
	return out
}

// about is the place of the key of a source with which a reason begins, or of the source.
func (d *decoder) about(s *sourceDoc, reason string) place {
	key, _, _ := strings.Cut(reason, " ")
	key = strings.TrimSuffix(key, ":")
	if key == "node" {
		key = "urls"
	}
	if d.stands(s.place, key) {
		return d.find(s.place, key)
	}
	return s.place
}
