package words

import "github.com/brimwatch/brimwatch/fleet"

// Lifecycle names a state, as it stands behind an instance: suspended.
func Lifecycle(s fleet.LifecycleState, l Language) string { return stateWords(s, l).name }

// Begins says what happens to an instance when a state begins, as one goes on after
// its name: is suspended. It is empty for states with which nothing happens.
func Begins(s fleet.LifecycleState, l Language) string { return stateWords(s, l).begins }

// Service says what a state past the term means for who uses the instance: stopped.
// It is empty for the other states. It counts by the calendar, and an instance that
// should be gone may still be there: a released one is due for deletion.
func Service(s fleet.LifecycleState, l Language) string { return stateWords(s, l).service }

// state holds the words for one state.
type state struct{ name, begins, service string }

func stateWords(s fleet.LifecycleState, l Language) state {
	if l == ZH {
		return chinese(s)
	}
	return english(s)
}

func english(s fleet.LifecycleState) state {
	switch s {
	case fleet.LifecycleActive:
		return state{"active", "is converted to pay-as-you-go", ""}
	case fleet.LifecycleExpiring:
		return state{"expiring", "", ""}
	case fleet.LifecycleGrace:
		return state{"expired, in grace", "expires", "still runs"}
	case fleet.LifecycleSuspended:
		return state{"suspended", "is suspended", "stopped"}
	case fleet.LifecycleRecycled:
		return state{"in the recycle bin", "goes to the recycle bin", "in the recycle bin"}
	case fleet.LifecycleReleased:
		return state{"released", "is released for good", "due for deletion"}
	case fleet.LifecycleFrozen:
		return state{"frozen", "", ""}
	case fleet.LifecycleUnknown:
	}
	return state{"term unknown", "", ""}
}

func chinese(s fleet.LifecycleState) state {
	switch s {
	case fleet.LifecycleActive:
		return state{"正常", "转为按量付费", ""}
	case fleet.LifecycleExpiring:
		return state{"即将到期", "", ""}
	case fleet.LifecycleGrace:
		return state{"已到期，宽限期内", "到期", "仍可用"}
	case fleet.LifecycleSuspended:
		return state{"已停服", "停服", "已停服"}
	case fleet.LifecycleRecycled:
		return state{"在回收站", "进回收站", "已进回收站"}
	case fleet.LifecycleReleased:
		return state{"已释放", "释放", "应已释放"}
	case fleet.LifecycleFrozen:
		return state{"已冻结", "", ""}
	case fleet.LifecycleUnknown:
	}
	return state{"到期时间未知", "", ""}
}
