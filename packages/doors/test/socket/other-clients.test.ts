/** What clients do that were written from the protocol's document, with the libraries of other languages. */
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { encodeInput, FRAME_HEARTBEAT, FRAME_INPUT_RESULT, FRAME_SYNCED } from "@holdfast/protocol/frame"
import { createTerminal, type House, openHouse, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { openSocket, RawClient, type SocketHouse } from "@holdfast/testkit/hub/socket-house"

describe("a client of another make", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let socket: SocketHouse
  let client: RawClient
  beforeEach(async () => {
    directory = await testDirectory()
    house = await openHouse({ directory: directory.path })
    socket = await openSocket(house)
    client = new RawClient(socket.port)
  })
  afterEach(async () => {
    client.ws.terminate()
    await socket.close()
    await house.close()
    await directory.remove()
  })

  it("W-7 is heard when its library sends a WebSocket ping or pong and nothing else", async () => {
    const impatient = await openSocket(house, { socketSilence: 1000 })
    const [pinging, ponging] = [new RawClient(impatient.port), new RawClient(impatient.port)]
    await Promise.all([pinging.hello("pinging-client"), ponging.hello("ponging-client")])
    const library = setInterval(() => {
      pinging.ws.ping()
      ponging.ws.pong()
    }, 50)
    try {
      // Three to a silence: with five of them it is over.
      for (const one of [pinging, ponging])
        await one.until("the heartbeats", () => one.closed !== undefined || one.frames(FRAME_HEARTBEAT).length >= 5)
      expect([pinging.closed, ponging.closed]).toEqual([undefined, undefined])
    } finally {
      clearInterval(library)
      await impatient.close()
    }
  })

  it("W-6 learns that an input came behind one with a higher number, and types under the next one", async () => {
    const { id: session } = await createTerminal(house, { command: "/bin/cat" })
    await client.hello()
    const { value } = await client.call("Attach", { session, after: 0, mode: "interactive" })
    const handle = Number(value?.["handle"])
    await client.until("synced", () => client.frames(FRAME_SYNCED).length === 1)
    for (const [number, text] of [
      [2, "two\r"],
      [5, "five\r"],
      [3, "three\r"],
      [5, "five\r"],
      [6, "six\r"],
    ] as const)
      client.ws.send(encodeInput(handle, number, Buffer.from(text)))
    await client.until("the last result", () => client.frames(FRAME_INPUT_RESULT).at(-1)?.number === 6)
    const refused = client.frames(FRAME_INPUT_RESULT).filter(({ error }) => error !== undefined)
    expect(refused).toMatchObject([{ number: 3, error: { tag: "BadRequest" } }])
    // The terminal shows each line, and so does the program; in which order is up to them.
    await client.until("both", () => client.tail.match(/six/g)?.length === 2)
    expect(client.tail.match(/two|three|five|six/g)?.sort()).toEqual(["five", "five", "six", "six", "two", "two"])
  })

  it("W-2 sends a command without fields with the payload null, {} or none, and nothing comes back as {}", async () => {
    await client.hello()
    for (const tag of ["sessions.list", "agents.list", "WatchSessions", "UnwatchSessions"]) {
      for (const payload of [null, {}]) expect([tag, await client.call(tag, payload)]).toMatchObject([tag, { _tag: "Success" }])
      client.ws.send(JSON.stringify({ _tag: "Request", id: `none ${tag}`, tag }))
      await client.until("the answer", () => client.answerOf(`none ${tag}`) !== undefined)
      expect(client.answerOf(`none ${tag}`)).toMatchObject({ _tag: "Success" })
      for (const payload of [{ more: 1 }, 5, []]) {
        const answer = await client.call(tag, payload)
        expect([tag, payload, answer]).toMatchObject([tag, payload, { cause: [{ error: { _tag: "BadRequest" } }] }])
      }
    }
    const { id: session } = await createTerminal(house, { command: "/bin/cat" })
    expect(await client.call("terminal.resize", { session, cols: 90, rows: 20 })).toMatchObject({ value: {} })
    await client.call("Attach", { session, mode: "viewer" })
    expect(await client.call("Detach", { session })).toMatchObject({ value: {} })
    expect(await client.call("UnwatchSessions")).toMatchObject({ value: {} })
    expect(await client.call("sessions.get")).toMatchObject({ cause: [{ error: { _tag: "BadRequest" } }] })
  })

  it("D-6 gives a cursor of a page as a number or as text", async () => {
    const { id: session } = await createTerminal(house, { command: "/bin/cat" })
    await client.hello()
    for (const after of [1, "1"]) {
      const { value } = await client.call("log.events", { session, after, limit: 1 })
      expect(value).toMatchObject({ events: [{ seq: 2 }] })
    }
    for (const after of [-1, 1.5, "1.5", 1e300, "9007199254740992"]) {
      const answer = await client.call("log.events", { session, after })
      expect([after, answer]).toMatchObject([after, { cause: [{ error: { _tag: "CursorInvalid" } }] }])
    }
  })

  it("X-1 learns the status of a session that is of the wrong kind", async () => {
    const { id: session } = await createTerminal(house, { command: "/bin/cat" })
    await client.hello()
    const answer = await client.call("queue.hold", { session })
    expect(answer).toMatchObject({ cause: [{ error: { _tag: "SessionNotReady", status: "active" } }] })
  })
})
