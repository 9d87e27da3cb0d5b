// Package delivery is in charge of the mails that are due: it composes each,
// has it claimed, sent and written down, tries again what was deferred, and
// leaves nothing without an outcome. Its promise is that no reader gets a mail
// twice and none is silently left out, through crashes, full disks and relays
// that vanish in the middle of a sentence.
//
// Between the final dot of a message and the answer to it, nobody but the relay
// knows whether it was taken (RFC 1047). That gap cannot be closed; these rules
// keep it small and name whoever is in it. Code and tests cite their numbers.
//
//   - R1, freeze: what an issue says, to whom, and how its merge tags are filled
//     is stored before the first mail goes; nothing that is edited later changes it.
//   - R2, expand once: each reader of an issue has one row, in one transaction, or
//     for long lists in chunks that can be repeated.
//   - R3, claim ahead: a delivery is attempting on the disk before its final dot is
//     sent. What fails before that costs the reader nothing.
//   - R4, receipt first: the answer is on the disk before the next dot of the same
//     connection.
//   - R5, group commit: the writes that wait share one commit, and nothing waits for
//     a timer.
//   - R6, verdicts: after the dot 2yz is sent, 4yz deferred, 5yz failed, and no answer
//     unknown. Before it, only what the relay says of the reader counts.
//   - R7, recovery: what an earlier process left attempting is unknown at the next
//     start, and nothing else is guessed.
//   - R8, unknown: it is named, and sent again, with the same bytes, only if a person
//     or the settings say so.
//   - R9, retry: what was deferred waits longer each time, for two days at most, and
//     nobody else waits for it.
//   - R10, one process: a lock, and an epoch in every write; a database that was
//     copied sends nothing until it is adopted.
//   - R11, the disk: no commit, no dot. A receipt that cannot be written is kept and
//     tried again, and some space is reserved for it.
//   - R12, time: a slot runs once, however clocks jump, and one that was missed is
//     caught up or told of.
//   - R13, leaving wins: the claim looks again whether its reader still wants it.
//   - R14, stop: a stop begins nothing and waits for the answers that are under way.
//   - R15, account: sent + failed + unknown + skipped = audience, always.
package delivery
