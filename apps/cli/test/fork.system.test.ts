import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { messagesOf, openAgent, textOf } from "@holdfast/testkit/agent-session"
import { startHub } from "@holdfast/testkit/hub-process"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { commandLine } from "./user-terminal.ts"

describe("holdfast fork", () => {
  let hub: HubProcess
  beforeAll(async () => {
    hub = await startHub()
  })
  afterAll(() => hub.stop())
  const { run, ok } = commandLine(() => hub)

  it("A-71 (row:A9) forks a session, whole or at a message, and names the fork", async () => {
    const { id } = await openAgent(hub, { options: { pace: 0 }, label: "origin" })
    for (const text of ["[[say one]]", "[[say two]]"]) await ok("send", id, "--wait", text)
    const whole = (await ok("fork", id)).split(/\s+/)[0] ?? ""
    expect((await messagesOf(hub, whole)).map(textOf)).toEqual((await messagesOf(hub, id)).map(textOf))
    const second = (await messagesOf(hub, id)).at(-2)?.id ?? ""
    expect(await ok("fork", id, "--before", second, "--label", "another way")).toContain("another way")
    const { forkedFrom } = JSON.parse(await ok("fork", id, "--through", second, "--json")) as Record<string, unknown>
    expect(forkedFrom).toMatchObject({ session: id, label: "origin", message: second })
    expect(await run("fork", id, "--through", second, "--before", second)).toMatchObject({ code: 2 })
    expect(await run("fork", id, "--before", "nothing-like-it")).toMatchObject({ code: 1 })
  })
})
