/** Files of sessions through the hub and a real runner: what people ask, and what a turn leaves to compare with. */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { OperationInput } from "@holdfast/protocol/operations"
import { eventually } from "@holdfast/testkit/eventually"
import { send, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { attachReader, createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { type Caller, performed, type PerformedName } from "../src/Hub.ts"

describe("files of sessions", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let work: string
  beforeAll(async () => {
    directory = await testDirectory()
    work = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-work-")))
    mkdirSync(join(work, "project"))
    writeFileSync(join(work, "project/a.txt"), "1\n")
    const env = { PATH: process.env["PATH"], HOME: work }
    const git = (...args: ReadonlyArray<string>): void =>
      void execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: join(work, "project"), env })
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "c")
    house = await openHouse({ directory: directory.path, settings: { browseRoots: work } })
  })
  afterAll(async () => {
    await house.close()
    await directory.remove()
    rmSync(work, { recursive: true, force: true })
  })
  const ask = <N extends PerformedName>(name: N, input: OperationInput<N>, by: Caller = OWNER) =>
    house.run(performed(house.hub, name, input, by))
  const refused = <N extends PerformedName>(name: N, input: OperationInput<N>, by: Caller = OWNER) =>
    house.run(Effect.flip(performed(house.hub, name, input, by)))

  it("FS-24 a turn of an agent can be compared with how its directory was before it", async () => {
    const project = join(work, "project")
    const { session } = await house.run(house.hub.create({ kind: "agent", agent: "scripted", cwd: project }, OWNER))
    const reader = await attachReader(house, { session: session.id, after: 0 })
    expect(await ask("changes.list", { session: session.id, base: "turn" })).toMatchObject({ available: false, reason: "NoBase" })
    writeFileSync(join(project, "a.txt"), "1\nperson\n")
    await send(house, session.id, "[[say done]]")
    await turnsEnded(reader, 1)
    await eventually(
      "the snapshot",
      20_000,
      async () => (await ask("changes.list", { session: session.id, base: "turn" })).available,
    )
    writeFileSync(join(project, "a.txt"), "1\nperson\nagent\n")
    expect(await ask("changes.list", { session: session.id, base: "turn" })).toMatchObject({
      files: [{ path: "a.txt", additions: 1, deletions: 0 }],
    })
    expect(await ask("changes.list", { session: session.id })).toMatchObject({ files: [{ path: "a.txt", additions: 2 }] })
    expect(await ask("changes.diff", { session: session.id, path: "a.txt", base: "turn" })).toMatchObject({
      hunks: [{ lines: [" 1", " person", "+agent"] }],
    })
    expect((await ask("files.search", { session: session.id, query: "atxt" })).files).toMatchObject([{ path: "a.txt" }])
    expect(await ask("files.read", { session: session.id, path: "a.txt" })).toMatchObject({ text: "1\nperson\nagent\n" })
    const outside = await refused("files.read", { session: session.id, path: "/etc/hostname" })
    expect(outside).toMatchObject({ _tag: "Unprocessable", field: "path" })
    expect(house.reports).toEqual([])
  })

  it("FS-1 directories are found below the roots of the setting, and those that sessions were in", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat", cwd: work })
    const page = await ask("directories.list", {})
    expect(page).toMatchObject({ path: work, parent: null, roots: [work], directories: [{ name: "project", repository: true }] })
    expect(await ask("directories.list", { path: join(work, "project") })).toMatchObject({ parent: work, repository: true })
    expect(await refused("directories.list", { path: "/etc" })).toMatchObject({ _tag: "Unprocessable", field: "path" })
    const { directories } = await ask("directories.recent", {})
    expect(directories[0]).toMatchObject({ path: work, sessions: 1, active: 1 })
    expect(directories.map(({ path }) => path)).toContain(join(work, "project"))
    expect(await ask("changes.list", { session: id })).toMatchObject({ available: false, reason: "NoRepository" })
  })

  it("FS-2 nothing of the hub's own directories is shown, and nothing to those who may only read", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat", cwd: directory.path })
    const { files } = await ask("files.search", { session: id })
    expect(files).toEqual([])
    expect(await refused("files.read", { session: id, path: "." })).toMatchObject({ _tag: "Unprocessable" })
    const reader: Caller = { name: "reader", credential: "reader", scope: "read" }
    for (const name of ["files.search", "changes.list"] as const)
      expect(await refused(name, { session: id }, reader)).toMatchObject({ _tag: "SessionPermissionError" })
    expect(await refused("directories.list", {}, reader)).toMatchObject({ _tag: "SessionPermissionError" })
    const bound: Caller = { name: "bound", credential: "bound", scope: "write", sessions: new Set([id]) }
    expect(await refused("directories.list", {}, bound)).toMatchObject({ _tag: "SessionPermissionError" })
  })

  it("FS-7 a search ends none of another caller or another connection", async () => {
    const { id: session } = await createTerminal(house, { command: "/bin/cat", cwd: work })
    const by = (connection: string): Caller => ({ ...OWNER, seated: { client: "tab", connection, name: "tab" } })
    const search = (query: string, caller: Caller) => ask("files.search", { session, query, field: "f" }, caller)
    const other: Caller = { ...by("one"), credential: "other" }
    const found = await Promise.all([search("a", by("one")), search("at", by("two")), search("atx", other)])
    for (const one of found) {
      expect(one).toMatchObject({ files: [{ path: "project/a.txt" }] })
      expect(one.superseded).toBeUndefined()
    }
  })
})
