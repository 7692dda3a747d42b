import { afterEach, beforeEach, describe, expect, it } from "vitest"
import {
  encodeAck,
  encodeInput,
  encodePing,
  encodeResize,
  FRAME_DETACHED,
  FRAME_EVENTS,
  FRAME_FEED,
  FRAME_HEARTBEAT,
  FRAME_INPUT_RESULT,
  FRAME_SNAPSHOT,
  FRAME_SYNCED,
  FRAME_VIEWERS,
} from "@holdfast/protocol/frame"
import { decodeRecord, readRecords } from "@holdfast/protocol/record"
import { createTerminal, type House, openHouse, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { openSocket, RawClient, type SocketHouse } from "@holdfast/testkit/hub/socket-house"

/** Unacknowledged bytes that a subscriber is sent at most, before the record that passes it. */
const WINDOW = 256 * 1024

describe("the stream socket", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let socket: SocketHouse
  const clients: Array<RawClient> = []
  const client = (): RawClient => {
    const made = new RawClient(socket.port)
    clients.push(made)
    return made
  }
  beforeEach(async () => {
    directory = await testDirectory()
    house = await openHouse({ directory: directory.path, settings: { subscriberWindow: WINDOW } })
    socket = await openSocket(house, { socketMaxFrame: 65_536 })
  })
  afterEach(async () => {
    for (const one of clients.splice(0)) one.ws.terminate()
    await socket.close()
    await house.close()
    await directory.remove()
  })
  const output = (from: RawClient): string =>
    Buffer.concat(
      from
        .frames(FRAME_EVENTS)
        .flatMap((frame) => [...readRecords(frame.records)].filter(({ kind }) => kind === 2).map(({ body }) => body)),
    ).toString()

  it("W-1 the first command must be Hello; anything else closes the connection", async () => {
    const rude = client()
    await new Promise((resolve) => rude.ws.once("open", resolve))
    const id = rude.start("sessions.list", {})
    await rude.until("the close", () => rude.closed !== undefined)
    expect(rude.answerOf(id)).toMatchObject({ _tag: "Failure", cause: [{ error: { _tag: "BadRequest" } }] })
    expect(rude.closed?.code).toBe(1008)
    const wrong = client()
    await new Promise((resolve) => wrong.ws.once("open", resolve))
    const answer = await wrong.call("Hello", { protocol: 99, client: "client-123", connection: "connection-123456", name: "x" })
    expect(answer).toMatchObject({ cause: [{ error: { _tag: "BadRequest" } }] })
  })

  it("W-3 frames of an attachment follow its answer, and typing comes back as output", async () => {
    const one = client()
    expect(await one.hello()).toMatchObject({ _tag: "Success", value: { hub: house.hub.id, silence: 30_000 } })
    const created = await one.call("sessions.create", { kind: "terminal", command: "/bin/cat", cols: 80, rows: 24 })
    const session = String(created.value?.["id"])
    const answer = await one.call("Attach", { session, after: 0, mode: "interactive", cols: 100, rows: 30 })
    const handle = Number(answer.value?.["handle"])
    const attachAt = one.received.findIndex((each) => each.kind === "answer" && each.answer === answer)
    expect(one.received.slice(0, attachAt).every(({ kind }) => kind === "answer")).toBe(true)
    await one.until("synced", () => one.frames(FRAME_SYNCED).length === 1)
    one.ws.send(encodeInput(handle, 1, Buffer.from("hal")))
    one.ws.send(encodeInput(handle, 2, Buffer.from("lo\r")))
    await one.until("the echo", () => output(one).includes("hallo\r\nhallo"))
    await one.until("the result", () => one.frames(FRAME_INPUT_RESULT).at(-1)?.number === 2)
    await one.until("the viewers", () => one.frames(FRAME_VIEWERS).at(-1)?.viewers.viewers[0]?.sizes === true)
    one.ws.send(encodeResize(handle, 90, 20))
    const types = (): ReadonlyArray<string> =>
      one.frames(FRAME_EVENTS).flatMap(({ records }) =>
        [...readRecords(records)]
          .map((view) => decodeRecord(view))
          .filter(({ type }) => type === "resize")
          .map(({ data }) => JSON.stringify(data)),
      )
    await one.until("the resize", () => types().includes(JSON.stringify({ cols: 90, rows: 20 })))
    expect(await one.call("Detach", { session })).toMatchObject({ _tag: "Success" })
    const detachedAt = one.received.length
    await house.run(
      house.hub.input(session, undefined, Buffer.from("more\r"), { name: "owner", credential: "owner", scope: "all" }),
    )
    one.ws.send(encodePing(5))
    await one.until("the heartbeat", () => one.frames(FRAME_HEARTBEAT).some(({ time }) => time === 5))
    expect(one.received.slice(detachedAt).some((each) => each.kind === "frame" && each.frame.type === FRAME_EVENTS)).toBe(false)
    expect(await one.call("Detach", { session })).toMatchObject({
      _tag: "Failure",
      cause: [{ error: { _tag: "SessionNotFound" } }],
    })
  })

  it("W-2 an array of commands is carried out in order, up to one that ends the connection", async () => {
    const one = client()
    await one.hello()
    const created = await one.call("sessions.create", { kind: "terminal", command: "/bin/cat" })
    const session = String(created.value?.["id"])
    const request = (id: string, tag: string, payload: unknown) => ({ _tag: "Request", id, tag, payload, headers: [] })
    const mark = (id: string) => request(id, "log.mark", { session, text: id })
    const texts: Array<string> = []
    one.ws.on("message", (data: Buffer, binary: boolean) => void (binary || texts.push(data.toString())))
    one.ws.send(
      JSON.stringify([
        mark("a"),
        request("b", "Nonsense", {}),
        request("c", "Attach", { session, after: 0, mode: "viewer" }),
        mark("d"),
      ]),
    )
    await one.until("the answers", () => ["a", "b", "c", "d"].every((id) => one.answerOf(id) !== undefined))
    expect(one.answerOf("b")).toMatchObject({ cause: [{ error: { _tag: "BadRequest" } }] })
    const [first, last] = ["a", "d"].map((id) => Number(one.answerOf(id)?.value?.["seq"]))
    // The child may start in between, which is an event too.
    expect(last).toBeGreaterThan(Number(first))
    await one.until("the events", () => one.frames(FRAME_SYNCED).length === 1)
    const order = one.received.map((each) => (each.kind === "answer" ? each.id : "frame"))
    expect(order.indexOf("frame")).toBeGreaterThan(order.indexOf("c"))
    // Answers of one turn share a message.
    one.ws.send(JSON.stringify([request("e", "Nonsense", {}), request("f", "Nonsense", {}), request("g", "Nonsense", {})]))
    await one.until("the answers", () => one.answerOf("g") !== undefined)
    expect(JSON.parse(String(texts.at(-1)))).toMatchObject([{ requestId: "e" }, { requestId: "f" }, { requestId: "g" }])
    const before = (await house.run(house.hub.get(session))).lastSeq
    one.ws.send(JSON.stringify([mark("h"), 5]))
    await one.until("the close", () => one.closed !== undefined)
    expect(one.closed?.code).toBe(1008)
    const rude = client()
    await new Promise((resolve) => rude.ws.once("open", resolve))
    rude.ws.send(JSON.stringify([mark("i"), mark("j")]))
    await rude.until("the close", () => rude.closed !== undefined)
    expect((await house.run(house.hub.get(session))).lastSeq).toBe(before)
  })

  it("W-11 check:V4 a client that does not read its answers is not read either, and then gets all of them in order", async () => {
    const [one, other] = [client(), client()]
    await one.hello("client-one")
    await other.hello("client-other")
    const created = await one.call("sessions.create", { kind: "terminal", command: "/bin/true", args: ["x".repeat(20_000)] })
    const session = String(created.value?.["id"])
    one.ws.pause()
    const before = process.memoryUsage().arrayBuffers
    const calls = Array.from({ length: 4000 }, () => one.start("sessions.get", { session }))
    let most = 0
    // Each answer takes a turn of the hub's loop, in which it reads what there is of the other connection, too.
    for (let turns = 0; turns < 60; turns++) {
      await other.call("sessions.get", { session: "nobody" })
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
    // All answers are 80 MB.
    expect(most).toBeLessThan(40_000_000)
    one.ws.resume()
    await one.until("the last answer", () => one.answerOf(calls.at(-1) ?? "") !== undefined)
    const answered = one.received.flatMap((each) => (each.kind === "answer" ? [each.id] : []))
    expect(answered.slice(-calls.length)).toEqual(calls)
  })

  it("W-4 malformed messages are answered or close, and too large ones close with 1009", async () => {
    const one = client()
    await one.hello()
    expect(await one.call("Attach", { session: 5 })).toMatchObject({ cause: [{ error: { _tag: "BadRequest" } }] })
    expect(await one.call("Nonsense", {})).toMatchObject({ cause: [{ error: { _tag: "BadRequest" } }] })
    one.ws.send(Buffer.from([99, 1, 2]))
    await one.until("the close", () => one.closed !== undefined)
    expect(one.closed?.code).toBe(1008)
    const two = client()
    await two.hello()
    // It is not sent whole when it is refused: its client must not be reset before it has read why.
    two.ws.send(Buffer.alloc(9_000_000, 16))
    await two.until("the close", () => two.closed !== undefined)
    expect(two.closed).toMatchObject({ code: 1009, reason: "a message has at most 65536 bytes" })
    const three = client()
    await three.hello()
    three.ws.send("{")
    await three.until("the close", () => three.closed !== undefined)
    expect(three.closed?.code).toBe(1008)
  })

  it("W-5 a socket without Hello is closed", async () => {
    const impatient = await openSocket(house, { socketHelloTimeout: 300 })
    const silent = new RawClient(impatient.port)
    clients.push(silent)
    await silent.until("the close", () => silent.closed !== undefined)
    expect(silent.closed).toMatchObject({ code: 1008, reason: "no Hello in time" })
    await impatient.close()
  })

  it("W-7 trap:11 the hub speaks three times in a silence, and drops a client that says nothing", async () => {
    const impatient = await openSocket(house, { socketSilence: 2000 })
    const one = new RawClient(impatient.port)
    clients.push(one)
    // The hub counts from what it read last, which is before its answer arrives here.
    const begin = Date.now()
    await one.hello()
    await one.until("the close", () => one.closed !== undefined)
    expect(Date.now() - begin).toBeGreaterThanOrEqual(1950)
    expect(one.frames(FRAME_HEARTBEAT).length).toBeGreaterThanOrEqual(2)
    await impatient.close()
  })

  it("W-4 check:V4 fragments without an end, or without number, close the connection", async () => {
    const impatient = await openSocket(house, { socketSilence: 1000 })
    const open = new RawClient(impatient.port)
    const many = client()
    clients.push(open)
    await open.hello()
    await many.hello()
    open.ws.send("a", { fin: false, binary: true })
    await open.until("the close", () => open.closed !== undefined)
    expect(open.closed?.code).toBe(1008)
    for (let i = 0; i < 2000; i++) many.ws.send("a", { fin: false, binary: true })
    await many.until("the close", () => many.closed !== undefined)
    expect([1002, 1008, 1009]).toContain(many.closed?.code)
    await impatient.close()
  })

  it("X-5 check:B2 nesting without end is refused and affects no other client", async () => {
    const one = client()
    await one.hello()
    const depth = 20_000
    one.ws.send(
      `{"_tag":"Request","id":"d","tag":"sessions.create","headers":[],"payload":{"kind":"terminal","options":{"x":${"[".repeat(depth)}${"]".repeat(depth)}}}}`,
    )
    await one.until("an answer or a close", () => one.answerOf("d") !== undefined || one.closed !== undefined)
    expect((await house.run(house.hub.list({}))).total).toBeLessThanOrEqual(1)
    const two = client()
    expect(await two.hello()).toMatchObject({ _tag: "Success" })
  })

  /** Acknowledges what an attachment has been given, and what it will be. */
  const acknowledge = (one: RawClient, handle: number): void => {
    let acknowledged = 0
    const say = (): void => {
      if (one.lastSeq > acknowledged) one.ws.send(encodeAck(handle, (acknowledged = one.lastSeq)))
    }
    one.ws.on("message", say)
    say()
  }

  it("D-10 check:T1 check:V1 a socket that stops reading is sent no more than its window, and reads everything later", async () => {
    const session = await createTerminal(house, {
      command: "/bin/sh",
      args: ["-c", "head -c 3000000 /dev/zero | tr '\\0' x; echo end"],
    })
    const slow = client()
    const quick = client()
    await slow.hello("slow-client")
    await quick.hello("quick-client")
    const answer = await slow.call("Attach", { session: session.id, after: 0, mode: "viewer" })
    slow.ws.pause()
    const handle = Number((await quick.call("Attach", { session: session.id, after: 0, mode: "viewer" })).value?.["handle"])
    acknowledge(quick, handle)
    await quick.until("the end", () => quick.tail.includes("end\r\n"), 30_000)
    // Everything that was sent to it meanwhile arrives before the answer to a command.
    slow.ws.resume()
    await slow.call("sessions.get", { session: session.id })
    // What became durable in one turn is sent whole: the last delivery may go over the window by what a busy machine stores at once.
    expect(slow.outputBytes).toBeLessThan(4 * WINDOW)
    acknowledge(slow, Number(answer.value?.["handle"]))
    await slow.until("the end", () => slow.tail.includes("end\r\n"), 30_000)
    expect(slow.outputBytes).toBe(quick.outputBytes)
    expect(slow.digest.digest("hex")).toBe(quick.digest.digest("hex"))
  }, 60_000)

  it("D-11 W-9 trap:19 a large backlog leaves room for heartbeats, and a cut connection says nothing about the session", async () => {
    const session = await createTerminal(house, {
      command: "/bin/sh",
      args: ["-c", "head -c 4000000 /dev/zero | tr '\\0' x; echo end; read x"],
    })
    const first = client()
    await first.hello()
    acknowledge(first, Number((await first.call("Attach", { session: session.id, after: 0, mode: "viewer" })).value?.["handle"]))
    await first.until("the end", () => first.tail.includes("end\r\n"), 30_000)
    first.ws.terminate()
    const second = client()
    await second.hello("raw-client-2")
    const answer = await second.call("Attach", { session: session.id, after: 0, mode: "viewer" })
    second.ws.send(encodePing(1))
    acknowledge(second, Number(answer.value?.["handle"]))
    await second.until("synced", () => second.frames(FRAME_SYNCED).length === 1, 30_000)
    const types = second.received.flatMap((one) => (one.kind === "frame" ? [one.frame.type] : []))
    expect(types.indexOf(FRAME_HEARTBEAT)).toBeGreaterThanOrEqual(0)
    expect(types.indexOf(FRAME_HEARTBEAT)).toBeLessThan(types.indexOf(FRAME_SYNCED))
    expect(types.filter((type) => type === FRAME_EVENTS).length).toBeGreaterThan(12)
    expect((await house.run(house.hub.get(session.id))).process).toBe("running")
  }, 60_000)

  it("check:V2 a flood of input is carried out in order, and another client is served meanwhile", async () => {
    const session = await createTerminal(house, {
      command: "/bin/sh",
      args: ["-c", "stty raw -echo; head -c 20000 | od -An -v -tu1 -w1 | uniq -c | wc -l; sleep 100"],
    })
    const other = await createTerminal(house, { command: "/bin/cat" })
    const flood = client()
    const calm = client()
    await flood.hello("flood-client")
    await calm.hello("calm-client-1")
    const handle = Number((await flood.call("Attach", { session: session.id, after: 0, mode: "interactive" })).value?.["handle"])
    for (let i = 1; i <= 20_000; i++) flood.ws.send(encodeInput(handle, i, Buffer.from([65 + (i % 2)])))
    const begin = Date.now()
    expect(await calm.call("sessions.get", { session: other.id })).toMatchObject({ _tag: "Success" })
    const waited = Date.now() - begin
    await flood.until("all settled", () => flood.frames(FRAME_INPUT_RESULT).at(-1)?.number === 20_000, 30_000)
    expect(flood.frames(FRAME_INPUT_RESULT).filter(({ error }) => error !== undefined)).toEqual([])
    // Alternating bytes: any doubled or lost one would make a run.
    await flood.until("the count", () => flood.tail.includes("20000"), 30_000)
    expect(waited).toBeLessThan(2000)
  }, 60_000)

  it("W-8 a heartbeat names the head of every attached session", async () => {
    const session = await createTerminal(house, { command: "/bin/cat" })
    const one = client()
    await one.hello()
    const answer = await one.call("Attach", { session: session.id, mode: "viewer" })
    await one.until("synced", () => one.frames(FRAME_SYNCED).length === 1)
    await house.run(house.hub.mark(session.id, { text: "here" }, { name: "owner", credential: "owner", scope: "all" }))
    one.ws.send(encodeAck(Number(answer.value?.["handle"]), 3))
    one.ws.send(encodePing(7))
    await one.until("the heartbeat", () => one.frames(FRAME_HEARTBEAT).some(({ time }) => time === 7))
    const { lastSeq } = await house.run(house.hub.get(session.id))
    expect(one.frames(FRAME_HEARTBEAT).find(({ time }) => time === 7)?.heads).toEqual([
      { handle: answer.value?.["handle"], seq: lastSeq },
    ])
    expect(one.frames(FRAME_SNAPSHOT)).toHaveLength(1)
  })

  it("D-12 (fault:N72) the feed sends changed records, says when it has caught up, and starts over for a cursor of another store", async () => {
    const first = await createTerminal(house, { command: "/bin/cat", label: "one" })
    const one = client()
    await one.hello()
    await one.call("WatchSessions", { after: 0 })
    await one.until("the feed", () => one.frames(FRAME_FEED).some(({ synced }) => synced))
    expect(one.frames(FRAME_FEED)[0]?.sessions).toMatchObject([{ id: first.id, label: "one" }])
    await one.call("sessions.update", { session: first.id, label: "two" })
    await one.until("the change", () =>
      one.frames(FRAME_FEED).some(({ sessions }) => (sessions[0] as { label?: string } | undefined)?.label === "two"),
    )
    const change = one.frames(FRAME_FEED).at(-1)?.change ?? 0
    const two = client()
    await two.hello("raw-client-2")
    await two.call("WatchSessions", { after: change })
    await two.until("the feed", () => two.frames(FRAME_FEED).length > 0)
    expect(two.frames(FRAME_FEED)).toMatchObject([{ synced: true, sessions: [] }])
    const { feed } = (await two.call("WatchSessions", {})).value ?? {}
    expect((await two.call("WatchSessions", { after: change, feed })).value).toEqual({ change, feed, reset: false })
    const anew = { change: 0, feed, reset: true }
    expect((await two.call("WatchSessions", { after: change, feed: "other" })).value).toEqual(anew)
    expect((await two.call("WatchSessions", { after: change + 1000, feed })).value).toEqual(anew)
    await two.until("everything", () => two.frames(FRAME_FEED).some(({ sessions }) => sessions.length > 0))
  })

  it("G-7 a revoked credential closes its sockets", async () => {
    const session = await createTerminal(house, { command: "/bin/cat" })
    const one = client()
    await one.hello()
    await one.call("Attach", { session: session.id, mode: "viewer" })
    await house.run(house.hub.dropCredential("owner", "the credential was revoked"))
    await one.until("the end of the attachment", () => one.frames(FRAME_DETACHED).length === 1)
    socket.door.closeCredential("owner", "the credential was revoked")
    await one.until("the close", () => one.closed !== undefined)
    expect(one.closed?.code).toBe(1008)
    expect((await house.run(house.hub.get(session.id))).process).toBe("running")
  })
})
