/**
 * The description of the API that a hub serves, in the hands of others' tools: a linter, and a generator whose client is
 * compiled and used on that hub.
 */
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { heavyFile } from "../src/agents/heavy.ts"
import { bundled } from "../src/bundled.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const inModules = (path: string): string => join(ROOT, "node_modules", path)

/** Runs a program of Node in a folder; gives what it printed. */
const run = async (folder: string, args: ReadonlyArray<string>, environment = {}): Promise<string> => {
  const options = { cwd: folder, env: { ...process.env, ...environment }, timeout: 60_000 }
  const { stdout } = await promisify(execFile)(process.execPath, args, options)
  return stdout
}

/** What a program does with the generated client; it ends with what it saw as JSON. */
const USE = `import { client } from "./api/client.gen"
import { logEvents, logFollow, messagesList, messagesSend, sessionsCreate, sessionsGet } from "./api"
import type { Event, LogSynced, Session } from "./api"

declare const process: { readonly env: Record<string, string> }
client.setConfig({ baseUrl: process.env["HOLDFAST_URL"] ?? "", auth: () => process.env["HOLDFAST_TOKEN"] ?? "" })

const made = await sessionsCreate({ body: { kind: "agent", agent: "scripted" }, headers: { "idempotency-key": "generated-1" }, throwOnError: true })
const session: Session = made.data
const path = { session: session.id }
const sent = await messagesSend({ path, body: { text: "[[say hello]]", key: "generated-2" }, throwOnError: true })
const ending = new AbortController()
const { stream } = await logFollow({ path, query: { after: 0 }, signal: ending.signal })
const types: Array<string> = []
for await (const data of stream) {
  const frame = (typeof data === "string" ? JSON.parse(data) : data) as Event | LogSynced
  if ("type" in frame) types.push(frame.channel + "/" + frame.type)
  if (types.includes("turn/ended")) break
}
ending.abort()
const page = await logEvents({ path, query: { after: 0, limit: 2, channel: ["session", "turn"] }, throwOnError: true })
const { messages } = (await messagesList({ path, throwOnError: true })).data
const missing = await sessionsGet({ path: { session: "00000000-0000-7000-8000-000000000000" } })
// @ts-expect-error a text is a text
void messagesSend({ path, body: { text: 1 } })
console.log(JSON.stringify({
  status: sent.data.status,
  ended: types.includes("turn/ended"),
  events: page.data.events.length,
  answer: JSON.stringify(messages.at(-1)?.parts),
  missing: missing.error?.error.tag,
}))
`

let hub: HubProcess
let place: string
let description: string
beforeAll(async () => {
  hub = await startHub()
  place = mkdtempSync(join(tmpdir(), "holdfast-openapi-"))
  const answer = await fetch(`${hub.url()}/openapi.json`)
  expect(answer.status).toBe(200)
  description = await answer.text()
})
afterAll(async () => {
  await hub.stop()
  rmSync(place, { recursive: true, force: true })
})

interface Linter {
  readonly createConfig: (config: object) => Promise<object>
  readonly lintFromString: (options: {
    readonly source: string
    readonly absoluteRef: string
    readonly config: object
  }) => Promise<
    ReadonlyArray<{
      readonly ruleId: string
      readonly message: string
      readonly location: ReadonlyArray<{ readonly pointer?: string }>
    }>
  >
}

describe("the description that a hub serves", () => {
  it("C-85 needs no credential, and a linter finds nothing wrong with it", async () => {
    const file = pathToFileURL(heavyFile("@redocly/openapi-core/lib/index.js")).href
    const { createConfig, lintFromString }: Linter = await import(/* @vite-ignore */ file)
    // Schemas of the data of streams are named by \`x-events\`, where the linter does not look; H-26 does.
    const config = await createConfig({ extends: ["recommended-strict"], rules: { "no-unused-components": "off" } })
    const lint = async (source: string): Promise<ReadonlyArray<string>> => {
      const found = await lintFromString({ source, absoluteRef: "openapi.json", config })
      return found.map(({ ruleId, message, location }) => `${ruleId} ${message} ${location[0]?.pointer ?? ""}`)
    }
    expect(await lint(description)).toEqual([])
    expect(await lint(description.replace("#/components/schemas/EventPage", "#/components/schemas/Nothing"))).not.toEqual([])
  })

  it("C-85 the client that a stock generator makes of it compiles and works", async () => {
    writeFileSync(join(place, "openapi.json"), description)
    writeFileSync(join(place, "package.json"), '{"type":"module"}')
    writeFileSync(join(place, "use.ts"), USE)
    const generator = heavyFile("@hey-api/openapi-ts/bin/run.js")
    const options = ["-i", "openapi.json", "-o", "api", "-c", "@hey-api/client-fetch", "--silent", "--no-log-file"]
    await run(place, [generator, ...options])

    const flags = ["--noEmit", "--strict", "--target", "es2024", "--lib", "es2024,dom,dom.iterable", "--types", ""]
    const modules = ["--module", "esnext", "--moduleResolution", "bundler", "--skipLibCheck"]
    const compiler = inModules("typescript/bin/tsc")
    // The compiler says on its output what is wrong.
    const told = await run(place, [compiler, ...flags, ...modules, "use.ts"]).catch(
      ({ stdout }: { readonly stdout: string }) => stdout,
    )
    expect(told).toBe("")

    writeFileSync(join(place, "use.mjs"), await bundled(join(place, "use.ts"), { platform: "node" }))
    const said = await run(place, ["use.mjs"], { HOLDFAST_URL: hub.url(), HOLDFAST_TOKEN: hub.token })
    expect(JSON.parse(said)).toEqual({
      status: "started",
      ended: true,
      events: 2,
      answer: expect.stringContaining("hello"),
      missing: "SessionNotFound",
    })
  })

  it("C-85 the data of each event of a stream has the fields that its schema names", async () => {
    const made = await hub.call<{ readonly id: string }>("POST", "/api/sessions", { kind: "agent", agent: "scripted" })
    const schemas = (JSON.parse(description) as Described).components.schemas
    const fieldsOf = (name: string): ReadonlyArray<string> => Object.keys(schemas[name]?.properties ?? {})
    const frames = async (path: string): Promise<ReadonlyArray<readonly [string, object]>> => {
      const ending = new AbortController()
      const answer = await fetch(`${hub.url()}${path}`, {
        headers: { authorization: `Bearer ${hub.token}` },
        signal: ending.signal,
      })
      let text = ""
      for await (const bytes of answer.body ?? []) {
        text += Buffer.from(bytes).toString("utf8")
        if (/event: synced[^]*\n\n/.test(text)) break
      }
      return [...text.matchAll(/event: (\w+)\n(?:id: .*\n)?data: (.*)\n/g)].map(([, name = "", data = ""]) => [
        name,
        JSON.parse(data) as object,
      ])
    }
    const log = await frames(`/api/sessions/${made.body.id}/events/stream`)
    expect(log.map(([name]) => name)).toEqual(["snapshot", "synced"])
    const [[, snapshot], [, synced]] = log as [readonly [string, object], readonly [string, object]]
    expect(fieldsOf("AgentSnapshot")).toEqual(expect.arrayContaining(Object.keys(snapshot)))
    expect(Object.keys(synced).sort()).toEqual([...fieldsOf("LogSynced")].sort())
    await hub.call("POST", "/api/announcements", { kind: "feature", text: "Streams are described" })
    const feed = await frames("/api/sessions/stream?after=0")
    const announced = feed.find(([name]) => name === "announcements")?.[1] ?? {}
    expect(Object.keys(announced)).toEqual(fieldsOf("AnnouncementList"))
    expect(Object.keys(feed.at(-1)?.[1] ?? {}).sort()).toEqual([...fieldsOf("FeedSynced")].sort())
  })
})

interface Described {
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties?: object }>> }
}
