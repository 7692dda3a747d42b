/**
 * The programs of docs/CLIENT.md, each compiled and run where the published package is installed, beside a real hub. Those
 * marked `cut` lose their connection again and again.
 */
import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Example, examplesOf, isShown } from "../src/document-examples.ts"
import { eventually } from "../src/eventually.ts"
import { type FaultProxy, startFaultProxy } from "../src/fault-proxy.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const document = readFileSync(join(ROOT, "docs/CLIENT.md"), "utf8")
const examples = examplesOf(document)

interface Program {
  readonly file: string
  readonly isCut: boolean
  readonly source: string
  /** What it prints. */
  readonly shown: Example | undefined
}

const programs = examples.flatMap(({ body, info, language }, at): ReadonlyArray<Program> => {
  const [file = "", cut] = info.split(" ")
  const next = examples[at + 1]
  if (language !== "ts" || !file.endsWith(".ts")) return []
  return [{ file, isCut: cut === "cut", source: body, shown: next?.language === "text" ? next : undefined }]
})

const execute = promisify(execFile)

let place: string
let proxy: FaultProxy
let hub: HubProcess
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "holdfast-client-guide-"))
  proxy = await startFaultProxy(() => hub.port())
  const packing = execute(process.execPath, [join(ROOT, "scripts/pack.mjs"), join(place, "node_modules"), "@holdfast/client"])
  hub = await startHub({ settings: { HOLDFAST_TRUST_PROXY: `http://127.0.0.1:${proxy.port}` } })
  await packing
  writeFileSync(join(place, "package.json"), '{"private":true,"type":"module"}')
  for (const { file, isCut, source } of programs) {
    const url = isCut ? `http://127.0.0.1:${proxy.port}` : hub.url()
    writeFileSync(join(place, file), source.replaceAll("http://127.0.0.1:4653", url))
  }
})
afterAll(async () => {
  await proxy.stop()
  await hub.stop()
  rmSync(place, { recursive: true, force: true })
})

/** Cuts whatever is open a few times, each time when the program is attached, while it runs. */
async function cutting(isRunning: () => boolean): Promise<void> {
  const isAttached = async (): Promise<boolean> => {
    const { body } = await hub.call<{ readonly sessions: ReadonlyArray<unknown> }>("GET", "/api/viewers")
    return body.sessions.length > 0
  }
  for (const cut of ["rst", "fin", "rst"] as const) {
    await eventually("the program is attached", 20_000, async () => !isRunning() || (await isAttached()))
    if (isRunning()) proxy.cut(cut)
  }
}

describe("the client's guide", () => {
  it("C-82 has programs that compile against the published types", async () => {
    expect(programs.length).toBeGreaterThan(5)
    const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "esnext", "--lib", "esnext,dom,dom.asynciterable"]
    const types = ["--types", "node", "--typeRoots", join(ROOT, "node_modules/@types"), "--skipLibCheck"]
    const compiler = join(ROOT, "node_modules/typescript/bin/tsc")
    const told = await execute(process.execPath, [compiler, ...flags, ...types, ...programs.map(({ file }) => file)], {
      cwd: place,
    }).catch((error: { readonly stdout: string }) => error)
    expect(told.stdout).toBe("")
  })

  it.each(programs)("C-82 has $file, which prints what it shows", async ({ file, isCut, shown }) => {
    let running = true
    const environment = { ...process.env, HOLDFAST_TOKEN: hub.token, XDG_STATE_HOME: place }
    const ran = execute(process.execPath, [file], { cwd: place, env: environment, timeout: 60_000 }).finally(
      () => (running = false),
    )
    const [{ stdout, stderr }] = await Promise.all([ran, isCut ? cutting(() => running) : undefined])
    expect(stderr).toBe("")
    if (shown !== undefined && !isShown(shown.body.trim(), stdout.trim(), new Map()))
      throw new Error(`${file} printed ${stdout}, not ${shown.body}`)
  })
})
