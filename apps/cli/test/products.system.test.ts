import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { eventually } from "@holdfast/testkit/eventually"
import { startHub } from "@holdfast/testkit/hub-process"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { startReceiver } from "@holdfast/testkit/webhook-receiver"
import { commandLine, holdfast, UserTerminal } from "./user-terminal.ts"

describe("what products need of the command line", () => {
  let hub: HubProcess

  beforeAll(async () => {
    hub = await startHub()
  })
  afterAll(async () => {
    await hub.stop()
  })

  const { run, ok } = commandLine(() => hub)
  const json = async <A>(...args: ReadonlyArray<string>): Promise<A> => JSON.parse(await ok(...args, "--json")) as A

  it("X-20 X-21 X-22 binds a token to sessions and a time, and notes metadata", async () => {
    const id = (await ok("new", "terminal", "--label", "bound by name", "--metadata", "customer=7", "--", "cat")).trim()
    expect(await ok("metadata", id)).toBe("customer=7\n")
    await ok("metadata", "bound by name", "plan=a=b", "--remove", "customer")
    expect(await json<ReadonlyArray<{ id: string }>>("ls", "--metadata", "plan=a=b")).toMatchObject([{ id }])
    expect(await ok("show", id)).toContain("plan=a=b")
    const before = Date.now()
    const token = await json<{ sessions: ReadonlyArray<string>; expiresAt: number; secret: string }>(
      ...["token", "new", "guest", "--session", "bound by name", "--expires", "2h"],
    )
    expect(token.sessions).toEqual([id])
    expect(token.expiresAt).toBeGreaterThanOrEqual(before + 2 * 3_600_000)
    expect(await ok("token", "ls")).toContain(id.slice(-8))
    const answer = await fetch(`${hub.url()}/api/sessions`, { headers: { authorization: `Bearer ${token.secret}` } })
    expect(await answer.json()).toMatchObject({ total: 1, sessions: [{ id }] })
    expect((await run("token", "new", "guest", "--expires", "yesterday")).code).toBe(2)
  })

  it("X-21 X-31 an expired token is reported as such by commands over HTTP and over the socket, with the command for a new one", async () => {
    const { secret, expiresAt } = await json<{ secret: string; expiresAt: number }>("token", "new", "brief", "--expires", "1s")
    await eventually("it has expired", 5000, () => Date.now() > expiresAt)
    const late = { ...hub.environment(), HOLDFAST_TOKEN: secret }
    for (const args of [["ls"], ["attach"]]) {
      const { code, stderr } = await holdfast(late, ...args)
      expect([args, code, stderr]).toEqual([args, 1, expect.stringMatching(/this token expired at .*holdfast token new NAME/)])
      expect(stderr).not.toContain("HOLDFAST_TOKEN")
    }
    expect((await run("webhook", "rm", "nope")).stderr).toMatch(/list them with: .*holdfast webhook ls/)
    expect((await run("announce", "--until", "2h")).code).toBe(2)
    expect(await ok("announce")).toBe("")
  })

  it("Y-1 Y-7 makes, lists, tries and removes webhooks", async () => {
    const receiver = await startReceiver()
    try {
      const outside = await run("webhook", "add", receiver.url(), "--on", "session-created")
      expect([outside.code, outside.stderr]).toEqual([1, expect.stringContaining("allowPrivate") as string])
      const secret = (
        await ok("webhook", "add", receiver.url(), "--on", "session-created,turn-ended", "--tag", "hooked", "--allow-private")
      ).trim()
      expect(secret).toMatch(/^whsec_/)
      const [hook] = await json<ReadonlyArray<{ id: string; on: ReadonlyArray<string> }>>("webhook", "ls")
      const { id = "" } = hook ?? {}
      expect(hook?.on).toEqual(["session-created", "turn-ended"])
      expect(await ok("webhook", "test", id)).toContain("the receiver answered 204")
      receiver.answer((_, response) => void response.writeHead(500).end())
      expect((await run("webhook", "test", id)).code).toBe(1)
      await ok("new", "terminal", "--tag", "hooked", "--", "cat")
      const state = async () =>
        (await json<ReadonlyArray<{ state: string }>>("webhook", "log", id)).map((one) => one.state).join()
      await eventually("it waits to be tried again", 10_000, async () => (await state()) === "retrying")
      receiver.answer((_, response) => void response.writeHead(200).end())
      expect(await ok("webhook", "retry", id)).toContain("1 delivery is tried again")
      await eventually("it was delivered", 10_000, async () => (await state()) === "delivered")
      const fresh = (await ok("webhook", "rotate", id)).trim()
      await ok("webhook", "test", id)
      const last = receiver.received.at(-1)
      for (const one of [secret, fresh]) expect(last === undefined ? "" : receiver.problem(last, one)).toBeUndefined()
      expect(await ok("webhook", "ls")).not.toContain("whsec_")
      await ok("webhook", "rm", id)
      expect((await run("webhook", "add", receiver.url(), "--on", "nothing")).code).toBe(2)
    } finally {
      await receiver.stop()
    }
  })

  it("X-30 makes, lists, shows and removes announcements", async () => {
    const announced = (await ok("announce", "--until", "2h", "The", "server", "restarts")).trim()
    expect(await ok("announce")).toContain(`${announced} maintenance: The server restarts (until `)
    expect(await ok("ls")).toContain("[maintenance: The server restarts")
    const id = (await ok("new", "terminal", "--", "cat")).trim()
    const user = new UserTerminal(hub.environment(), ["attach", id])
    await eventually("the announcement was printed", 10_000, () => user.written.includes("The server restarts"))
    await user.drawn()
    await ok("announce", "--kind", "feature", "Something new")
    await eventually("the next one is shown", 10_000, () => user.written.includes("Something new"))
    await user.close()
    for (const one of await json<ReadonlyArray<{ id: string }>>("announce")) await ok("announce", "--remove", one.id)
    expect(await ok("announce")).toBe("")
  })
})
