import { mkdtempSync, readFileSync, rmSync, statSync, existsSync, writeFileSync, chmodSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { resolveSettings } from "@holdfast/protocol/settings"
import { Hub } from "@holdfast/hub/Hub"
import { ServeFailed, type Serving } from "../src/Serving.ts"
import { takeDataDirectory } from "../src/data-directory.ts"
import { start } from "../src/start.ts"
import { storeLayer } from "../src/store-layer.ts"
import { makeFakeHub } from "@holdfast/testkit/hub/FakeHub"

let data: string
const running: Array<Serving> = []
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "holdfast-serve-"))
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((serving) => serving.stop()))
  rmSync(data, { recursive: true, force: true })
})

/** A door that takes nothing. */
const SOCKET = {
  accept: () => undefined,
  closeCredential: () => undefined,
  stop: () => Promise.resolve(),
  connections: () => 0,
  open: () => [],
}

const serveFake = async (options: Record<string, unknown> = {}, lines: Array<string> = []): Promise<Serving> => {
  const { values } = resolveSettings({}, {}, { port: 0, ...options })
  const serving = await start(
    values,
    data,
    { env: {}, runnerProgram: "", version: "0.0.0", log: (line) => void lines.push(line) },
    {
      store: storeLayer(values, data),
      hub: (telemetry) => Layer.succeed(Hub, makeFakeHub(telemetry).hub),
      sockets: () => Effect.succeed({ socket: SOCKET, chat: SOCKET, rpc: SOCKET, "socket-io": SOCKET }),
      routes: () => Effect.succeed({ serve: () => undefined }),
    },
  )
  running.push(serving)
  return serving
}
const failure = (options: Record<string, unknown>): Promise<ServeFailed> =>
  serveFake(options).then(
    () => Promise.reject(new Error("it started")),
    (error: unknown) => (error instanceof ServeFailed ? error : Promise.reject(new Error("not a ServeFailed", { cause: error }))),
  )
const mode = (path: string): number => statSync(path).mode & 0o777

describe("starting a hub", () => {
  it("G-9 check:S7 other than loopback without protection refuses to start and opens nothing", async () => {
    for (const host of ["0.0.0.0", "::", "192.168.1.5", "example.org"]) {
      const error = await failure({ host })
      expect([host, error.reason]).toEqual([host, "unprotected"])
      expect(error.message).toContain("tlsCert")
    }
    expect(existsSync(join(data, "hub.json"))).toBe(false)
  })

  it("G-9 check:S7 the data directory is 0700 and its files 0600, also when it was wider", async () => {
    chmodSync(data, 0o755)
    await serveFake()
    expect(mode(data)).toBe(0o700)
    for (const file of ["credential", "hub.json", "holdfast.db"]) expect([file, mode(join(data, file))]).toEqual([file, 0o600])
  })

  it("G-5 the credential is made at first start and kept", async () => {
    const first = await serveFake()
    expect(first.firstStart).toBe(true)
    const credential = readFileSync(join(data, "credential"), "utf8").trim()
    expect(credential).toMatch(/^[\w-]{43}$/)
    await first.stop()
    const second = await serveFake()
    expect(second.firstStart).toBe(false)
    const answer = await fetch(`${second.url}/api/sessions`, { headers: { authorization: `Bearer ${credential}` } })
    expect(answer.status).toBe(200)
  })

  it("says where it is in hub.json, and takes it back when it stops", async () => {
    const serving = await serveFake()
    expect(JSON.parse(readFileSync(join(data, "hub.json"), "utf8"))).toMatchObject({
      pid: process.pid,
      port: serving.port,
      url: serving.url,
    })
    await serving.stop()
    expect(existsSync(join(data, "hub.json"))).toBe(false)
  })

  it("a port in use is a refusal that says what to do", async () => {
    const other = createServer().listen(0, "127.0.0.1")
    await new Promise((resolve) => other.once("listening", resolve))
    const address = other.address()
    const error = await failure({ port: typeof address === "object" ? address?.port : 0 })
    other.close()
    expect([error.reason, error.message]).toEqual(["port", expect.stringContaining("HOLDFAST_PORT")])
  })

  it("S-21 a store that another hub has open is a refusal that names its process", async () => {
    await serveFake()
    const error = await failure({})
    expect([error.reason, error.message]).toEqual(["locked", expect.stringContaining(String(process.pid))])
  })

  it("a file instead of a data directory, and a file that is not a database, are refusals that change nothing", async () => {
    const file = join(data, "file")
    writeFileSync(file, "x")
    const { values } = resolveSettings({}, {}, { port: 0 })
    await expect(
      start(
        values,
        file,
        { env: {}, runnerProgram: "", version: "0", log: () => undefined },
        {
          store: storeLayer(values, file),
          hub: (telemetry) => Layer.succeed(Hub, makeFakeHub(telemetry).hub),
          sockets: () => Effect.never,
          routes: () => Effect.never,
        },
      ),
    ).rejects.toMatchObject({ reason: "data" })
    const garbage =
      "this is not a database, whatever its name says; it goes on for a while so that nobody takes it for an empty one".repeat(50)
    writeFileSync(join(data, "holdfast.db"), garbage)
    const error = await failure({})
    expect(error.reason).toBe("damaged")
    expect(readFileSync(join(data, "holdfast.db"), "utf8")).toBe(garbage)
  })

  it.runIf(process.platform === "linux")("a data directory that cannot be made there is refused at once, with what to do", () => {
    for (const place of ["/proc/holdfast", "/proc/holdfast/data/here"])
      expect(() => takeDataDirectory(place)).toThrow(
        `${place} cannot be used: no directory can be created there; set HOLDFAST_DATA`,
      )
  })

  it("G-6 the printed link signs in once", async () => {
    const serving = await serveFake()
    const link = serving.link()
    const first = await fetch(link, { redirect: "manual" })
    const again = await fetch(link, { redirect: "manual" })
    expect([first.status, again.status]).toEqual([200, 401])
    expect(first.headers.get("set-cookie")).toBeNull()
    expect(first.headers.get("cache-control")).toBe("no-store")
    const key = /data-key="([\w-]{43})"/.exec(await first.text())?.[1] ?? ""
    const ask = (headers: Record<string, string>) => fetch(`${serving.url}/api/sessions`, { headers })
    expect((await ask({ authorization: `Bearer ${key}` })).status).toBe(200)
    expect((await ask({ cookie: `holdfast-key=${key}` })).status).toBe(401)
  })

  it("check:S5 the credential is in no log line, and a stop is over well within ten seconds", async () => {
    const lines: Array<string> = []
    const serving = await serveFake({ token: "canary-token-0123456789", logLevel: "debug" }, lines)
    const credential = readFileSync(join(data, "credential"), "utf8").trim()
    const link = new URL(serving.link())
    for (const token of [credential, "canary-token-0123456789", "wrong-canary"]) {
      await fetch(`${serving.url}/api/sessions?q=${token.length}`, { headers: { authorization: `Bearer ${token}` } })
    }
    await fetch(link, { redirect: "manual" })
    const began = performance.now()
    await serving.stop()
    expect(performance.now() - began).toBeLessThan(5000)
    const all = lines.join("\n")
    expect(all).toContain('"operation":"sessions.list"')
    for (const secret of [credential, "canary-token-0123456789", "wrong-canary", link.searchParams.get("link") ?? "?"])
      expect(all).not.toContain(secret)
  })
})
