/** Notifications of a real hub: to devices whose push service is on loopback, over a kill of the hub. */
import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { PushDevice, PushList } from "@holdfast/protocol/push"
import { openAgent, recordOf, sendText, settledAgent } from "../src/agent-session.ts"
import { eventually } from "../src/eventually.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { type PushService, startPushService } from "../src/push-service.ts"

const STAND_IN = fileURLToPath(new URL("../../packages/agents/test/acp-agent.ts", import.meta.url))

let data: string
let hub: HubProcess
let service: PushService
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), "holdfast-push-"))
  // An agent that reads its directory by itself.
  const standin = { command: process.execPath, args: [STAND_IN], env: { ACP_AGENT: "{}" } }
  writeFileSync(join(data, "config.json"), JSON.stringify({ agents: { standin } }))
  ;[hub, service] = await Promise.all([startHub({ data }), startPushService()])
})
afterAll(async () => {
  await hub.stop()
  await service.stop()
  rmSync(data, { recursive: true, force: true })
})

const put = async (client: string, more: object = {}) =>
  hub.call<PushDevice>("PUT", `/api/push/${client}`, { ...(await service.device(`/${client}`)), allowPrivate: true, ...more })
const toldOf = (client: string): ReadonlyArray<string> =>
  service.pushed.filter(({ path }) => path === `/${client}`).map(({ notice }) => `${notice.reason} ${notice.title}`)
const asksIn = (id: string) =>
  eventually("it asks", 20_000, async () => (await recordOf(hub, id)).permissions.find(({ decision }) => decision === undefined))

describe("notifications", () => {
  it("PN-1 PN-3 PN-4 PN-7 a phone learns what waits and what has ended unseen; a hub that was killed continues, with its key", async () => {
    expect((await put("phone-01", { name: "phone" })).body).toMatchObject({ name: "phone", service: service.origin })
    const { key } = (await hub.call<PushList>("GET", "/api/push")).body
    const file = readdirSync(hub.data).find((name) => name.startsWith("push-key")) ?? ""
    expect(statSync(join(hub.data, file)).mode & 0o777).toBe(0o600)
    const [asking, ending, seen, answered] = await Promise.all(
      ["asking", "ending", "seen", "answered"].map((label) => openAgent(hub, { label })),
    )
    await Promise.all([
      sendText(hub, asking!.id, "[[bash echo hi]]"),
      sendText(hub, ending!.id, "[[say done]]"),
      sendText(hub, answered!.id, "[[bash sleep 20]]"),
      sendText(hub, seen!.id, "[[say done]]"),
    ])
    const [request] = await Promise.all([asksIn(answered!.id), settledAgent(hub, seen!.id)])
    await Promise.all([
      hub.call("POST", `/api/sessions/${answered!.id}/permissions/${request.id}`, { optionId: "allow" }),
      hub.call("PUT", `/api/sessions/${seen!.id}/seen`, {}),
    ])
    await eventually("two are told", 20_000, () => toldOf("phone-01").length >= 2)
    expect([...toldOf("phone-01")].sort()).toEqual(["ended ending", "waiting asking"])
    const waiting = await asksIn(asking!.id)
    expect(service.pushed.find(({ notice }) => notice.tag === asking!.id)?.notice.path).toBe(
      `s/${asking!.id}?request=${waiting.id}`,
    )

    await sendText(hub, ending!.id, "[[say again]]")
    await settledAgent(hub, ending!.id)
    await hub.kill("SIGKILL")
    await hub.start()
    await eventually("what ended before the kill arrives", 20_000, () => toldOf("phone-01").length >= 3)
    expect((await hub.call<PushList>("GET", "/api/push")).body).toMatchObject({ key, devices: [{ client: "phone-01" }] })
    expect(new Set(service.pushed.map((one) => one.key))).toEqual(new Set([key]))
    expect(toldOf("phone-01").filter((one) => one === "waiting asking")).toHaveLength(1)
    expect(service.problems).toEqual([])
  })

  it("PN-3 a phone learns of a directory that waits for trust once, of the end of a turn there, and of no revocation", async () => {
    const work = mkdtempSync(join(realpathSync(tmpdir()), "holdfast-untrusted-"))
    writeFileSync(join(work, ".mcp.json"), JSON.stringify({ mcpServers: { evil: {} } }))
    const told = () => toldOf("phone-trust")
    const count = (what: string) => told().filter((one) => one === what).length
    const session = (label: string) => openAgent(hub, { agent: "standin", label, cwd: work })
    try {
      await put("phone-trust")
      const waiting = await session("untrusted")
      expect(waiting.agent?.trust).toMatchObject({ directory: work, state: "waiting" })
      await eventually("it is told", 20_000, () => count("waiting untrusted") === 1)
      const notice = service.pushed.find(({ notice: { tag } }) => tag === waiting.id)?.notice
      expect(notice).toMatchObject({ path: `s/${waiting.id}`, reason: "waiting" })
      expect(notice?.body).toContain(`Trust ${work}?\n`)
      await hub.call("POST", "/api/trust", { directory: work, trusted: true })
      const [idle, busy] = await Promise.all([session("idle"), session("busy")])
      await hub.call("POST", "/api/trust/revoke", { directory: work })
      const stateOf = async (id: string) => (await recordOf(hub, id)).agent?.trust?.state
      for (const { id } of [waiting, idle, busy])
        await eventually("it waits again", 10_000, async () => (await stateOf(id)) === "waiting")
      // A turn that ends before a person could be told of the directory. What comes later is told, and with it all that was before.
      const [quick] = await Promise.all([session("quick"), sendText(hub, busy.id, "hello")])
      await sendText(hub, quick.id, "hello")
      await eventually("the ends are told", 20_000, () => count("ended quick") === 1 && count("ended busy") === 1)
      expect([...told()].sort()).toEqual(["ended busy", "ended quick", "waiting untrusted"])
    } finally {
      await hub.call("DELETE", "/api/push/phone-trust")
      rmSync(work, { recursive: true, force: true })
    }
  })

  it("PN-2 the devices of a token go with it, and no others; PN-1 a token that may only read puts none", async () => {
    const token = async (scope: string) =>
      (await hub.call<{ readonly id: string; readonly secret: string }>("POST", "/api/tokens", { name: scope, scope })).body
    const [writing, reading] = [await token("write"), await token("read")]
    const ask = (secret: string, method: string, path: string, body?: object) =>
      fetch(hub.url() + path, {
        method,
        headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    const subscription = { endpoint: "https://push.example.org/x", keys: (await service.device("/token")).keys }
    expect((await ask(reading.secret, "PUT", "/api/push/token-01", subscription)).status).toBe(403)
    const stored = await ask(writing.secret, "PUT", "/api/push/token-01", subscription)
    // Where names are not resolved the address is looked at when something is sent.
    expect([200, 422]).toContain(stored.status)
    expect(
      (await ask(writing.secret, "PUT", "/api/push/token-02", { ...subscription, endpoint: "http://127.0.0.1:9/" })).status,
    ).toBe(422)
    expect(await (await ask(reading.secret, "GET", "/api/push")).json()).toMatchObject({ devices: [] })
    await hub.call("DELETE", `/api/tokens/${writing.id}`)
    expect((await hub.call<PushList>("GET", "/api/push")).body.devices.map(({ client }) => client)).toEqual(["phone-01"])
    expect((await hub.call("DELETE", "/api/push/phone-01")).body).toEqual({ removed: true })
  })
})
