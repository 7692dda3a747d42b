import { MessageChannel } from "node:worker_threads"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { BatchBytes, PlainAppends } from "../src/sqlite/plain-appends.ts"
import type { FromWriter, ToWriter } from "../src/sqlite/wire.ts"
import { makeLink, StoreEnd, WriterEnd } from "../src/sqlite/writer-link.ts"

/** What the writer got or the store heard, as text. */
type Heard = Array<string>

interface Link {
  readonly store: StoreEnd
  readonly writer: WriterEnd
  readonly heard: Heard
  /** Sends appends of so many bytes in one batch; false when there was no room. */
  readonly plain: (sizes: ReadonlyArray<number>) => boolean
}

function open(): Link {
  const { port1, port2 } = new MessageChannel()
  const memory = makeLink()
  const heard: Heard = []
  const store = new StoreEnd(
    { ...memory, port: port1 },
    {
      appended: (count) => heard.push(`appended ${count}`),
      message: (message) => heard.push(`${message._tag} ${message._tag === "Settled" ? message.number : ""}`),
    },
  )
  const plain = (sizes: ReadonlyArray<number>): boolean => {
    const appends = new PlainAppends()
    let offset = 0
    for (const length of sizes) {
      const journal = length % 2 === 0 ? undefined : { runner: "läufer", child: `child ${length}`, position: length }
      appends.add({ session: length, epoch: 7, from: 1, to: 2, kinds: "terminal/output", offset, length, journal })
      offset += length
    }
    const records = sizes.map((length) => new Uint8Array(length).fill(length % 251))
    return store.sendPlain(appends, records, offset)
  }
  return { store, writer: new WriterEnd({ ...memory, port: port2 }), heard, plain }
}

/** Everything the writer can take now. */
function takeAll(writer: WriterEnd): Heard {
  const taken: Heard = []
  for (let next = writer.take(); next !== undefined; next = writer.take()) taken.push(told(next))
  return taken
}

function told(taken: BatchBytes | ToWriter): string {
  if (!(taken instanceof BatchBytes)) return taken._tag === "Settle" ? `settle ${taken.number}` : taken._tag
  return Array.from({ length: taken.count }, (_, number) => {
    const { session, epoch, kinds, offset, length, journal } = taken.plain(number)
    const whole = taken.records.subarray(offset, offset + length).every((byte) => byte === length % 251)
    const from = journal === undefined ? "" : ` ${journal.runner} ${journal.child} ${journal.position}`
    return `${session} ${epoch} ${kinds} ${length} ${whole}${from}`
  }).join("|")
}

const expected = (sizes: ReadonlyArray<number>): string =>
  sizes.map((size) => `${size} 7 terminal/output ${size} true${size % 2 === 0 ? "" : ` läufer child ${size} ${size}`}`).join("|")

describe("the link between the store and its writer", () => {
  it("S-19 requests are taken in the order they were sent, through shared memory or as messages, however often the memory was used", () => {
    const step = fc.oneof(
      fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 4 }).map((sizes) => ({ sizes })),
      fc.constant("message" as const),
      fc.constant("take" as const),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { store, writer, plain } = open()
        const sent: Heard = []
        const taken: Heard = []
        let settles = 0
        for (const next of steps) {
          if (next === "take") {
            taken.push(...takeAll(writer))
            writer.done(0)
          } else if (next === "message") {
            store.send({ _tag: "Settle", number: ++settles })
            sent.push(`settle ${settles}`)
          } else if (plain(next.sizes)) sent.push(expected(next.sizes))
        }
        taken.push(...takeAll(writer))
        store.end()
        expect(taken).toEqual(sent)
      }),
      { numRuns: 100 },
    )
  })

  it("S-19 what was not answered yet is not written over: a batch that finds no room is refused", () => {
    const { store, writer, plain } = open()
    let batches = 0
    while (plain([4001])) batches++
    expect(batches).toBeGreaterThan(10)
    const taken = takeAll(writer)
    expect(plain([4001])).toBe(false)
    expect(taken).toEqual(Array.from({ length: batches }, () => expected([4001])))
    writer.done(batches)
    expect(plain([4001])).toBe(true)
    expect(plain([100_000])).toBe(false)
    store.end()
  })

  it("S-19 answers are heard in order, and the last ones before the end", async () => {
    const { store, writer, heard, plain } = open()
    const settled = (number: number): FromWriter => ({ _tag: "Settled", number })
    plain([1])
    writer.done(1)
    await expect.poll(() => heard, { timeout: 120_000 }).toEqual(["appended 1"])
    writer.done(2)
    writer.send(settled(1))
    writer.send(settled(2))
    writer.done(3)
    store.end()
    writer.done(4)
    expect(heard).toEqual(["appended 1", "appended 2", "Settled 1", "Settled 2", "appended 3"])
  })

  it("S-19 the writer wakes for what was sent, also when that was before it waited", () => {
    const { store, writer } = open()
    expect(writer.take()).toBeUndefined()
    expect(writer.wait(1)).toBe(false)
    store.send({ _tag: "Close" })
    expect(writer.wait(60_000)).toBe(true)
    expect(takeAll(writer)).toEqual(["Close"])
    store.end()
  })
})
