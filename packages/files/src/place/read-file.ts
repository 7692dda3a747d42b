/** The beginning of a file of a session's directory (docs/protocol/rules.md, FS-8). */
import { constants } from "node:fs"
import { open, realpath } from "node:fs/promises"
import type { AskOf } from "@holdfast/link/file-messages"
import { READ_MAX, type FileText } from "@holdfast/protocol/files"
import { confined, from, real, realAll } from "./confined.ts"
import { codeOf, pathRefused } from "./refused.ts"

/** Bytes in which a NUL says that a file is binary, as Git has it. */
const LOOK_BYTES = 8000

/** Reads it; what is not a plain file is not opened for long: a pipe without a writer would wait. */
export async function readText(ask: AskOf<"read">): Promise<FileText> {
  const root = await real(ask.root)
  const path = await confined(from(root, ask.path), [root], await realAll(ask.guarded))
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0)).catch(
    (cause: unknown) => {
      if (codeOf(cause) === "EACCES") throw pathRefused(path, "cannot be read by the user who runs the hub")
      throw pathRefused(path, "cannot be opened")
    },
  )
  try {
    const found = await file.stat()
    if (found.isDirectory()) throw pathRefused(path, "is a directory")
    if (!found.isFile()) throw pathRefused(path, "is not a plain file")
    // A link that was put in between leads elsewhere now.
    if ((await realpath(path).catch(() => undefined)) !== path) throw pathRefused(path, "was replaced meanwhile; try again")
    const bytes = Buffer.alloc(Math.min(found.size, READ_MAX) || READ_MAX)
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
    const head = bytes.subarray(0, bytesRead)
    const binary = head.subarray(0, LOOK_BYTES).includes(0)
    const cut = found.size > bytesRead
    const text = binary ? "" : new TextDecoder().decode(cut ? wholeCharacters(head) : head)
    return { path, size: found.size, modified: Math.floor(found.mtimeMs), text, cut, binary }
  } finally {
    await file.close()
  }
}

/** Without the beginning of a character at the end. */
function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if ((byte & 0xc0) === 0x80) continue
    const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    return length > back ? bytes.subarray(0, bytes.length - back) : bytes
  }
  return bytes
}
