/**
 * Failed requests to the model that an agent reports on its standard error alone, and then tries again: OpenCode, which ACP
 * gives no way to say it, does so with `--print-logs`. Lines of another form are left alone.
 */
import { headOf } from "@holdfast/protocol/text-cut"
import { LineReader } from "../host/lines.ts"

/** Longest line that is looked at, in bytes, and longest error, in characters. */
const LINE_BYTES = 64 * 1024
const ERROR_MAX = 500

const FIELD = /([\w.]+)=("(?:[^"\\]|\\.)*"|\S+)/g

/** The session and the error of a line that reports a failed request; titles of sessions are made by requests of their own. */
export function modelErrorIn(line: string): { readonly session: string; readonly error: string } | undefined {
  if (!line.includes('message="stream error"')) return undefined
  const fields = new Map(Array.from(line.matchAll(FIELD), ([, name = "", value = ""]) => [name, value.replace(/^"|"$/g, "")]))
  const session = fields.get("session.id")
  const error = fields.get("error.error") ?? fields.get("error")
  if (session === undefined || error === undefined || fields.get("small") === "true") return undefined
  return { session, error: headOf(error.replace(/^\w*Error: /, ""), ERROR_MAX) }
}

/** Reads standard error; `told` gets each failed request. */
export function readModelErrors(told: (session: string, error: string) => void): (bytes: Buffer) => void {
  const lines = new LineReader(LINE_BYTES, {
    line: (text) => {
      const found = modelErrorIn(text)
      if (found !== undefined) told(found.session, found.error)
    },
    tooLong: () => undefined,
  })
  return (bytes) => lines.push(Buffer.from(bytes))
}
