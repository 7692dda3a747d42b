import { execFile } from "node:child_process"
import { writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { isDoorRoute, ROUTES } from "../../src/guard/routes.ts"
import { describeApi, specPath } from "../../src/http/openapi.ts"
import { type OperationName, operationEntries, operationOf } from "@holdfast/protocol/operations"
import { testDirectory } from "@holdfast/testkit/hub/hub-house"
import { typesModule } from "./generate-client.ts"
import { startDoor, type Door } from "./start.ts"

const spec = describeApi("1.2.3")
const text = JSON.stringify(spec)
const operations = ROUTES.filter(({ socket }) => !socket).map((route) => {
  const operation = spec.paths[specPath(route)]?.[route.method.toLowerCase() as "get"]
  if (operation === undefined) throw new Error(`${route.name} is not described`)
  return { route, operation }
})

/** What a generated client is used for, and what its types must refuse. */
const USE = `import type { Event, Message, Queries, QueueItem, Session, SessionPage } from "./types.ts"
declare const session: Session
declare const page: SessionPage
export const age: number = Date.now() - session.createdAt
export const first: Session | undefined = page.sessions[0]
export const queued: QueueItem | undefined = session.queue[0]
export const query: Queries["sessions.list"] = { limit: 50, createdSince: 0, pinned: true, status: "all" }
export const range: Queries["log.events"] = { after: 3, channel: ["turn", "message"], type: ["ended"] }
export const event = (one: Event): number => one.seq + (one.from ?? 0)
export const parts = (message: Message): number => message.parts.length
// @ts-expect-error a time is a number
export const time: string = session.createdAt
// @ts-expect-error a limit is a number
export const limit: Queries["sessions.list"] = { limit: "50" }
// @ts-expect-error a status is one of four
export const status: Queries["sessions.list"] = { status: "gone" }
// @ts-expect-error a session has no such field
export const missing = session.nothing
// @ts-expect-error a channel is one of those there are
export const channel: Queries["log.events"] = { channel: ["terminals"] }
`

describe("the description of the API", () => {
  let door: Door
  beforeAll(async () => {
    door = await startDoor()
  })
  afterAll(() => door.stop())

  it("H-26 types made of it compile, and refuse what is wrong (fault:N67)", async () => {
    const directory = await testDirectory()
    try {
      await writeFile(join(directory.path, "types.ts"), typesModule(spec))
      await writeFile(join(directory.path, "use.ts"), USE)
      const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc")
      const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--allowImportingTsExtensions", "--types", ""]
      const args = [tsc, ...options, join(directory.path, "use.ts"), join(directory.path, "types.ts")]
      const compiled = await promisify(execFile)(process.execPath, args, { cwd: directory.path }).catch((error: unknown) => error)
      expect(compiled).toEqual({ stdout: "", stderr: "" })
    } finally {
      await directory.remove()
    }
  })

  it("H-26 numbers are numbers, names resolve, and a session is written out once (fault:N67)", () => {
    expect(text).not.toMatch(/NaN|Infinity/)
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
      expect(spec.components.schemas).toHaveProperty(name ?? "")
    for (const name of Object.keys(spec.components.schemas)) expect(text).toContain(`"#/components/schemas/${name}"`)
    expect(text.match(/"purgeAt"/g)).toHaveLength(1)
    expect(text.split('"#/components/schemas/Session"').length).toBeGreaterThan(20)
    for (const { operation } of operations)
      for (const { name, schema, in: where } of operation.parameters)
        if (["limit", "before", "activeSince", "createdSince", "createdBefore"].includes(name) && where === "query")
          expect([operation.operationId, name, schema]).toMatchObject([operation.operationId, name, { type: "integer" }])
  })

  it("H-27 it says who may call, what things mean, on which server, in which version (fault:N67)", () => {
    expect(spec).toMatchObject({
      openapi: "3.1.0",
      info: { version: "1.2.3", license: { name: "Apache-2.0" } },
      servers: [{ url: "/" }],
      components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
    })
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length)
    for (const { route, operation } of operations) {
      const open = operation.security?.some((needs) => Object.keys(needs).length === 0) ?? false
      const isPublic = operation.security?.length === 0 || open
      expect([route.name, isPublic]).toEqual([route.name, route.needs === "public"])
      expect(operation.summary, route.name).toBeTruthy()
      const inPath = [...specPath(route).matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      expect(operation.parameters.filter((one) => one.in === "path").map(({ name }) => name)).toEqual(inPath)
      for (const { name, description } of operation.parameters) expect(description, `${route.name} ${name}`).toBeTruthy()
    }
    for (const id of ["log.follow", "sessions.watch"]) {
      const { operation } = operations.find((one) => one.operation.operationId === id) ?? {}
      const [type, content] = Object.entries(operation?.responses[200]?.content ?? {})[0] ?? []
      expect([type, content]).toMatchObject([
        "text/event-stream",
        { schema: { type: "string" }, example: expect.stringContaining("event: ") },
      ])
      expect(JSON.stringify(content)).not.toContain("binary")
      expect(operation?.responses[200]?.description).toContain("synced")
    }
  })

  it("H-27 each body that it shows is taken as it stands (fault:N67)", async () => {
    const id = await door.create()
    const taking = operations.filter(({ operation }) => operation.requestBody !== undefined)
    const own = operationEntries.flatMap(([name, { example, http }]) =>
      example === undefined || http === undefined ? [] : [name],
    )
    expect(taking.map(({ operation }) => operation.operationId).sort()).toEqual([...own, "chat.send"].sort())
    for (const { route, operation } of taking) {
      const path = route.path.replace(":session", id).replaceAll(/:\w+/g, id)
      const [shown] = Object.values(operation.requestBody?.content ?? {}) as ReadonlyArray<{ readonly example?: unknown }>
      if (!isDoorRoute(route.name)) expect(shown?.example).toEqual(operationOf(operation.operationId as OperationName).example)
      const body = JSON.stringify(shown?.example)
      const answer = await door.send(path, { method: route.method, body })
      expect([operation.operationId, answer.status, answer.text.slice(0, 200)]).not.toEqual([
        operation.operationId,
        400,
        expect.anything(),
      ])
      expect([operation.operationId, answer.status === 422 ? answer.text : ""]).toEqual([operation.operationId, ""])
    }
  })

  it("H-28 it lists the errors that each route can return, not all of them everywhere (fault:N67)", () => {
    const statuses = (name: string): ReadonlyArray<number> =>
      Object.keys(operations.find(({ route }) => route.name === name)?.operation.responses ?? {}).map(Number)
    expect(statuses("health.live")).not.toEqual(expect.arrayContaining([401]))
    expect(statuses("health.live")).not.toEqual(expect.arrayContaining([404]))
    expect(statuses("sessions.create")).toEqual(expect.arrayContaining([201, 200, 401, 409, 410, 413, 422, 429, 507]))
    expect(statuses("sessions.get")).toEqual(expect.arrayContaining([200, 401, 404, 429]))
    expect(statuses("health.live")).not.toContain(429)
    for (const status of [409, 410, 413, 422, 507]) expect(statuses("sessions.get")).not.toContain(status)
    expect(statuses("log.events")).toEqual(expect.arrayContaining([404, 409, 422]))
    // Every answer that a test of the door gets is compared with the description, see `start.ts`.
  })
})
