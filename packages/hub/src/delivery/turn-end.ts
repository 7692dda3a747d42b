/**
 * The end of a turn of the event loop: what became durable in it is delivered, then each socket is written once.
 *
 * A write is the dearest step of a delivery, so everything for one socket waits for the end of the turn, which comes
 * before the loop waits for anything. One immediate serves all sessions and sockets.
 */

/** What is written at the end of a turn. */
export interface TurnWriter {
  readonly writeOut: () => void
}

let deliveries: Array<() => void> = []
let writers: Array<TurnWriter> = []
let planned = false

/** Calls `deliver` at the end of this turn; what it hands to sockets is written in the same turn. */
export function deliverAtTurnEnd(deliver: () => void): void {
  deliveries.push(deliver)
  plan()
}

/** Has `writer` write at the end of this turn, after every delivery. */
export function writeAtTurnEnd(writer: TurnWriter): void {
  writers.push(writer)
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
  const writing = writers
  writers = []
  for (const writer of writing) writer.writeOut()
}
