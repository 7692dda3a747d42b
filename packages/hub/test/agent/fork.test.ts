import { execFileSync } from "node:child_process"
import { readdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Message } from "@holdfast/protocol/agent/message"
import {
  createAgent,
  dataOf,
  failure,
  messages,
  named,
  record,
  send,
  textOf,
  turnsEnded,
} from "@holdfast/testkit/hub/agent-house"
import { attachReader, createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"

const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

describe("forks", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  beforeEach(async () => {
    directory = await testDirectory()
    house = await openHouse({ directory: directory.path })
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })
  const fork = (id: string, request: Parameters<House["agents"]["fork"]>[1] = {}) =>
    house.run(house.agents.fork(id, request, OWNER))

  /** A session of three turns. */
  const talk = async () => {
    const { id, reader } = await createAgent(house)
    for (const [i, text] of ["one", "two", "three"].entries()) {
      await send(house, id, `[[say ${text}]]`)
      await turnsEnded(reader, i + 1)
    }
    return { id, reader, all: await messages(house, id) }
  }

  it("A-71 (row:A9) a fork continues from a message with our transcript, and the session that is forked stays as it is", async () => {
    const { id, reader, all } = await talk()
    const before = await record(house, id)
    const second = all[3] as Message
    const { session, created } = await fork(id, { through: second.id })
    expect(created).toBe(true)
    expect(session).toMatchObject({
      label: `Fork of ${before.label}`,
      forkedFrom: { session: id, label: before.label, message: second.id },
      agent: { name: before.agent?.name, cwd: before.agent?.cwd },
    })
    expect((await messages(house, session.id)).map(textOf)).toEqual(all.slice(0, 4).map(textOf))
    const other = await attachReader(house, { session: session.id, after: 0 })
    await send(house, session.id, "hello")
    await turnsEnded(other, 1)
    expect(named(other, "session/agent-started").map((event) => dataOf(event)["resumed"])).toEqual(["replayed"])
    expect(textOf((await messages(house, session.id)).at(-1) as Message)).toMatch(/remember 4 earlier messages/)
    expect((await record(house, id)).lastSeq).toBe(before.lastSeq)
    expect(await messages(house, id)).toEqual(all)
    expect(named(reader, "turn/ended")).toHaveLength(3)
  })

  it("A-71 before a message, at an event, whole, and from a fork", async () => {
    const { id, all } = await talk()
    const third = all[4] as Message
    const { session: earlier } = await fork(id, { before: third.id, label: "another way" })
    expect(earlier.label).toBe("another way")
    expect(await messages(house, earlier.id)).toHaveLength(4)
    const { session: whole } = await fork(id)
    expect(await messages(house, whole.id)).toEqual(all)
    const { session: none } = await fork(id, { seq: 0 })
    expect(await messages(house, none.id)).toEqual([])
    expect(none.forkedFrom?.message).toBeUndefined()
    const { session: again } = await fork(earlier.id)
    expect(again.forkedFrom?.session).toBe(earlier.id)
    expect(await messages(house, again.id)).toHaveLength(4)
  })

  it("A-71 with a key once, and what cannot be forked says why", async () => {
    const { id, all } = await talk()
    const { session } = await fork(id, { key: "fork-1" })
    expect(await fork(id, { key: "fork-1" })).toMatchObject({ created: false, session: { id: session.id } })
    const refused = async (session: string, request: Parameters<typeof fork>[1]) =>
      failure(house, house.agents.fork(session, request ?? {}, OWNER))
    expect(await refused(id, { key: "fork-1", label: "other" })).toMatchObject({ _tag: "KeyConflict" })
    expect(await refused(id, { through: "nothing" })).toMatchObject({ _tag: "Unprocessable", field: "through" })
    expect(await refused(id, { through: all[0]?.id ?? "", seq: 3 })).toMatchObject({ _tag: "Unprocessable" })
    const terminal = await createTerminal(house, { command: "/bin/true" })
    expect(await refused(terminal.id, {})).toMatchObject({ _tag: "SessionNotReady" })
    const bound = { ...OWNER, sessions: new Set([id]) }
    expect(await failure(house, house.agents.fork(id, {}, bound))).toMatchObject({ _tag: "SessionPermissionError" })
  })

  it("A-75 no two forks have one name: those of a session and of its forks are numbered together, at one moment too", async () => {
    const { id } = await createAgent(house)
    const rename = (session: string, label: string) => house.run(house.hub.update(session, { label }, OWNER))
    await rename(id, "Étude in C (of 24)")
    const labels = async (...forks: ReadonlyArray<ReturnType<typeof fork>>) =>
      (await Promise.all(forks)).map(({ session }) => session.label).sort()
    const first = await fork(id, { key: "one" })
    expect(first.session.label).toBe("Fork of Étude in C (of 24)")
    expect(await labels(fork(id), fork(id), fork(first.session.id))).toEqual(
      [2, 3, 4].map((number) => `Fork ${number} of Étude in C (of 24)`),
    )
    expect((await fork(id, { key: "one" })).session).toMatchObject({ id: first.session.id, label: first.session.label })
    await house.run(house.hub.remove(first.session.id, undefined, OWNER))
    expect(await labels(fork(id))).toEqual(["Fork 5 of Étude in C (of 24)"])
    const sixth = await fork(id)
    await house.run(house.hub.archive(sixth.session.id, undefined, OWNER))
    expect(await labels(fork(id))).toEqual(["Fork 7 of Étude in C (of 24)"])
    const [one, same] = await Promise.all([fork(id, { key: "two" }), fork(id, { key: "two" })])
    expect([same.session.id, same.session.label]).toEqual([one.session.id, one.session.label])
    await rename(id, "Fork of a road")
    expect(await labels(fork(id))).toEqual(["Fork of Fork of a road"])
    const other = await fork(id, { label: "another way" })
    expect(await labels(fork(other.session.id))).toEqual(["Fork of another way"])
    const long = "Lettres persanes ".repeat(12).slice(0, 200).trim()
    await rename(id, long)
    const cut = await labels(fork(id), fork(id))
    expect(cut).toEqual([`Fork 2 of ${long}`.slice(0, 200), `Fork of ${long}`.slice(0, 200)])
    expect(cut.map((label) => label.length)).toEqual([200, 200])
  })

  it("A-75 a fork whose files take long to copy keeps its name, and no other fork waiting", async () => {
    const { id, reader } = await createAgent(house)
    const picture = { type: "file", mediaType: "image/png", url: PIXEL } as const
    await house.run(house.agents.send(id, { parts: [{ type: "text", text: "[[say seen]]" }, picture] }, OWNER))
    await turnsEnded(reader, 1)
    const files = (await readdir(directory.path, { recursive: true })).filter((path) => /files[/\\][0-9a-f]{64}$/.test(path))
    const path = join(directory.path, files[0] ?? "")
    await rm(path)
    execFileSync("/usr/bin/env", ["mkfifo", path])
    const slow = fork(id)
    const { session } = await fork(id, { seq: 0 })
    await writeFile(path, "")
    const labels = [(await slow).session.label, session.label]
    expect(labels.map((label) => label.replace(/of .*/, "of"))).toEqual(["Fork of", "Fork 2 of"])
    await rm(path)
  })

  it("A-71 files of messages go with them, and a transcript of many megabytes is whole", async () => {
    const { id, reader } = await createAgent(house)
    await house.run(
      house.agents.send(
        id,
        {
          parts: [
            { type: "text", text: "[[say seen]]" },
            { type: "file", mediaType: "image/png", url: PIXEL },
          ],
        },
        OWNER,
      ),
    )
    await turnsEnded(reader, 1)
    for (let turn = 0; turn < 4; turn++) {
      await send(house, id, `[[say ok]] ${"long ".repeat(100_000)}`)
      await turnsEnded(reader, turn + 2)
    }
    const all = await messages(house, id)
    const { session } = await fork(id)
    expect(session.status).toBe("active")
    expect(await messages(house, session.id)).toEqual(all)
    const hash = JSON.stringify(all[0]).match(/files\/([0-9a-f]{64})/)?.[1] ?? ""
    const { bytes } = await house.run(house.agents.file(session.id, hash))
    expect(bytes.length).toBeGreaterThan(50)
  })
})
