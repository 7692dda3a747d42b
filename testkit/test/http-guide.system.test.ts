/** The commands of docs/HTTP.md, in their order, in one shell beside a real hub: a guide whose commands do not run is wrong. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Example, examplesOf, isShown, messageOf, type Names } from "../src/document-examples.ts"
import { DocumentShell } from "../src/DocumentShell.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"

const document = readFileSync(fileURLToPath(new URL("../../docs/HTTP.md", import.meta.url)), "utf8")
const examples = examplesOf(document).filter(({ info }) => info !== "by-hand")

let hub: HubProcess
let directory: string
let shell: DocumentShell
beforeAll(async () => {
  hub = await startHub()
  directory = mkdtempSync(join(tmpdir(), "holdfast-http-guide-"))
  shell = new DocumentShell({ ...process.env, HOLDFAST_URL: hub.url(), HOLDFAST_TOKEN: hub.token }, directory)
})
afterAll(async () => {
  await shell.close()
  await hub.stop()
  rmSync(directory, { recursive: true, force: true })
})

/** Whether what a block printed is what the document shows. */
function isPrinted({ language, body }: Example, output: string, names: Names): boolean {
  if (language === "json") return isShown(JSON.parse(body), JSON.parse(output), names)
  if (language === "text") return isShown(body.trim(), output.trim(), names)
  const left = body.trim().split("\n\n").map(messageOf)
  const messages = output.split("\n\n").filter((text) => /^(event|id|data):/m.test(text) && text.includes("data:"))
  for (const message of messages) if (left.length > 0 && isShown(left[0], messageOf(message.trim()), names)) left.shift()
  return left.length === 0
}

describe("the guide to HTTP", () => {
  it("C-82 has commands that print what it shows, on a real hub", async () => {
    const names: Names = new Map()
    for (const [at, example] of examples.entries()) {
      if (example.language !== "sh") continue
      const { output, code } = await shell.run(example.body, names)
      expect([example.line, code, code === 0 ? "" : output]).toEqual([example.line, 0, ""])
      const shown = examples[at + 1]
      if (shown === undefined || shown.language === "sh") continue
      if (!isPrinted(shown, output, names)) throw new Error(`line ${example.line} printed ${output}, not ${shown.body}`)
    }
    expect(names.size).toBeGreaterThan(10)
  })
})
