// Package lastway tells people of alarms that cannot be stored.
//
// What is decided is stored before it is sent. While the store cannot be written
// (its disk is full, another program locks it, a page is damaged) nothing is
// decided, and without this package nobody would hear of anything. A Journal stands
// between the alarm engine and the outbox: what the outbox cannot store it plans in
// memory, and sends it through a small path of its own.
//
// Invariants:
//   - nothing is sent before an event could not be stored for Patience; a database that
//     another program holds for a moment is no reason;
//   - one person is told of one thing once. The engine comes to the same decision
//     again at each reading, with another code: what counts is the alarm, what
//     happened, and how grave it is;
//   - a person gets one text message a minute at most, which speaks for all that is
//     open then; a program gets bundles;
//   - all of it says that it is not recorded: its codes are not known to anybody;
//   - only beginnings of warnings and critical alarms are told, and ends of what was
//     told this way. What is held (a silence, quiet hours) is not;
//   - when the event can be stored, the outbox is told who has heard of it, and does
//     not tell them again;
//   - all memory is bounded, and a message is tried a few times.
//
// It is in memory alone: after a restart people are told again.
package lastway
