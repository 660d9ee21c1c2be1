package facts

// All lists one fact of each type, empty. A fact that is missing here fails a test.
func All() []Fact {
	return []Fact{
		Usage{}, LastUsage{}, Back{}, Now{}, Peak{}, Lasts{}, Lasted{}, NoDataNow{}, DataNow{}, ThresholdChanged{}, Swings{}, StaysUp{}, Steady{},
		Silence{}, FleetSilence{}, Cause{}, DataBack{}, FleetBack{}, DataSwings{}, DataGone{}, DataSteady{},
		Reaches{}, Reached{}, Grows{}, GrowsNot{}, Reason{}, SaidGone{}, Unwatched{},
		Expires{}, Expired{}, Unknown{}, Together{}, Tried{}, ServiceStops{}, ServiceStopped{}, Stops{}, StopsEach{}, Recycles{},
		WillBeDeleted{}, DueForDeletion{}, Contents{}, Deletes{}, Stands{}, Unregulated{}, SameFor{}, AlsoLater{},
		Converts{}, Converted{}, PerhapsConverted{}, ReleaseTold{}, IgnoreRelease{},
		Unpaid{}, UnpaidBill{}, PayerOverdue{}, RunsOn{}, RenewalFailed{}, Attempts{}, Balance{}, CannotRenew{}, Frozen{},
		AccountOverdue{}, WasOverdue{}, WillStop{}, HaveStopped{}, Overripe{}, StopUnknown{}, NotRenewable{}, Unaffected{},
		LowBalance{}, WasLow{}, RenewsFrom{}, RenewsFirst{}, UsesUp{}, Over{}, CalledOff{}, PaidLate{},
		Unsubscribed{}, GoesAtOnce{}, ConvertsAtOnce{}, ByUnsubscribing{}, RenewalAdvised{},
		WillFail{}, Missing{}, Unpriced{}, ByCard{}, DailyUse{}, WasShort{}, NoAttemptFor{}, Enough{},
	}
}

func (Usage) fact()            {}
func (LastUsage) fact()        {}
func (Back) fact()             {}
func (Now) fact()              {}
func (Peak) fact()             {}
func (Lasts) fact()            {}
func (Lasted) fact()           {}
func (NoDataNow) fact()        {}
func (DataNow) fact()          {}
func (ThresholdChanged) fact() {}
func (Swings) fact()           {}
func (StaysUp) fact()          {}
func (Steady) fact()           {}
func (Silence) fact()          {}
func (FleetSilence) fact()     {}
func (Cause) fact()            {}
func (DataBack) fact()         {}
func (FleetBack) fact()        {}
func (DataSwings) fact()       {}
func (DataGone) fact()         {}
func (DataSteady) fact()       {}
func (Reaches) fact()          {}
func (Reached) fact()          {}
func (Grows) fact()            {}
func (GrowsNot) fact()         {}
func (Reason) fact()           {}
func (SaidGone) fact()         {}
func (Unwatched) fact()        {}
func (Expires) fact()          {}
func (Expired) fact()          {}
func (Unknown) fact()          {}
func (Together) fact()         {}
func (Tried) fact()            {}
func (ServiceStops) fact()     {}
func (ServiceStopped) fact()   {}
func (Stops) fact()            {}
func (StopsEach) fact()        {}
func (Recycles) fact()         {}
func (WillBeDeleted) fact()    {}
func (DueForDeletion) fact()   {}
func (Deletes) fact()          {}
func (Stands) fact()           {}
func (Unregulated) fact()      {}
func (SameFor) fact()          {}
func (AlsoLater) fact()        {}
func (Converts) fact()         {}
func (Converted) fact()        {}
func (PerhapsConverted) fact() {}
func (ReleaseTold) fact()      {}
func (IgnoreRelease) fact()    {}
func (Unpaid) fact()           {}
func (UnpaidBill) fact()       {}
func (PayerOverdue) fact()     {}
func (RunsOn) fact()           {}
func (RenewalFailed) fact()    {}
func (Attempts) fact()         {}
func (Balance) fact()          {}
func (CannotRenew) fact()      {}
func (Frozen) fact()           {}
func (AccountOverdue) fact()   {}
func (WasOverdue) fact()       {}
func (WillStop) fact()         {}
func (HaveStopped) fact()      {}
func (Overripe) fact()         {}
func (StopUnknown) fact()      {}
func (NotRenewable) fact()     {}
func (Unaffected) fact()       {}
func (LowBalance) fact()       {}
func (WasLow) fact()           {}
func (RenewsFrom) fact()       {}
func (UsesUp) fact()           {}
func (Over) fact()             {}
func (CalledOff) fact()        {}
func (Contents) fact()         {}
func (RenewsFirst) fact()      {}
func (PaidLate) fact()         {}
func (Unsubscribed) fact()     {}
func (GoesAtOnce) fact()       {}
func (ConvertsAtOnce) fact()   {}
func (ByUnsubscribing) fact()  {}
func (RenewalAdvised) fact()   {}
func (WillFail) fact()         {}
func (Missing) fact()          {}
func (Unpriced) fact()         {}
func (ByCard) fact()           {}
func (DailyUse) fact()         {}
func (WasShort) fact()         {}
func (NoAttemptFor) fact()     {}
func (Enough) fact()           {}
