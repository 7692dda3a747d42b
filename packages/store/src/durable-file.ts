/**
 * Files that must be there, whole, after a power cut (docs/protocol/rules.md, X-11; which ones, and which are not: decisions/0036).
 *
 * A rename alone is not enough: without a sync of the file the name may lead to nothing, and without one of the directory to
 * the file of before.
 */
import { randomUUID } from "node:crypto"
import { mkdir, open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { cannotSync } from "./make-directory.ts"

/**
 * Writes a file of mode 0600 and makes it durable together with the directories above it that were made for it. Until it
 * resolves the earlier file is there, and so it is when it rejects with the system's error.
 */
export async function writeDurably(file: string, content: string | Uint8Array): Promise<void> {
  const directory = dirname(file)
  const made = await mkdir(directory, { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomUUID()}.new`
  try {
    const handle = await open(draft, "wx", 0o600)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, file)
  } catch (cause) {
    await rm(draft, { force: true })
    throw cause
  }
  await syncEntries(directory)
  if (made === undefined) return
  // The entry of the first directory that was made is in the one above it.
  for (let at = directory; at.length >= made.length; at = dirname(at)) await syncEntries(dirname(at))
}

async function syncEntries(directory: string): Promise<void> {
  try {
    const handle = await open(directory, "r")
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (!cannotSync(error)) throw error
  }
}
