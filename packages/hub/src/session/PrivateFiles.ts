/**
 * Files of sessions that nobody is shown: in the session's own directory, mode 0600, there whole and durable or not at all.
 *
 * They go with the session: its purge removes the directory.
 */
import { randomUUID } from "node:crypto"
import { mkdir, open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"

/** Writes a file and makes it durable with the directories above it that were made for it. */
export async function writePrivate(file: string, content: string | Uint8Array): Promise<void> {
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
  await syncDirectory(directory)
  if (made === undefined) return
  // The entry of the first directory that was made is in the one above it.
  for (let at = directory; at.length >= made.length; at = dirname(at)) await syncDirectory(dirname(at))
}

async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === "win32") return
  const handle = await open(directory, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
