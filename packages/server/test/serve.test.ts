import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { loadSettings } from "../src/config/configuration.ts"
import { serve } from "../src/serve.ts"
import type { Serving } from "../src/Serving.ts"

let data: string
let serving: Serving | undefined
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "holdfast-real-"))
})
afterEach(async () => {
  await serving?.stop()
  rmSync(data, { recursive: true, force: true })
})

const CANARY = "canary-0123456789-abcdefghijklmnopqrstuvwxyz"

const begin = async (): Promise<Serving> => {
  const env = { ...process.env, HOLDFAST_CONFIG: join(data, "none"), HOLDFAST_TOKEN: CANARY }
  serving = await serve(loadSettings(env, { port: 0, data, runner: "inside", killGrace: 200, logLevel: "debug" }), {
    env,
    runnerProgram: "",
    version: "0.0.0-test",
  })
  return serving
}
const call = async (path: string, body?: unknown): Promise<Record<string, unknown>> => {
  const response = await fetch(`${serving?.url}${path}`, {
    headers: { authorization: `Bearer ${CANARY}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  })
  return (await response.json()) as Record<string, unknown>
}
/** The text of a stream of events until it holds `wanted`. */
const streamUntil = async (path: string, wanted: string): Promise<string> => {
  const stop = new AbortController()
  const response = await fetch(`${serving?.url}${path}`, { headers: { authorization: `Bearer ${CANARY}` }, signal: stop.signal })
  let text = ""
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString("utf8")
    if (text.includes(wanted)) break
  }
  stop.abort()
  return text
}

describe("a real hub through its HTTP door", () => {
  it("H-1 H-6 H-7 H-8 a shell takes input, is followed, shown and recorded", async () => {
    await begin()
    const { id } = await call("/api/sessions", {
      kind: "terminal",
      command: "sh",
      args: ["-c", "read line; echo got $line; exit 3"],
    })
    const followed = streamUntil(`/api/sessions/${String(id)}/events/stream?after=0`, '"type":"exit"')
    expect(await call(`/api/sessions/${String(id)}/input`, { key: "k", text: "hello\r" })).toHaveProperty("seq")
    await call(`/api/sessions/${String(id)}/input`, { key: "k", text: "hello\r" })
    const text = await followed
    expect(text).toContain("got hello")
    expect(text.match(/event: synced/g)).toHaveLength(1)
    expect(await call(`/api/sessions/${String(id)}`)).toMatchObject({ process: "exited", exitCode: 3 })
    const screen = await call(`/api/sessions/${String(id)}/screen`)
    expect(screen["text"]).toContain("got hello")
    const cast = await fetch(`${serving?.url}/api/sessions/${String(id)}/export?format=cast`, {
      headers: { authorization: `Bearer ${CANARY}` },
    })
    expect(await cast.text()).toContain("got hello")
  }, 20_000)

  it("check:S5 G-5 no credential reaches a child, an event, a log or an error", async () => {
    const first = await begin()
    const credential = readFileSync(first.credentialFile, "utf8").trim()
    const link = new URL(first.link()).searchParams.get("link") ?? ""
    const { id } = await call("/api/sessions", {
      kind: "terminal",
      command: "sh",
      args: ["-c", "env; cat /proc/self/environ /proc/$PPID/cmdline | tr '\\0' '\\n'; echo done"],
    })
    const text = await streamUntil(`/api/sessions/${String(id)}/events/stream?after=0`, '"type":"exit"')
    expect(text).toContain("HOLDFAST_SESSION")
    await fetch(`${first.url}/open?link=${link}`, { redirect: "manual" })
    await fetch(`${first.url}/open?link=${link}&more=1`, { redirect: "manual" })
    const events = JSON.stringify(await call(`/api/sessions/${String(id)}/events`))
    await first.stop()
    const log = readFileSync(join(data, "logs", "hub.log"), "utf8")
    for (const secret of [CANARY, credential, link]) for (const place of [text, events, log]) expect(place).not.toContain(secret)
    expect(
      log
        .trim()
        .split("\n")
        .every((line) => typeof JSON.parse(line) === "object"),
    ).toBe(true)
  }, 20_000)

  it("D-7 a stream continues from Last-Event-ID after the hub was stopped and started again", async () => {
    await begin()
    const { id } = await call("/api/sessions", { kind: "terminal", command: "sh", args: ["-c", "echo one; echo two"] })
    const before = await streamUntil(`/api/sessions/${String(id)}/events/stream?after=0`, '"type":"exit"')
    await serving?.stop()
    await begin()
    const after = await streamUntil(`/api/sessions/${String(id)}/events/stream?after=0`, "event: synced")
    const events = (text: string): ReadonlyArray<string> =>
      text.split("\n").filter((line) => line.startsWith('data: {"seq":') && line.includes("channel"))
    expect(events(after)).toEqual(events(before))
  }, 20_000)
})
