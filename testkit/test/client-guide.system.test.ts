/**
 * The commands of docs/CLIENT.md that lead from a clone to a first program, in a folder that has nothing but the clone; and its
 * programs, each compiled and run where those commands installed the package, beside a real hub. Those marked `cut` lose
 * their connection again and again.
 */
import { execFile } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { DocumentShell } from "../src/DocumentShell.ts"
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
  const next = examples.slice(at + 1).find(({ language }) => language !== "sh")
  if (language !== "ts" && language !== "js") return []
  if (!/\.m?[tj]s$/.test(file)) return []
  return [{ file, isCut: cut === "cut", source: body, shown: next?.language === "text" ? next : undefined }]
})

/** The commands from a clone to an installed package, and those that run the first program. */
const blockOf = (text: string, name: string): string =>
  examplesOf(text).find(({ language, info }) => language === "sh" && info === name)?.body ?? `false # no block ${name}`

interface Exports {
  readonly exports: Readonly<Record<string, unknown>>
}

const execute = promisify(execFile)
const root = mkdtempSync(join(tmpdir(), "holdfast-client-guide-"))
/** Where the commands end, and the programs run. */
const place = join(root, "hello")

/** The environment of a person: nothing of the npm that runs this, and the Node that runs this for `node`. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|HOLDFAST_|INIT_CWD$)/i.test(name))
  return { ...Object.fromEntries(kept), PATH: `${join(process.execPath, "..")}:${process.env["PATH"] ?? ""}`, HOME: root }
}

let shell: DocumentShell
let proxy: FaultProxy
let hub: HubProcess
beforeAll(async () => {
  symlinkSync(ROOT, join(root, "holdfast"))
  shell = new DocumentShell(ownEnvironment(), root)
  proxy = await startFaultProxy(() => hub.port())
  ;[hub] = await Promise.all([
    startHub({ settings: { HOLDFAST_TRUST_PROXY: `http://127.0.0.1:${proxy.port}` } }),
    shell.run(`set -e\n${blockOf(document, "clone")}\nset +e`, new Map(), 120_000),
  ])
  for (const { file, isCut, source } of programs) {
    const url = isCut ? `http://127.0.0.1:${proxy.port}` : hub.url()
    writeFileSync(join(place, file), source.replaceAll("http://127.0.0.1:4653", url))
  }
})
afterAll(async () => {
  await shell.close()
  await proxy.stop()
  await hub.stop()
  rmSync(root, { recursive: true, force: true })
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
  it("C-82 leads from a clone to a first program, with the commands that the README has too", async () => {
    expect(blockOf(readFileSync(join(ROOT, "README.md"), "utf8"), "clone")).toBe(blockOf(document, "clone"))
    const credential = join(root, ".local/share/holdfast/credential")
    mkdirSync(join(credential, ".."), { recursive: true })
    writeFileSync(credential, hub.token)
    const { output, code } = await shell.run(blockOf(document, "hello"), new Map())
    expect([code, output.trim()]).toEqual([0, "Hello, world."])
  })

  it("C-82 npm run pack writes whole packages or nothing, and leaves alone what it did not write", async () => {
    const run = (folder: string, name: string, more = {}): Promise<{ readonly stderr: string; readonly code?: number }> =>
      execute(process.execPath, [join(ROOT, "scripts/pack.mjs"), folder, name], {
        cwd: root,
        env: { ...ownEnvironment(), ...more },
      }).catch((error: { readonly stderr: string; readonly code: number }) => error)
    const packages = join(root, "packages")
    expect(readdirSync(packages).sort()).toEqual(["@holdfast", "holdfast-client.tgz"])
    const mine = join(root, "mine/holdfast/notes.txt")
    mkdirSync(join(mine, ".."), { recursive: true })
    writeFileSync(mine, "mine")
    expect(await run("mine", "holdfast")).toMatchObject({ code: 1, stderr: expect.stringContaining("choose another folder") })
    expect(await run("none", "holdfist")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("there is no package holdfist"),
    })
    // Laid out, it cannot be packed.
    const withoutNpm = await run("none", "@holdfast/protocol", { PATH: root })
    expect(withoutNpm).toMatchObject({
      code: 1,
      stderr: "pack: nothing was written: npm is missing: install it, then try again\n",
    })
    expect([readFileSync(mine, "utf8"), readdirSync(join(root, "mine")), existsSync(join(root, "none"))]).toEqual([
      "mine",
      ["holdfast"],
      false,
    ])
  })

  it("C-82 a built clone has the client inside holdfast, for JavaScript", async () => {
    const other = join(root, "other")
    mkdirSync(join(other, "node_modules"), { recursive: true })
    // What npm makes of the path of a folder.
    symlinkSync(join(ROOT, "apps/cli"), join(other, "node_modules/holdfast"))
    const source = programs.find(({ file }) => file === "hello.mjs")?.source ?? ""
    const here = source.replaceAll("@holdfast/client", "holdfast/client").replace("http://127.0.0.1:4653", hub.url())
    writeFileSync(join(other, "hello.mjs"), here)
    const { exports: workspace } = JSON.parse(readFileSync(join(ROOT, "apps/cli/package.json"), "utf8")) as Exports
    const { exports: library } = JSON.parse(
      readFileSync(join(place, "node_modules/@holdfast/client/package.json"), "utf8"),
    ) as Exports
    const entries = Object.keys(library).filter((path) => !/effect|\.js$/.test(path))
    expect(Object.keys(workspace).sort()).toEqual(entries.map((path) => path.replace(/^\.(?!\/package)/, "./client")).sort())
    const env = { ...process.env, HOLDFAST_TOKEN: hub.token }
    expect((await execute(process.execPath, ["hello.mjs"], { cwd: other, env })).stdout.trim()).toBe("Hello, world.")
  })

  it("C-82 has programs that compile against the published types", async () => {
    expect(programs.length).toBeGreaterThan(5)
    const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "esnext", "--lib", "esnext,dom,dom.asynciterable"]
    const types = [
      "--allowJs",
      "--checkJs",
      "--types",
      "node",
      "--typeRoots",
      join(ROOT, "node_modules/@types"),
      "--skipLibCheck",
    ]
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
