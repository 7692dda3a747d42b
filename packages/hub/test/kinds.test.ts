/** A kind of session beside terminals and agents: what a kind needs, and that nothing else has to know of it. */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import * as Exit from "effect/Exit"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { CreateSession } from "@holdfast/protocol/session"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import { attachReader, createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { failure } from "@holdfast/testkit/hub/agent-house"
import { ScriptedRunner } from "@holdfast/testkit/hub/scripted-runner"
import { AttendedPart } from "../src/delivery/AttendedPart.ts"
import type { Ownership } from "../src/session/Ownership.ts"
import type { SessionKind } from "../src/session/SessionKind.ts"
import type { Snapshot } from "../src/session/SessionPart.ts"

/** A pad of notes: each mark of its log is one. */
class NotesPart extends AttendedPart {
  write(text: string): void {
    const mark = { name: "session/marked", data: { text } } as const
    this.session.submit({ decide: () => ({ _tag: "Accepted", events: [mark] }), done: () => {} })
  }

  protected override snapshot(done: (snapshot: Snapshot | undefined) => void): void {
    this.session.whenDurable(() => {
      const { context, handle, durableSeq: seq } = this.session
      const range = { after: 0, maxBytes: 1024 * 1024, channel: "session", type: "marked" }
      context.fork(context.store.read(handle, range), (exit) => {
        if (Exit.isFailure(exit)) return done(undefined)
        const notes = exit.value.records.map((bytes) => decodeRecord(readRecord(bytes, 0)).data)
        done({ seq, head: { kind: "notes" }, screen: Buffer.from(JSON.stringify(notes)) })
      })
    })
  }
}

const notes = (opened: Array<NotesPart>, begin = (part: NotesPart) => part.write("the first note")): SessionKind<NotesPart> => ({
  name: "notes",
  make: (session) => {
    const part = new NotesPart(session)
    opened.push(part)
    return part
  },
  create: ({ label = "notes", tags = [], env = {} }, by, planned) =>
    planned(
      Exit.succeed({
        command: { _tag: "Create", kind: "notes", label, tags, owner: by.name },
        env,
        inherited: undefined,
        inheritsAgain: false,
        made: ({ session, part }, answer) => {
          begin(part)
          answer(Exit.succeed({ session: session.record(), created: true }))
        },
      }),
    ),
})

// Doors take the kinds of the protocol, which this one is not among.
const REQUEST = { kind: "notes", label: "shopping", key: "once" } as unknown as CreateSession

describe("a kind of session of a few lines", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let clock: number
  let opened: Array<NotesPart>
  let house: House
  const open = (kinds = [notes(opened)]): Promise<House> =>
    openHouse({
      directory: directory.path,
      sqlite: true,
      runners: new ScriptedRunner("one").layer,
      now: () => clock,
      settings: { trashKeep: 1000 },
      kinds: () => kinds,
    })
  beforeEach(async () => {
    directory = await testDirectory()
    clock = Date.now()
    opened = []
    house = await open()
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  const create = () => house.run(house.hub.create(REQUEST, OWNER))
  const notesOf = async (id: string): Promise<unknown> => {
    const reader = await attachReader(house, { session: id })
    await reader.until("synced", ({ seen }) => seen.some(({ kind }) => kind === "synced"))
    reader.attachment?.detach()
    const snapshot = reader.seen.find((one) => one.kind === "snapshot")
    expect(snapshot?.head.kind).toBe("notes")
    return JSON.parse(snapshot?.screen ?? "")
  }

  it("is created once with a key, changed by its own commands and by common ones, attached to and read", async () => {
    const { session } = await create()
    expect(session).toMatchObject({ kind: "notes", label: "shopping", process: "none", status: "active" })
    expect(await create()).toMatchObject({ session: { id: session.id }, created: false })
    const reader = await attachReader(house, { session: session.id, after: 0 })
    opened[0]?.write("milk")
    await house.run(house.hub.mark(session.id, { text: "bread" }, OWNER))
    await house.run(house.hub.update(session.id, { label: "groceries" }, OWNER))
    await reader.until("every event", ({ list }) => list.length === 5)
    reader.checkDense(0)
    expect(reader.list.map(({ type, data }) => [type, (data as { text?: string }).text])).toEqual([
      ["created", undefined],
      ["marked", "the first note"],
      ["marked", "milk"],
      ["marked", "bread"],
      ["renamed", undefined],
    ])
    expect(await notesOf(session.id)).toEqual([{ text: "the first note" }, { text: "milk" }, { text: "bread" }])
    expect((await house.run(house.hub.list({}))).sessions).toMatchObject([{ id: session.id, label: "groceries" }])
  })

  it("continues after a restart of the hub, beside a terminal, and what only terminals or agents can do is refused", async () => {
    const { session } = await create()
    await createTerminal(house, { command: "/bin/sh" })
    await house.close()
    house = await open()
    opened.at(-1)?.write("never: it is not open")
    expect(await notesOf(session.id)).toEqual([{ text: "the first note" }])
    opened.at(-1)?.write("after the restart")
    expect(await notesOf(session.id)).toEqual([{ text: "the first note" }, { text: "after the restart" }])
    const { hub, agents } = house
    const bytes = new Uint8Array([120])
    const otherKind = { _tag: "SessionNotReady", status: "active", message: expect.stringContaining("a session of kind notes") }
    expect(await failure(house, hub.input(session.id, undefined, bytes, OWNER))).toMatchObject(otherKind)
    expect(await failure(house, hub.screen(session.id))).toMatchObject(otherKind)
    expect(await failure(house, hub.restart(session.id, {}, OWNER))).toMatchObject(otherKind)
    expect(await failure(house, agents.send(session.id, { text: "hello" }, OWNER))).toMatchObject(otherKind)
    const reader = await attachReader(house, { session: session.id, mode: "interactive" })
    const settled = await new Promise((resolve) => reader.attachment?.input(1, bytes, resolve))
    expect(settled).toMatchObject({
      status: "active",
      message: "a session of kind notes takes no input; an agent takes messages instead",
    })
  })

  it("comes back from the trash, and is purged, which its readers learn", async () => {
    await house.close()
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] })
    try {
      house = await open()
      const { id } = (await create()).session
      await house.run(house.hub.remove(id, undefined, OWNER))
      expect(await house.run(house.hub.restore(id, undefined, OWNER))).toMatchObject({ session: { status: "active" } })
      const reader = await attachReader(house, { session: id, after: 0 })
      await house.run(house.hub.remove(id, undefined, OWNER))
      clock += 2000
      vi.advanceTimersByTime(60_000)
      await reader.until("the end", ({ seen }) => seen.some(({ kind }) => kind === "detached"))
      expect(reader.seen.at(-1)).toEqual({ kind: "detached", reason: "the session was purged" })
      expect(await failure(house, house.hub.get(id))).toMatchObject({ _tag: "SessionNotFound" })
    } finally {
      vi.useRealTimers()
    }
  })

  it("X-4 whose kind fails after the session was stored answers with the fault, and the session keeps its files", async () => {
    await house.close()
    const broken = notes(opened, () => {
      throw new Error("a planted fault")
    })
    house = await open([broken])
    const create = house.hub.create({ ...REQUEST, env: { SECRET: "kept" } }, OWNER)
    expect(await failure(house, create)).toMatchObject({ _tag: "InternalError" })
    const [session] = (await house.run(house.hub.list({}))).sessions
    expect(session).toMatchObject({ kind: "notes", label: "shopping" })
    const files = () => readdirSync(join(directory.path, "sessions", session?.directory ?? ""))
    await house.close()
    expect(files()).toHaveLength(1)
  })

  it("S-29 is listed and read by a server that does not have it, which says so when it is to be opened or created", async () => {
    const { session } = await create()
    await house.close()
    house = await open([])
    expect((await house.run(house.hub.list({}))).sessions).toMatchObject([{ id: session.id, kind: "notes" }])
    expect((await house.run(house.hub.events(session.id, { after: 0, limit: 10 }))).events).toHaveLength(2)
    const refused = {
      _tag: "Unprocessable",
      field: "kind",
      message: 'this server has no sessions of kind "notes"; it has terminal, agent',
    }
    expect(await failure(house, house.hub.mark(session.id, { text: "x" }, OWNER))).toMatchObject(refused)
    expect(await failure(house, house.hub.create(REQUEST, OWNER))).toMatchObject(refused)
  })
})

describe("who owns a session", () => {
  it("is asked before each claim: one of another hub is not opened, and the answer says where it is", async () => {
    const directory = await testDirectory()
    const calls: Array<string> = []
    const elsewhere = new Set<string>()
    const ownership: Ownership = {
      ask: (session, answer) => {
        calls.push("ask")
        answer(elsewhere.has(session) ? { hub: "two", url: "https://two.example" } : undefined)
      },
      taken: () => calls.push("taken"),
      left: () => calls.push("left"),
    }
    const options = { directory: directory.path, sqlite: true, runners: new ScriptedRunner("one").layer, ownership }
    let house = await openHouse(options)
    try {
      const { id } = await createTerminal(house, { command: "/bin/sh" })
      expect(calls).toEqual(["taken"])
      await house.close()
      expect(calls).toEqual(["taken", "left"])
      elsewhere.add(id)
      house = await openHouse(options)
      const mark = () => house.run(house.hub.mark(id, { text: "x" }, OWNER))
      expect(await failure(house, house.hub.mark(id, { text: "x" }, OWNER))).toMatchObject({
        _tag: "Unavailable",
        message: `the session ${id} is on the hub two; reach it at https://two.example`,
      })
      // Reading claims nothing.
      expect(await house.run(house.hub.get(id))).toMatchObject({ id })
      elsewhere.delete(id)
      expect(await mark()).toMatchObject({ seq: 3 })
    } finally {
      await house.close()
      await directory.remove()
    }
  })
})
