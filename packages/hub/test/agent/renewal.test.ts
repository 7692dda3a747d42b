import { mkdir, rename } from "node:fs/promises"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Message } from "@holdfast/protocol/agent/message"
import { type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
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

describe("agents that start afresh", () => {
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

  it("A-41 (fault:N12) a directory that is gone: the error names the command, and the agent continues elsewhere", async () => {
    const cwd = join(directory.path, "worktree")
    await mkdir(cwd)
    const { id, reader } = await createAgent(house, { cwd })
    await send(house, id, "[[say first]]")
    await turnsEnded(reader, 1)
    // Its process ends as an idle one does.
    await house.run(house.agents.renew(id, {}, OWNER))
    await reader.until("the exit", (seen) => named(seen, "session/agent-exited").length === 1)
    await rename(cwd, `${cwd}-moved`)
    await send(house, id, "[[bash pwd]]")
    await turnsEnded(reader, 2)
    const error = dataOf(named(reader, "turn/ended")[1])["error"] as { readonly message: string }
    expect(error.message).toContain(`holdfast cd ${id.slice(-8)} DIRECTORY`)
    expect((await record(house, id)).agent?.hold).toMatchObject({ reason: "error", message: error.message })
    expect(await failure(house, house.agents.configure(id, { cwd: `${cwd}-nowhere` }, OWNER))).toMatchObject({ field: "cwd" })
    const { session } = await house.run(house.agents.configure(id, { cwd: `${cwd}-moved` }, OWNER))
    expect(session.agent?.cwd).toBe(`${cwd}-moved`)
    await turnsEnded(reader, 3)
    expect(textOf((await messages(house, id)).at(-1) as Message)).toContain("worktree-moved")
    expect(dataOf(named(reader, "session/agent-moved")[0])).toEqual({ cwd: `${cwd}-moved` })
    expect(named(reader, "session/agent-started").map((event) => dataOf(event)["resumed"])).toEqual(["new", "replayed"])
  })

  it("A-63 nothing is handed over to an agent whose directory went while it ran; it continues elsewhere", async () => {
    const cwd = join(directory.path, "worktree")
    await mkdir(cwd)
    const { id, reader } = await createAgent(house, { cwd })
    await send(house, id, "[[say first]]")
    await turnsEnded(reader, 1)
    await rename(cwd, `${cwd}-moved`)
    await send(house, id, "[[say second]]")
    await turnsEnded(reader, 2)
    const error = dataOf(named(reader, "turn/ended")[1])["error"] as { readonly message: string }
    expect(error.message).toContain(`holdfast cd ${id.slice(-8)} DIRECTORY`)
    expect((await record(house, id)).queue).toHaveLength(1)
    await house.run(house.agents.configure(id, { cwd: `${cwd}-moved` }, OWNER))
    await turnsEnded(reader, 3)
    expect(textOf((await messages(house, id)).at(-1) as Message)).toContain("second")
  })

  it("A-42 (fault:N13) a process that starts afresh gets what was said, except what is left out", async () => {
    const { id, reader } = await createAgent(house)
    for (const [i, text] of ["one", "two", "three"].entries()) {
      await send(house, id, `[[say ${text}]]`)
      await turnsEnded(reader, i + 1)
    }
    const second = (await messages(house, id)).find((message) => message.role === "user" && textOf(message).includes("two"))
    expect(await failure(house, house.agents.renew(id, { before: "nothing" }, OWNER))).toMatchObject({ field: "before" })
    await house.run(house.agents.renew(id, { before: second?.id ?? "" }, OWNER))
    await send(house, id, "hello")
    await turnsEnded(reader, 4)
    await house.run(house.agents.renew(id, {}, OWNER))
    await send(house, id, "hello")
    await turnsEnded(reader, 5)
    const started = named(reader, "session/agent-started").map((event) => dataOf(event)["resumed"])
    expect(started).toEqual(["new", "replayed", "replayed"])
    const [before, after] = (await messages(house, id)).filter(({ role }) => role === "assistant").slice(-2)
    expect(textOf(before as Message)).toMatch(/remember 2 earlier messages/)
    // What was said since is known again, and what was left out stays out.
    expect(textOf(after as Message)).toMatch(/remember 4 earlier messages/)
    expect((await messages(house, id)).length).toBe(10)
  })
})
