/**
 * The README's commands, in their order, on a real hub: a document whose code does not run is wrong.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { SessionPage } from "@holdfast/protocol/session"
import { eventually } from "../src/eventually.ts"
import { HUB_COMMAND, startHub, type HubProcess } from "../src/hub-process.ts"

const readme = readFileSync(fileURLToPath(new URL("../../README.md", import.meta.url)), "utf8")

/** Lines of the shell blocks behind the first, without comments, continued lines joined. */
const lines = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)]
  .slice(1)
  .flatMap(([, block = ""]) => block.replaceAll("\\\n", " ").split("\n"))
  .map((line) => line.replace(/\s+# .*$/, "").trim())
  .filter((line) => line !== "")

let hub: HubProcess
let directory: string
beforeAll(async () => {
  hub = await startHub()
  directory = mkdtempSync(join(tmpdir(), "holdfast-readme-"))
})
afterAll(async () => {
  await hub.stop()
  rmSync(directory, { recursive: true, force: true })
})

/** Runs lines in one shell on a terminal of its own, leaves with the detach key after a while when asked to. */
async function shell(script: string, detach: boolean): Promise<{ readonly code: number | null; readonly output: string }> {
  const command = `holdfast() { ${HUB_COMMAND.map((part) => `'${part}'`).join(" ")} "$@"; }; npx() { "$@"; }; ${script}`
  const environment = { ...hub.environment(), TERM: "xterm-256color", SHELL: "/bin/sh" }
  const child = spawn("script", ["-qec", `bash -c ${JSON.stringify(command).replaceAll("$", "\\$")}`, "/dev/null"], {
    env: environment,
    cwd: directory,
  })
  let output = ""
  child.stdout.on("data", (bytes: Buffer) => {
    output += bytes.toString("utf8")
  })
  const ended = once(child, "exit")
  if (detach) {
    // An attachment is left with its key, whatever else follows with Ctrl-C.
    const attached = (): boolean => output.includes("[attached to ")
    await eventually("something is shown", 20_000, () => (script.includes("attach") ? attached() : output !== ""))
    child.stdin.write(attached() ? "\u001dd" : "\u0003")
  }
  const end = setTimeout(() => child.kill("SIGKILL"), 150_000)
  const [code] = (await ended) as [number | null]
  clearTimeout(end)
  return { code, output }
}

describe("the README", () => {
  it("has commands, and each of them works as it stands there", async () => {
    expect(lines.length).toBeGreaterThan(10)
    let kept = ""
    for (const line of lines) {
      const { body } = await hub.call<SessionPage>("GET", "/api/sessions?limit=1")
      const id = body.sessions[0]?.id ?? "ID"
      const waits = /attach|--follow|curl -N/.test(line)
      const here = line.replace("~/.local/share/holdfast", hub.data).replace(/sessions\/ID\//, `sessions/${id}/`)
      const there = here.replace("curl -N", "curl -N --max-time 3").replace('"make","args":["test"]', '"sh","args":["-c","true"]')
      if (/^[A-Z]+=/.test(line)) {
        kept += `${there}; `
        continue
      }
      const { code, output } = await shell(`${kept}${there}`, waits && !line.startsWith("curl"))
      const ended = line.includes("attach") ? [0] : [0, 28, 130]
      const fine = waits ? ended.includes(code ?? -1) : code === 0
      expect({ line, fine, output: fine ? "" : output.slice(-600) }).toEqual({ line, fine: true, output: "" })
      if (line.startsWith("curl")) expect(output).toMatch(waits ? /event: synced/ : /"id":"/)
    }
  }, 180_000)
})
