import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Attachment } from "../src/Attachment.ts"
import { Connection } from "../src/Connection.ts"
import { HoldfastError } from "../src/errors.ts"
import { Feed } from "../src/Feed.ts"
import { Collected } from "./collect.ts"
import { HostileHub, type Message } from "./hostile-hub.ts"
import { TestClock } from "./outbox/world.ts"

const SESSION = "01890000-0000-7000-8000-000000000001"

/** Ways in which a message arrives as it was not sent. */
const ATTACKS: Readonly<Record<string, (message: Message, before: Message) => ReadonlyArray<Message | "cut">>> = {
  cut: () => ["cut"],
  lost: () => [],
  twice: (message) => [message, message],
  late: (message, before) => [message, before],
  torn: (message) => [message.slice(0, message.length - 3)],
  half: (message) => [message.slice(0, message.length / 2), "cut"],
  empty: () => [new Uint8Array(0)],
  unknown: (message) => [new Uint8Array([99, 1, 2, 3, 4, 5]), message],
  text: () => ["<html>"],
  null: (message) => ["null", message],
  answer: () => [`{"_tag":"Exit","requestId":"2","exit":{"_tag":"Success","value":null}}`],
  failure: () => [`{"_tag":"Exit","requestId":"1","exit":{"_tag":"Failure","cause":7}}`],
  defect: () => [`{"_tag":"Defect","defect":{"_tag":"ProtocolMismatch","message":"another protocol"}}`],
}

const texts = (got: Collected): ReadonlyArray<number> => got.texts.map((text) => Number(text.split("/")[1]))
const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, index) => index + 1)

describe("a hub whose messages do not arrive as they were sent", () => {
  const connect = (hub: HostileHub, clock: TestClock): Connection =>
    new Connection({ open: hub.socket, name: "test", timers: clock, backoff: { first: 10, most: 100 } })

  it("C-1 C-2 C-4 shows every event once and in order, or ends with a typed error", async () => {
    const attack = fc.record({ how: fc.constantFrom(...Object.keys(ATTACKS)), after: fc.nat(6) })
    const property = fc.asyncProperty(fc.array(attack, { maxLength: 8 }), async (attacks) => {
      const [hub, clock, waiting] = [new HostileHub(), new TestClock(), [...attacks]]
      let [passed, before]: [number, Message] = [0, "null"]
      hub.tamper = (message) => {
        const [next] = waiting
        const arriving = next === undefined || passed++ < next.after ? [message] : ATTACKS[next.how]?.(message, before)
        if (arriving?.[0] !== message) [passed] = [0, waiting.shift()]
        before = message
        return arriving ?? []
      }
      const connection = connect(hub, clock)
      const attachment = new Attachment(connection, { session: SESSION, mode: "viewer", after: 0 })
      const got = new Collected(attachment)
      for (let round = 0; round < 10; round++) {
        hub.append(4)
        await clock.run(2000)
      }
      // What was lost of the last events is missed when the hub says where its log ends, or by the next ones.
      hub.tamper = (message) => [message]
      connection.renew("a new beginning")
      await clock.run(2000)
      const numbers = texts(got)
      expect(numbers).toEqual(upTo(numbers.length))
      const last = got.items.at(-1)
      if (last?._tag === "Ended") expect(last.error).toBeInstanceOf(HoldfastError)
      else expect(numbers).toHaveLength(40)
      connection.close()
      expect(hub.open).toBe(0)
    })
    await fc.assert(property, { numRuns: 60 })
  })

  it("C-1 a connection that is lost as soon as it is there is waited for longer each time, and one that lasts is not", async () => {
    const [hub, clock] = [new HostileHub(), new TestClock()]
    hub.tamper = (message) => [message, "<html>"]
    const connection = connect(hub, clock)
    await clock.run(10_000)
    expect(hub.connections).toBeLessThan(150)
    expect(connection.state).toMatchObject({ _tag: "Reconnecting", reason: expect.stringContaining("not JSON") })
    hub.tamper = (message) => [message]
    await clock.run(5000)
    expect(connection.state._tag).toBe("Online")
    connection.renew("cut")
    expect(connection.state).toMatchObject({ _tag: "Reconnecting", attempt: 1 })
    connection.close()
  })

  it("C-4 a log that is shorter than before, of a hub that was restored, is a reset, and what follows is shown", async () => {
    const [hub, clock] = [new HostileHub(), new TestClock()]
    hub.append(20)
    const connection = connect(hub, clock)
    const got = new Collected(new Attachment(connection, { session: SESSION, mode: "viewer", after: 0 }))
    await clock.run(100)
    hub.log.length = 8
    connection.renew("restored")
    await clock.run(100)
    hub.append(2)
    await clock.run(100)
    expect(got.items.filter(({ _tag }) => _tag === "Snapshot")).toMatchObject([{ reason: "reset", seq: 8 }])
    expect(texts(got)).toEqual([...upTo(20), 9, 10])
    connection.close()
  })

  it("C-1 C-34 ten thousand losses, and calls that are given up, leave nothing behind", async () => {
    const [hub, clock] = [new HostileHub(), new TestClock()]
    hub.append(3)
    const connection = connect(hub, clock)
    const got = new Collected(new Attachment(connection, { session: SESSION, mode: "viewer", after: 0 }))
    const feed = new Feed(connection, { sessions: () => undefined })
    await clock.run(100)
    const waiting = clock.waiting
    for (let loss = 0; loss < 10_000; loss++) {
      await connection.online()
      const ending = new AbortController()
      const call = connection.call("log.mark", { session: SESSION, text: "m" }, { signal: ending.signal })
      ending.abort()
      await expect(call).rejects.toMatchObject({ tag: "Aborted" })
      connection.renew("lost")
    }
    await clock.run(60_000)
    expect(connection.state._tag).toBe("Online")
    hub.append(1)
    await clock.run(1000)
    expect(texts(got)).toEqual(upTo(4))
    expect([hub.open, clock.waiting]).toEqual([1, waiting])
    feed.stop()
    connection.close()
    await clock.run(10)
    await got.done
    expect([hub.open, clock.waiting]).toEqual([0, 0])
  })

  it("C-31 a connection that is closed while it connects leaves nothing behind, at whatever moment", async () => {
    for (const isThere of [true, false])
      for (let moment = 0; moment < 6; moment++) {
        const [hub, clock] = [new HostileHub(), new TestClock()]
        hub.isThere = isThere
        const connection = connect(hub, clock)
        const got = new Collected(new Attachment(connection, { session: SESSION, mode: "viewer" }))
        const online = connection.online().then(
          () => "Online",
          ({ tag }: HoldfastError) => tag,
        )
        for (let turn = 0; turn < moment; turn++) await Promise.resolve()
        connection.close()
        await got.done
        expect(got.items.at(-1)).toMatchObject({ _tag: "Ended", error: { tag: "Closed" } })
        expect(["Online", "Closed"]).toContain(await online)
        expect([hub.open, clock.waiting]).toEqual([0, 0])
      }
  })

  it("C-14 a command that no message can hold is a mistake of its caller, and leaves nothing behind", async () => {
    const [hub, clock] = [new HostileHub(), new TestClock()]
    const connection = connect(hub, clock)
    await connection.online()
    const wrong = (): Promise<unknown> => connection.call("log.mark", { session: SESSION, text: 1n as unknown as string })
    for (let call = 0; call < 1001; call++) await expect(wrong()).rejects.toMatchObject({ tag: "InvalidCall" })
    expect(await connection.call("log.mark", { session: SESSION, text: "m" })).toBe(null)
    connection.close()
  })
})
