import { describe, expect, it } from "vitest"
import { sampleEvent } from "../src/contract/sample.ts"
import type { WriterReply } from "../src/sqlite/wire.ts"
import { WriterClient } from "../src/sqlite/writer-client.ts"

const options = { path: "unused", durability: "power", sealBytes: 65_536, commitDelay: 0, maxPages: 0, walPages: 4000 } as const
const faulty = new URL("./faulty-thread.ts", import.meta.url)

const tagOf = (reply: WriterReply): string =>
  reply === 0 ? "0" : reply._tag === "Failed" ? `Failed: ${reply.message}` : reply._tag

const append = (writer: WriterClient, size: number, tell: (reply: WriterReply) => void): void => {
  const build = (piece: Parameters<Parameters<WriterClient["requestWith"]>[1]>[0]) =>
    ({ op: "append", session: 1, epoch: 1, piece, state: undefined, journal: undefined, key: undefined }) as const
  writer.requestWith([sampleEvent(1, { text: "x".repeat(size) })], build, tell)
}

describe("the writer thread", () => {
  it("S-19 when it dies, what waits and what comes later is answered once, in order, with the reason", async () => {
    const writer = await WriterClient.open(options, faulty)
    const told: Array<string> = []
    await new Promise<void>((resolve) => {
      for (let n = 0; n < 50; n++) append(writer, 10, (reply) => told.push(`${n} ${tagOf(reply)}`))
      writer.request({ op: "claim", id: "die" }, (reply) => {
        told.push(`last ${tagOf(reply)}`)
        resolve()
      })
    })
    const reason = "Failed: the store's writer failed: the writer broke"
    expect(told).toEqual([...Array.from({ length: 50 }, (_, n) => `${n} ${reason}`), `last ${reason}`])
    await new Promise<void>((resolve) => append(writer, 10, (reply) => resolve(void told.push(tagOf(reply)))))
    expect(told.at(-1)).toBe(reason)
    expect(await new Promise((resolve) => writer.settle(resolve))).toContain("the writer broke")
    await writer.close()
  })

  it("S-19 beyond the bound of waiting bytes an append is refused, in its turn", async () => {
    const writer = await WriterClient.open(options, faulty, 10_000)
    const told: Array<string> = []
    const ended = new Promise<void>((resolve) => {
      append(writer, 20_000, (reply) => told.push(tagOf(reply)))
      append(writer, 10, (reply) => told.push(tagOf(reply)))
      setImmediate(() => {
        expect(told).toEqual([])
        writer.request({ op: "claim", id: "live" }, (reply) => resolve(void told.push(tagOf(reply))))
        expect(writer.waiting).toBe(3)
        void writer.terminate()
      })
    })
    await ended
    expect(told[1]).toBe("Failed: too many writes are waiting for the store; try again later")
    expect(told).toHaveLength(3)
  })
})
