/** How many files a child may open. */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { afterEach, describe, expect, it } from "vitest"
import { type AboveProcess, LOGIN_FILES, openFilesBefore } from "../src/client/open-files.ts"
import { giveOpenFiles, withOpenFiles } from "@holdfast/adapter/process/open-files"
import { bash, collect } from "./terminals.ts"

const RAISED = { soft: 20_000, hard: 20_000 }
const above = (parent: number, program: string, limits: Partial<AboveProcess> = {}, firstArgument = ""): AboveProcess => ({
  parent,
  program,
  firstArgument,
  ...RAISED,
  ...limits,
})

const found = (processes: Readonly<Record<number, AboveProcess>>): number | undefined =>
  openFilesBefore(9, (pid) => processes[pid])

describe("what was allowed before Node raised it", () => {
  it("R-26 is what the shell has that started the hub, also through npm and its script shells (fault:N32)", () => {
    const shell = above(1, "bash", { soft: 1024 })
    expect(found({ 9: above(5, "node"), 5: shell })).toBe(1024)
    const npm = { 9: above(8, "node"), 8: above(7, "dash", {}, "-c"), 7: above(6, "node"), 6: above(5, "node"), 5: shell }
    expect(found(npm)).toBe(1024)
    // A shell that raised it itself, and one of an editor's terminal, which is what the user sees there.
    expect(found({ 9: above(5, "node"), 5: above(1, "bash") })).toBe(20_000)
    expect(found({ 9: above(5, "node"), 5: above(4, "bash"), 4: above(3, "electron"), 3: shell })).toBe(20_000)
  })

  it("R-26 is that of a login if it cannot be known: the parent is gone, hidden, or the service manager (fault:N32)", () => {
    expect(found({ 9: above(1, "node"), 1: above(0, "systemd") })).toBe(LOGIN_FILES)
    expect(found({ 9: above(1, "node"), 1: above(0, "systemd", { soft: 4096 }) })).toBe(4096)
    expect(found({ 9: above(5, "node") })).toBe(LOGIN_FILES)
    expect(found({ 9: above(5, "node", { hard: 512 }) })).toBe(512)
    expect(found({})).toBeUndefined()
  })
})

describe.skipIf(process.platform !== "linux")("what a child is allowed", () => {
  afterEach(() => giveOpenFiles(undefined))

  it("R-26 a terminal's child has the soft limit that was set and may raise it; this process keeps its own (fault:N32)", async () => {
    const own = process.report.getReport() as { readonly userLimits: { readonly open_files: { readonly soft: unknown } } }
    giveOpenFiles(300)
    const child = collect(bash("echo $(ulimit -Sn) $(ulimit -Hn) $(ulimit -Sn $(ulimit -Hn); ulimit -Sn)"))
    await child.exit
    const [soft, hard, raised] = child.text().trim().split(" ")
    expect([soft, raised]).toEqual(["300", hard])
    const now = process.report.getReport() as typeof own
    expect(now.userLimits.open_files).toEqual(own.userLimits.open_files)
  })

  it("R-26 any other child has it too, and one that does not start changes nothing (fault:N32)", async () => {
    giveOpenFiles(300)
    const start = (command: string) =>
      withOpenFiles(
        () => promisify(execFile)(command, ["-c", "ulimit -Sn"]),
        ({ child }) => child.pid,
      )
    expect((await start("/bin/bash")).stdout.trim()).toBe("300")
    await expect(start("/no/such/program")).rejects.toMatchObject({ code: "ENOENT" })
    expect((await start("/bin/bash")).stdout.trim()).toBe("300")
  })
})
