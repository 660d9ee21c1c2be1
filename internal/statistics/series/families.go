package series

// Keeping is how the history holds the series of a family.
type Keeping uint8

// The ways of keeping a family.
const (
	// WithReadings families come with each reading: stored, or derived from what is.
	WithReadings Keeping = iota
	// AsFact families change rarely: the history notes when they do.
	AsFact
	// Sampled families are few series that change all the time: figures of the whole fleet.
	Sampled
)

// Family is a metric family that tells how the fleet stands. All are gauges.
// Brimwatch's own metrics are not among them: the packages that measure register
// those themselves.
type Family struct {
	Name string
	Help string // one sentence
	Unit string // "ratio", "seconds", or "" for a count; as OpenMetrics names it
	Kept Keeping
}

// The metrics beside those of readings.
const (
	Info                = "brimwatch_instance_info"
	Threshold           = "brimwatch_instance_threshold_ratio"
	Forecast            = "brimwatch_instance_forecast_full_timestamp_seconds"
	AutoRenew           = "brimwatch_instance_auto_renew"
	Silenced            = "brimwatch_instance_silenced"
	AlarmRaised         = "brimwatch_alarm_raised"
	Balance             = "brimwatch_account_balance"
	Overdue             = "brimwatch_account_overdue"
	LowBalanceThreshold = "brimwatch_account_low_balance_threshold"
	LowBalanceMark      = "brimwatch_account_low_balance_mark" // the name of LowBalanceThreshold before, for one release
	ShortfallAmount     = "brimwatch_account_shortfall_amount"
	ShortfallMoment     = "brimwatch_account_shortfall_timestamp_seconds"
	Instances           = "brimwatch_instances"
	Alarms              = "brimwatch_alarms"
	Silences            = "brimwatch_silences"
	FleetInstances      = "brimwatch_fleet_instances"
	FleetWatched        = "brimwatch_fleet_watched"
	FleetUp             = "brimwatch_fleet_up"
	FleetUsage          = "brimwatch_fleet_usage"
	FleetCapacity       = "brimwatch_fleet_capacity"
	FleetUtilization    = "brimwatch_fleet_utilization_ratio"
	FleetAlarms         = "brimwatch_fleet_alarms"
)

// The labels that have no part in an Identity.
const (
	Account      = "account"
	Currency     = "currency"
	InstanceName = "name"
	Rule         = "rule"
	Severity     = "severity"
	Stat         = "stat"
)

// Families lists the families that tell how the fleet stands, in the order in which
// /metrics has them.
func Families() []Family {
	return []Family{
		{Instances, "Number of instances in the configuration.", "", Sampled},
		{Usage, "Usage of the metric: messages or commands per second, subscriptions, connections or bytes.", "", WithReadings},
		{Capacity, "Capacity of the metric, in the unit of its usage.", "", WithReadings},
		{Utilization, "Usage of the metric divided by its capacity.", "ratio", WithReadings},
		{Up, "Whether the source of the instance answered the newest reading.", "", WithReadings},
		{Expiry, "First moment after the paid term, in Unix seconds.", "seconds", WithReadings},
		{Lifecycle, "The state of its product's calendar that the instance is in; always 1.", "", WithReadings},
		{Moment, "When the state of the instance's calendar begins or began, in Unix seconds.", "seconds", WithReadings},
		{Info, "Name, account and labels of the instance; always 1.", "", AsFact},
		{Threshold, "Utilization at which an alarm of this severity is raised.", "ratio", AsFact},
		{Forecast, "When the metric reaches its capacity if it goes on as it does, in Unix seconds.", "seconds", AsFact},
		{AutoRenew, "Whether the paid term is renewed by itself.", "", AsFact},
		{Silenced, "Whether a silence holds notices of the instance back; always 1.", "", AsFact},
		{Balance, "What the account has left, in its currency.", "", AsFact},
		{Overdue, "Whether a bill of the account is unpaid.", "", AsFact},
		{LowBalanceThreshold, "Threshold below which somebody should pay, in the account's currency.", "", AsFact},
		{LowBalanceMark, "The name of brimwatch_account_low_balance_threshold before, for one release.", "", AsFact},
		{ShortfallAmount, "What the account is short by at the first moment at which automatic renewals cannot be paid, in its currency; 0 while there is enough.", "", AsFact},
		{ShortfallMoment, "The first moment within 90 days at which automatic renewals of the account cannot be paid, in Unix seconds.", "seconds", AsFact},
		{Alarms, "Number of alarms that are raised, those with unknown data among them.", "", Sampled},
		{AlarmRaised, "An alarm that is raised, or held because its data is missing; always 1.", "", AsFact},
		{Silences, "Number of silences in force.", "", Sampled},
		{FleetInstances, "Number of instances by the state of their calendar.", "", Sampled},
		{FleetWatched, "Number of instances that have a source.", "", Sampled},
		{FleetUp, "Number of instances whose source answered the newest reading.", "", Sampled},
		{FleetUsage, "Sum of the usage of all instances whose usage and capacity are known.", "", Sampled},
		{FleetCapacity, "Sum of the capacity of all instances whose usage and capacity are known.", "", Sampled},
		{FleetUtilization, "Utilization among the instances: the highest, the mean, and that which nine of ten stay below.", "ratio", Sampled},
		{FleetAlarms, "Number of alarms that are raised.", "", Sampled},
	}
}
