/**
 * check:O3: resuming from every cursor while events are appended, over the stream socket and as server-sent events.
 */
import { afterEach, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import type { HubProcess } from "../src/hub-process.ts"
import { startKeyedLoad } from "../src/keyed-load.ts"
import { Opened } from "../src/Opened.ts"
import { startReader } from "../src/reader.ts"
import { sized } from "../src/sizes.ts"
import { openTerminal } from "../src/terminal-session.ts"

const opened = new Opened()
afterEach(() => opened.close())

/** Reads a stream of events from a cursor until `enough`; gives the seqs, checked to be dense. */
async function readStream(hub: HubProcess, session: string, after: number, enough: number): Promise<ReadonlyArray<number>> {
  const stop = new AbortController()
  // `Last-Event-ID` wins over `after` (H-6).
  const response = await fetch(`${hub.url()}/api/sessions/${session}/events/stream?after=0`, {
    headers: { authorization: `Bearer ${hub.token}`, "last-event-id": String(after) },
    signal: AbortSignal.any([stop.signal, AbortSignal.timeout(100_000)]),
  })
  if (response.status !== 200 || response.body === null) throw new Error(`stream: ${response.status}`)
  const seqs: Array<number> = []
  let text = ""
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    text += part
    const blocks = text.split("\n\n")
    text = blocks.pop() ?? ""
    for (const block of blocks) {
      if (/^event: event$/m.test(block)) seqs.push(Number(/^id: (\d+)$/m.exec(block)?.[1]))
    }
    if ((seqs.at(-1) ?? 0) >= enough) break
  }
  stop.abort()
  return seqs
}

describe("resuming", () => {
  it("check:O3 D-2 H-6 from each cursor, while events are appended: no gap, no duplicate", async () => {
    const hub = await opened.hub()
    const body = await openTerminal(hub, { command: "cat" })
    const load = startKeyedLoad(hub, [body.id], 4)
    const head = async (): Promise<number> => (await hub.call<Session>("GET", `/api/sessions/${body.id}`)).body.lastSeq
    const cursors = sized({ short: 60, ci: 500, long: 10_000 })
    const step = 10
    for (let from = 0; from < cursors; from += step) {
      const now = await head()
      const readers = Array.from({ length: step }, (_, i) => Math.min(from + i, now)).map((after) => ({
        after,
        reader: startReader({ port: hub.port(), token: hub.token, session: body.id, after }),
      }))
      const streamed = await readStream(hub, body.id, Math.min(from, now), now + 1)
      expect(streamed).toEqual(streamed.map((_, i) => Math.min(from, now) + 1 + i))
      for (const { after, reader } of readers) {
        await reader.reached(now + 1, 20_000)
        expect([after, reader.breaches, reader.events(), reader.snapshots()]).toEqual([after, [], reader.last() - after, 0])
        reader.close()
      }
    }
    await load.finish()
    const { events } = await load.verify()
    process.stdout.write(`check:O3 ${cursors} cursors, ${events} events appended meanwhile\n`)
  })
})
