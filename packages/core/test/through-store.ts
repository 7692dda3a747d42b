import type { Session } from "@holdfast/protocol/session"
import { type BesideRecord, besideRecord, stateOf } from "../src/record-state.ts"
import { type SessionState, toSession } from "../src/state.ts"

/** A state as it is after it was stored and read back. */
export function throughStore(state: SessionState): SessionState {
  const record = JSON.stringify(toSession(state, { firstSeq: 1, lastSeq: state.lastSeq, change: 0 }))
  const beside = JSON.stringify(besideRecord(state))
  return stateOf(JSON.parse(record) as Session, JSON.parse(beside) as BesideRecord)
}
