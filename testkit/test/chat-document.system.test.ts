/** The programs of docs/chat-streaming-effect.md, run against a hub as they stand. */
import { execFile } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openAgent } from "../src/agent-session.ts"
import { type Example, examplesOf } from "../src/document-examples.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"

const DOCUMENT = new URL("../../docs/chat-streaming-effect.md", import.meta.url)
/** In the repository, so that the packages are found, and outside `node_modules`, where Node takes no types off. */
const FOLDER = fileURLToPath(new URL("../dist/chat-document", import.meta.url))

let hub: HubProcess
let session: string
beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true })
  hub = await startHub()
  session = (await openAgent(hub, { options: { pace: 0 } })).id
})
afterAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true })
  await hub.stop()
})

/** What a program prints. */
async function printed({ info, body }: Example): Promise<string> {
  const path = join(FOLDER, `${info}.ts`)
  writeFileSync(path, body)
  const env = { ...process.env, HOLDFAST_URL: hub.url(), HOLDFAST_TOKEN: hub.token, SESSION: session, XDG_STATE_HOME: FOLDER }
  const { stdout } = await promisify(execFile)(process.execPath, [path], { env, timeout: 60_000 })
  return stdout
}

/** Whether the lines come in this order; `…` stands for any lines before one. */
const shows = (lines: string, text: string): boolean => {
  const wanted = lines.trim().split("\n")
  if (!wanted.some((line) => line.startsWith("…"))) return text.trim() === lines.trim()
  let rest = text.trim().split("\n")
  for (const line of wanted.map((one) => one.replace("…", ""))) {
    const at = rest.indexOf(line)
    if (at < 0) return false
    rest = rest.slice(at + 1)
  }
  return true
}

describe("the document on chat over Effect RPC", () => {
  const examples = examplesOf(readFileSync(DOCUMENT, "utf8"))
  const programs = examples.flatMap((example, at) => {
    const output = examples[at + 1]
    return example.language === "ts" && output !== undefined ? [[example.info, example, output.body] as const] : []
  })

  it("J-1 shows six programs, each with what it prints", () => {
    expect(programs.map(([name]) => name)).toEqual(["stock", "errors", "ready", "page", "history", "service"])
  })

  it.each(programs)("J-1 F-5 the program %s prints what the document says", async (_name, example, output) => {
    const text = await printed(example)
    expect([text, shows(output, text)]).toEqual([text, true])
  })
})
