/** Where sockets go whose own path is too long. */
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { privateSocketPath } from "@holdfast/link/socket-path"
import { temporaryDirectory } from "@holdfast/testkit/runner/live-runner"

describe.skipIf(process.platform === "win32")("a socket's place", () => {
  let base: ReturnType<typeof temporaryDirectory>
  const owner = process.getuid?.() ?? 0
  const wanted = (): string => join(base.path, "long".repeat(30), "socket")
  const place = (runtime?: string): string =>
    dirname(privateSocketPath(wanted(), { TMPDIR: base.path, ...(runtime === undefined ? {} : { XDG_RUNTIME_DIR: runtime }) }))

  beforeEach(() => {
    base = temporaryDirectory()
  })
  afterEach(() => base.dispose())

  it("R-25 a place of others, an open one, a link, a file and a missing runtime directory are passed over for a private one (fault:N51)", () => {
    const first = join(base.path, `holdfast-${owner}`)
    const shared = join(base.path, "shared")
    expect(privateSocketPath("/short/socket")).toBe("/short/socket")
    expect(place()).toBe(first)
    expect(place()).toBe(first)
    chmodSync(first, 0o755)
    expect(place("/nowhere/that/is")).toBe(`${first}-1`)
    chmodSync(`${first}-1`, 0o770)
    mkdirSync(shared, { mode: 0o700 })
    symlinkSync(shared, `${first}-2`)
    writeFileSync(`${first}-3`, "in the way")
    expect(place()).toBe(`${first}-4`)
    expect(statSync(`${first}-4`).mode & 0o777).toBe(0o700)
    expect(place(shared)).toBe(join(shared, "holdfast"))
    for (let at = 4; at < 8; at++) {
      mkdirSync(`${first}-${at}`, { recursive: true })
      chmodSync(`${first}-${at}`, 0o777)
    }
    const made = place()
    expect(statSync(made).mode & 0o777).toBe(0o700)
    expect(made).toMatch(/-\d+-[^/]{6}$/)
  })
})
