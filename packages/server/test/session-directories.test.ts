/** The setting `sessionDirectories`: where sessions keep their files. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import { resolveSettings } from "@holdfast/protocol/settings"
import { ServeFailed } from "../src/Serving.ts"
import { takeSessionDirectories } from "../src/session-directories.ts"

let root: string
let data: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "holdfast-directories-"))
  data = join(root, "data")
  mkdirSync(data, { mode: 0o700 })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const take = (sessionDirectories = ""): Promise<void> =>
  takeSessionDirectories(resolveSettings({}, {}, sessionDirectories === "" ? {} : { sessionDirectories }).values, data)
const refusal = (sessionDirectories: string): Promise<string> =>
  take(sessionDirectories).then(
    () => "taken",
    (error: unknown) => (error instanceof ServeFailed ? error.message : String(error)),
  )

it("X-13 without the setting they are in the data directory, and nothing is written there", async () => {
  await take()
  expect(existsSync(join(data, "session-directories"))).toBe(false)
})

it("X-13 a path of one's own is made, or closed to others, and must be absolute", async () => {
  const own = join(root, "own")
  await take(own)
  expect(statSync(own).mode & 0o777).toBe(0o700)
  chmodSync(own, 0o755)
  await take(own)
  expect(statSync(own).mode & 0o777).toBe(0o700)
  expect(await refusal("relative/path")).toContain("must be an absolute path")
  writeFileSync(join(root, "file"), "")
  expect(await refusal(join(root, "file"))).toContain("correct sessionDirectories")
})

it("X-13 a change with sessions' files in the old place is refused until they are moved, also back to the default", async () => {
  const [first, second] = [join(root, "first"), join(root, "second")]
  await take(first)
  mkdirSync(join(first, "session"))
  expect(await refusal(second)).toBe(
    `sessionDirectories is ${second}, but ${first} still holds the files of 1 session; move them to ${second} and start again, or set sessionDirectories back`,
  )
  expect(await refusal("")).toContain(`${first} still holds`)
  expect(existsSync(second)).toBe(false)
  await take(first)
  renameSync(first, second)
  await take(second)
  expect(await refusal(first)).toContain(`${second} still holds`)
})
