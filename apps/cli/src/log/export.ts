/**
 * `holdfast export`: a log as a file, written piece by piece.
 */
import { randomBytes } from "node:crypto"
import { open, rename, rm } from "node:fs/promises"
import type { Answer } from "@holdfast/client/http/request"
import { refused, toFailure } from "../failure.ts"
import { complain } from "../output.ts"
import { ForeignText } from "../text/foreign.ts"
import { Progress } from "../text/Progress.ts"
import { ask, useHub } from "../server/hub.ts"
import { bytes } from "../text/amounts.ts"

/** What to export and where to. */
export interface ExportOptions {
  readonly session: string
  /** Absent, that of the session's kind. */
  readonly format: "cast" | "html" | "jsonl" | "md" | undefined
  /** Path; absent or `-` is standard output. */
  readonly output: string | undefined
}

/** Exports a log. A file appears under its name only when it is whole. */
export async function exportLog(options: ExportOptions): Promise<void> {
  const hub = useHub()
  let isText = false
  const response = await ask(hub, async (api) => {
    const format = options.format ?? ((await api.get(options.session)).kind === "agent" ? "md" : "cast")
    isText = format === "md" || format === "html"
    return api.export(options.session, format)
  })
  const chunks = pieces(response, hub.target.origin)
  const { output } = options
  if (output === undefined || output === "-") {
    const text = new ForeignText(isText ? "text" : "json")
    for await (const chunk of chunks) await text.write(chunk)
    return text.end()
  }
  const partial = `${output}.${randomBytes(4).toString("hex")}.part`
  const progress = new Progress("exporting")
  let written = 0
  try {
    const file = await open(partial, "wx")
    try {
      for await (const chunk of chunks) {
        await file.writeFile(chunk)
        written += chunk.length
        progress.update(bytes(written))
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, output)
  } catch (error) {
    await rm(partial, { force: true })
    throw error instanceof Error && "syscall" in error
      ? refused("CannotWrite", `cannot write ${output}: ${error.message}`)
      : error
  } finally {
    progress.stop()
  }
  complain(`${output}: ${bytes(written)}`)
}

async function* pieces(response: Answer, origin: string): AsyncGenerator<Uint8Array> {
  const { HoldfastError } = await import("@holdfast/client/errors")
  if (response.body === null) return
  try {
    for await (const chunk of response.body) yield chunk
  } catch (error) {
    throw toFailure(new HoldfastError("ConnectionLost", `the export is incomplete: ${String(error)}`), origin)
  }
}
