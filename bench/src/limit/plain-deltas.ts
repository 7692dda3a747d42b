/**
 * A station: the least that a client could do with a delta: its event parsed, and its text put behind what there is.
 */
import { costOf, encodedTurns, eventsOf } from "../load/deltas.ts"
import { answer, figure } from "../process/station.ts"

const encoder = new TextEncoder()
const decoder = new TextDecoder()

interface PlainEvent {
  readonly type: string
  readonly data: { readonly delta: string }
}

let text = ""

function give(bytes: Uint8Array): void {
  const { data, type } = JSON.parse(decoder.decode(bytes)) as PlainEvent
  if (type === "text-start") text = ""
  if (type === "text-delta") text += data.delta
}

const encode = (event: unknown): Uint8Array => encoder.encode(JSON.stringify(event))

answer({
  run: async (fields) => {
    const turns = encodedTurns(figure(fields, "turns"), (turn) => eventsOf(turn, 1), encode)
    const cost = await costOf(turns, { give, shown: () => text.length })
    return { view: cost, cell: cost }
  },
})
