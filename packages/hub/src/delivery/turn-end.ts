/**
 * The end of a turn of the event loop: what became durable in it is delivered, then each socket is written once.
 *
 * A write is the dearest step of a delivery, so everything for one socket waits for the end of the turn, which comes
 * before the loop waits for anything. One immediate serves all sessions and sockets.
 */

let deliveries: Array<() => void> = []
let writes: Array<() => void> = []
let planned = false

/** Calls `deliver` at the end of this turn; what it hands to sockets is written in the same turn. */
export function deliverAtTurnEnd(deliver: () => void): void {
  deliveries.push(deliver)
  plan()
}

/** Calls `write` at the end of this turn, after every delivery. */
export function writeAtTurnEnd(write: () => void): void {
  writes.push(write)
  plan()
}

function plan(): void {
  if (planned) return
  planned = true
  setImmediate(end)
}

function end(): void {
  planned = false
  const delivering = deliveries
  deliveries = []
  for (const deliver of delivering) deliver()
  const writing = writes
  writes = []
  for (const write of writing) write()
}
