/** Lines of Claude's transcripts, one JSON object each, whatever is in the file: what is none is counted and left out. */
import { createReadStream } from "node:fs"
import { LINE_MAX } from "@holdfast/adapter/agent-adapter"
import { LineReader } from "../host/lines.ts"

/** How far a file was read; bytes. */
export interface ReadProgress {
  readonly bytes: number
  readonly size: number
  readonly badLines: number
}

/** The objects of a file in order, at most 32 MiB each unless told otherwise, up to `size` bytes; `progress` is called after each piece. Rejects with what reading throws. */
export async function* readEntries(
  path: string,
  size: number,
  progress: (progress: ReadProgress) => void = () => undefined,
  lineMax = LINE_MAX,
): AsyncGenerator<unknown, void> {
  if (size === 0) return
  let ready: Array<unknown> = []
  let badLines = 0
  let bytes = 0
  const lines = new LineReader(lineMax, {
    line: (text) => {
      const entry = parsed(text)
      if (typeof entry === "object" && entry !== null) ready.push(entry)
      else badLines++
    },
    tooLong: () => badLines++,
  })
  for await (const piece of createReadStream(path, { end: size - 1 })) {
    const buffer: Buffer = Buffer.from(piece)
    bytes += buffer.length
    lines.push(buffer)
    const found = ready
    ready = []
    yield* found
    progress({ bytes, size, badLines })
  }
  // A line that is being written has no end yet.
  if (lines.rest > 0) progress({ bytes, size, badLines: badLines + 1 })
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    // Counted by the caller.
    return undefined
  }
}
