/// <reference types="node" />
import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"

const ROOT = fileURLToPath(new URL("../../..", import.meta.url))
const FLAGS = [
  "--ignoreConfig",
  "--noEmit",
  "--strict",
  "--module",
  "nodenext",
  "--target",
  "es2024",
  "--lib",
  "es2024,dom",
  "--types",
  "",
]

/** A program without the AI SDK. */
const ALONE = `import type { Connection } from "holdfast/client"
import { bindChat, type ChatMessage, HoldfastChatTransport } from "holdfast/client/ai-sdk"
declare const connection: Connection
export const transport = new HoldfastChatTransport<ChatMessage>({ connection, create: { agent: "claude" } })
export const bind = bindChat
`

/** One with it. */
const WITH = `import { AbstractChat, type ChatTransport, type UIMessage } from "ai"
import type { Connection } from "holdfast/client"
import { bindChat, HoldfastChatTransport } from "holdfast/client/ai-sdk"
declare const connection: Connection
declare const chat: AbstractChat<UIMessage>
const own = new HoldfastChatTransport<UIMessage>({ connection })
export const transport: ChatTransport<UIMessage> = own
export const stop = bindChat(chat, own).stop
`

/** What the compiler says of a file. */
const compile = (folder: string, file: string, ...flags: ReadonlyArray<string>): string =>
  spawnSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), ...FLAGS, ...flags, file], {
    cwd: folder,
    encoding: "utf8",
  }).stdout

describe("the types of holdfast/client/ai-sdk", () => {
  const places: Array<string> = []
  afterAll(() => {
    for (const place of places) rmSync(place, { recursive: true, force: true })
  })

  /** A project that has the library, and what is installed around it. */
  const project = (place: string): string => {
    places.push(place)
    const library = join(place, "node_modules/holdfast")
    mkdirSync(library, { recursive: true })
    const [made] = places
    if (made !== place) cpSync(join(made ?? "", "node_modules/holdfast"), library, { recursive: true })
    else execFileSync(process.execPath, [join(ROOT, "scripts/declarations.mjs"), "@holdfast/client", library])
    const exports = { "./client": { types: "./index.d.ts" }, "./client/ai-sdk": { types: "./ai-sdk.d.ts" } }
    writeFileSync(join(library, "package.json"), JSON.stringify({ name: "holdfast", version: "1.0.0", type: "module", exports }))
    writeFileSync(join(place, "package.json"), '{"type":"module"}')
    writeFileSync(join(place, "alone.ts"), ALONE)
    writeFileSync(join(place, "with.ts"), WITH)
    return place
  }

  it("I-9 need no AI SDK, and the AI SDK's own types fit", () => {
    const empty = project(mkdtempSync(join(tmpdir(), "holdfast-ai-sdk-")))
    expect(compile(empty, "alone.ts", "--skipLibCheck", "false")).toBe("")
    const beside = project(join(ROOT, "packages/client/dist/ai-sdk-types"))
    expect(compile(beside, "with.ts", "--skipLibCheck")).toBe("")
  })
})
