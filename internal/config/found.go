package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/brimwatch/brimwatch/fleet"
)

// LoadWith reads a configuration as Load does, together with the instances that
// were found by clouds' APIs. A listed instance and a found one with the same id
// are one: a listed value wins, and the cloud's fills the gap where none is listed.
func LoadWith(path string, found []fleet.Found) (*Snapshot, error) {
	return newDecoder().loadFound(path, found)
}

func (d *decoder) loadFound(path string, found []fleet.Found) (*Snapshot, error) {
	d.found = make(map[string]*fleet.Found, len(found))
	for i := range found {
		f := d.plainFound(found[i])
		d.found[f.ID] = &f
	}
	return d.loadPath(path)
}

// discovers tells whether Brimwatch looks for instances in any account.
func discovers(s *Snapshot) bool {
	for _, c := range s.Clouds {
		if c.Discover != nil {
			return true
		}
	}
	return false
}

// overlay fills the gaps of a listed instance with the values that were found. It
// returns false for one that can be watched only once it is found.
func (r *instanceResolver) overlay(in *instanceDoc) bool {
	f := r.d.found[in.ID]
	if f == nil {
		if in.Product == "" && in.Source == nil && discovers(r.s) {
			r.d.warn(in.place, "%s is not found yet in any account; it is watched once it is", in.ID)
			return false
		}
		return true
	}
	if in.Account != "" && in.Account != f.Account {
		r.d.warn(r.d.find(in.place, "account"), "%s was found in the account %s, and is listed under %s", in.ID, f.Account, in.Account)
		return true
	}
	if _, known := r.s.Catalogue.Products[f.Product]; in.Product == "" && !known {
		r.d.warn(in.place, "the cloud says that %s is of the product %q, which is not known here; it is watched once you give its product", in.ID, clip(f.Product))
		return false
	}
	in.Name, in.Account = cmp.Or(in.Name, f.Name), cmp.Or(in.Account, f.Account)
	if in.Product == "" {
		in.Product = f.Product
	}
	if in.Product == f.Product && in.Edition == "" {
		in.Edition, in.Spec = r.knownEdition(in, f)
	}
	b := &in.Billing
	b.Method, b.PostExpiration = cmp.Or(b.Method, string(r.knownMethod(in, f))), cmp.Or(b.PostExpiration, f.PostExpiration)
	b.AutoRenew, b.Frozen = cmp.Or(b.AutoRenew, &f.AutoRenew), cmp.Or(b.Frozen, &f.Frozen)
	if in.Source == nil {
		in.Source = &sourceDoc{Type: "aliyun", Region: f.Region, Kind: f.Kind}
		in.Source.setPlace(blank(in.file))
	}
	for _, l := range f.Labels {
		if _, given := in.Labels[l.Name]; given || !r.d.forms.label.MatchString(l.Name) {
			continue
		}
		if in.Labels == nil {
			in.Labels = make(map[string]string)
		}
		in.Labels[l.Name] = l.Value
	}
	return true
}

// knownMethod returns how the cloud says that an instance is paid for, where that is known here.
func (r *instanceResolver) knownMethod(in *instanceDoc, f *fleet.Found) fleet.Method {
	switch f.Method {
	case "", fleet.Subscription, fleet.PayAsYouGo, fleet.Free:
		return f.Method
	}
	if in.Billing.Method == "" {
		r.d.warn(in.place, "the cloud says that %s is billed by %q, which is not known here; it counts as a subscription", in.ID, clip(string(f.Method)))
	}
	return ""
}

// knownEdition returns the edition and specification that were found, as far as
// the catalogue knows them: what a cloud says is no fault of the operator's.
func (r *instanceResolver) knownEdition(in *instanceDoc, f *fleet.Found) (edition, spec string) {
	p, ok := r.s.Catalogue.Products[in.Product]
	if !ok {
		return "", ""
	}
	e, ok := p.Editions[f.Edition]
	if !ok {
		if f.Edition != "" {
			r.d.warn(in.place, "%s has the edition %q, which the catalogue does not know", in.ID, clip(f.Edition))
		}
		return "", ""
	}
	if _, ok := e.Specs[f.Spec]; !ok {
		if f.Spec != "" && f.Capacity == (fleet.Amounts{}) {
			r.d.warn(in.place, "%s has the specification %q, which the catalogue does not know", in.ID, clip(f.Spec))
		}
		return f.Edition, ""
	}
	return f.Edition, f.Spec
}

// blank is the place of what stands in no file.
func blank(file string) place {
	return place{node: &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}, file: file}
}

// addFound adds the instances that were found and are not listed.
func (r *instanceResolver) addFound() {
	var ids []string
	for id := range r.d.found {
		if _, listed := r.seen[id]; !listed {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		f := r.d.found[id]
		if _, ok := r.s.Accounts[f.Account]; !ok {
			continue // it was found for an account that is no more
		}
		in := &instanceDoc{ID: id}
		in.setPlace(blank(""))
		r.addUnlisted(in)
	}
}

// addUnlisted adds an instance of which the files say nothing. What is wrong with what a cloud
// tells is no fault of the operator's: then the instance is left out, with a warning.
func (r *instanceResolver) addUnlisted(in *instanceDoc) {
	d := r.d
	faults, instances := len(d.faults), len(r.s.Instances)
	r.add(in)
	own := d.faults[faults:]
	kept := own[:0:0]
	for _, f := range own {
		if f.File != "" {
			kept = append(kept, f)
			continue
		}
		d.warn(blank(""), "what the cloud tells of %s cannot be used, so it is not watched: %s", in.ID, f.Reason)
	}
	if len(kept) < len(own) {
		d.faults = append(d.faults[:faults], kept...)
		r.s.Instances = r.s.Instances[:instances]
	}
}

// found takes over the capacity of an instance from the cloud, and its term where
// none is listed. overlay has filled in the rest.
func (r *instanceResolver) found(out *Instance) {
	f := r.d.found[out.ID]
	if f == nil || f.Account != out.Account {
		return
	}
	out.Cloud, out.CloudAt = f.Capacity, f.At.Unix()
	t := &out.Term
	t.Word, out.Status = f.Word, f.Status
	listed := !t.Expires.IsZero() || !t.OverdueSince.IsZero()
	if !listed && (f.Method == "" || t.Method == f.Method) {
		t.Expires, t.OverdueSince = f.Expires, f.OverdueSince
		t.SuspendsAt, t.ReleasesAt = f.SuspendsAt, f.ReleasesAt
	}
	if t.Method == fleet.Subscription && !t.RenewPeriod.Known() {
		t.RenewPeriod = f.RenewPeriod
	}
	var missing []string
	for _, m := range f.Missing {
		if out.Configured[m] == 0 && out.Catalogue[m] == 0 && out.Cloud[m] == 0 {
			missing = append(missing, m.String())
		}
	}
	if len(missing) > 0 {
		r.d.warn(blank(""), "%s", Missing(out.ID, missing))
	}
}

// Missing asks the operator for the capacities that a cloud does not give.
func Missing(id string, metrics []string) string {
	return fmt.Sprintf("the cloud does not tell the capacity of %s for %s, so nothing is held against one: list it with its capacity, as in {id: %s, capacity: {%s: 1000}}",
		id, strings.Join(metrics, ", "), id, metrics[0])
}

// byCloud tells whether the source of an instance is what the cloud says, and not the file.
func (r *instanceResolver) byCloud(in *instanceDoc) bool {
	return r.d.found[in.ID] != nil && in.Source.node != nil && len(in.Source.node.Content) == 0
}

// cloudSource completes a source that is read by the account's cloud.
func (r *instanceResolver) cloudSource(in *instanceDoc, out *Instance) {
	s, d := out.Source, r.d
	if s.Type != "aliyun" {
		return
	}
	s.Account = in.Account
	cloud, ok := r.s.Clouds[in.Account]
	switch {
	case in.Account == "":
		d.fault(in.Source.place, "account is missing: an aliyun source is read with an account's access key")
		return
	case !ok:
		d.fault(in.Source.place, "the account %s is not one of provider aliyun", clip(in.Account))
		return
	}
	if s.Region == "" && cloud.Discover != nil && len(cloud.Discover.Regions) == 1 {
		s.Region = cloud.Discover.Regions[0]
	}
	if s.Kind == "" {
		s.Kind = kindOfInstance(out)
	}
	if r.byCloud(in) && (s.Region == "" || !slices.Contains(cloudKinds(), s.Kind)) {
		d.warn(in.place, "the cloud says that %s is of the kind %q in the region %q, and it is not known which figures belong to that; only its calendar is watched", in.ID, clip(s.Kind), clip(s.Region))
		out.Source, out.Watched = nil, false
		return
	}
	if s.Region == "" {
		d.fault(in.Source.place, "region is missing: cn-hangzhou")
	}
	if !slices.Contains(cloudKinds(), s.Kind) {
		d.fault(d.find(in.Source.place, "kind"), "it is not known which figures of the cloud belong to this instance; kind is one of %s", strings.Join(cloudKinds(), ", "))
	}
}
