package lexicon

import (
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
)

func (e english) Unsubscribed(f facts.Unsubscribed) Phrase {
	brief := "unsubscribed " + words.BriefDate(f.At, e.Zone, words.EN)
	if f.Ahead {
		return Phrase{
			Message: "unsubscribed " + e.soon(f.At, words.EN) + e.in(f.At), Tight: "unsubscribed " + e.soon(f.At, words.EN), Brief: brief,
			Sentence: "It is to be unsubscribed at " + e.full(f.At) + ".",
		}
	}
	return Phrase{Message: "unsubscribed " + e.soon(f.At, words.EN), Brief: brief, Sentence: "It was unsubscribed at " + e.moment(f.At) + "."}
}

func (e english) GoesAtOnce(f facts.GoesAtOnce) Phrase {
	if f.Ahead {
		return Phrase{Message: "deleted for good then", Brief: "deleted then", Sentence: "With that it is deleted for good, at once."}
	}
	return Phrase{Message: "due for deletion since then", Brief: "due for deletion", Sentence: "With that it was to be deleted for good, at once; it may be gone by now."}
}

func (e english) ConvertsAtOnce(f facts.ConvertsAtOnce) Phrase {
	p := Phrase{Message: "then converted to pay-as-you-go, not deleted", Tight: "then pay-as-you-go, not deleted", Brief: "then converted"}
	p.Sentence = "With that it was converted to pay-as-you-go, by its post-expiration action, and not deleted."
	if f.Ahead {
		p.Sentence = "With that it is converted to pay-as-you-go at once, by its post-expiration action, and not deleted."
	}
	return p
}

func (e english) ByUnsubscribing(f facts.ByUnsubscribing) Phrase {
	if f.At.After(e.Reader.Now) {
		return Phrase{Message: "by unsubscribing", Sentence: "It comes to that early, because it is to be unsubscribed at " + e.full(f.At) + "."}
	}
	return Phrase{Message: "by unsubscribing", Sentence: "It came to that early, because it was unsubscribed at " + e.moment(f.At) + "."}
}

func (e english) RenewalAdvised(facts.RenewalAdvised) Phrase {
	return Phrase{
		Message:  "switch auto-renewal on",
		Sentence: "Automatic renewal is off; for a short term of an instance that is needed for long it is advised to switch it on.",
	}
}
