import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, it } from "vitest"
import { examplesOf, isShown } from "../src/document-examples.ts"
import { type HubProcess, startHub } from "../src/hub-process.ts"

const require = createRequire(import.meta.url)
let hub: HubProcess
const folder = mkdtempSync(join(tmpdir(), "holdfast-outbox-"))

beforeAll(async () => {
  hub = await startHub()
})
afterAll(async () => {
  await hub.stop()
  rmSync(folder, { recursive: true, force: true })
})

it("C-50 C-66 the examples of the document on outbox and caches run", async () => {
  const text = readFileSync(new URL("../../docs/outbox.md", import.meta.url), "utf8")
  const blocks = examplesOf(text)
  const programs = blocks.filter(({ body }) => /^import /.test(body)).map(({ body }) => body)
  const shown = blocks.filter(({ language }) => language === "text").map(({ body }) => body)
  expect([programs.length, shown.length]).toEqual([2, 2])
  const printed: Array<string> = []
  for (const [index, program] of programs.entries()) {
    const file = join(folder, `example-${index}.mjs`)
    writeFileSync(
      file,
      program.replaceAll(/"(@holdfast\/[\w/]+)"/g, (_, name: string) =>
        JSON.stringify(pathToFileURL(require.resolve(name)).href),
      ),
    )
    const env = { ...process.env, HOLDFAST_URL: hub.url(), HOLDFAST_TOKEN: hub.token, OUTBOX_FILE: join(folder, "box.jsonl") }
    printed.push((await promisify(execFile)(process.execPath, [file], { env, timeout: 60_000 })).stdout)
  }
  for (const [index, lines] of printed.entries())
    if (!isShown(shown[index], lines, new Map())) throw new Error(`it printed ${lines}, not ${shown[index]}`)
  expect(printed[1]).toMatch(/\n\{\n? *size: 1/)
})
