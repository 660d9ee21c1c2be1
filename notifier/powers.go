package notifier

import "context"

// Powers are the optional powers of a Channel. Those that call the far side are nil where the
// Channel lacks them; a Channel that bundles nothing has Bundle 1, and one that need not keep
// apart what it sends the zero Pace.
type Powers struct {
	Find   func(ctx context.Context, m Message) (Receipt, bool, error)
	Track  func(ctx context.Context, m SentMessage) (Receipt, error)
	Check  func(ctx context.Context) (faults []string, err error)
	Bundle int
	Pace   Pace
}

// PowersOf returns the optional powers of a Channel.
func PowersOf(ch Channel) Powers {
	p := Powers{Bundle: 1}
	if c, ok := ch.(Finder); ok {
		p.Find = c.Find
	}
	if c, ok := ch.(Tracker); ok {
		p.Track = c.Track
	}
	if c, ok := ch.(Checker); ok {
		p.Check = c.Check
	}
	if c, ok := ch.(Bundler); ok {
		p.Bundle = c.Bundle()
	}
	if c, ok := ch.(Pacer); ok {
		p.Pace = c.Pace()
	}
	return p
}

// Silent returns the powers without those that call the far side.
func (p Powers) Silent() Powers { return Powers{Bundle: p.Bundle, Pace: p.Pace} }

// Wrap returns a Channel that sends by a function and has these powers. Whoever puts
// something around a Channel takes its powers along, so that it is used as it was.
func Wrap(send func(ctx context.Context, m Message) (Receipt, error), p Powers) Channel {
	w := wrapped{send, p.Bundle, p.Pace}
	switch {
	case p.Find != nil && p.Track != nil && p.Check != nil:
		return struct {
			wrapped
			finder
			tracker
			checker
		}{w, p.Find, p.Track, p.Check}
	case p.Find != nil && p.Track != nil:
		return struct {
			wrapped
			finder
			tracker
		}{w, p.Find, p.Track}
	case p.Find != nil && p.Check != nil:
		return struct {
			wrapped
			finder
			checker
		}{w, p.Find, p.Check}
	case p.Track != nil && p.Check != nil:
		return struct {
			wrapped
			tracker
			checker
		}{w, p.Track, p.Check}
	case p.Find != nil:
		return struct {
			wrapped
			finder
		}{w, p.Find}
	case p.Track != nil:
		return struct {
			wrapped
			tracker
		}{w, p.Track}
	case p.Check != nil:
		return struct {
			wrapped
			checker
		}{w, p.Check}
	}
	return w
}

// wrapped is a Channel with the powers that call nobody.
type wrapped struct {
	send   func(ctx context.Context, m Message) (Receipt, error)
	bundle int
	pace   Pace
}

func (w wrapped) Send(ctx context.Context, m Message) (Receipt, error) { return w.send(ctx, m) }
func (w wrapped) Bundle() int                                          { return max(w.bundle, 1) }
func (w wrapped) Pace() Pace                                           { return w.pace }

type finder func(ctx context.Context, m Message) (Receipt, bool, error)

func (f finder) Find(ctx context.Context, m Message) (Receipt, bool, error) { return f(ctx, m) }

type tracker func(ctx context.Context, m SentMessage) (Receipt, error)

func (t tracker) Track(ctx context.Context, m SentMessage) (Receipt, error) { return t(ctx, m) }

type checker func(ctx context.Context) (faults []string, err error)

func (c checker) Check(ctx context.Context) (faults []string, err error) { return c(ctx) }
