/** What is said of a hub that is there and does not answer. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { HoldfastError } from "@holdfast/client/errors"
import { EXIT, toFailure } from "../src/failure.ts"
import { checkHub } from "../src/operations/check-hub.ts"

describe("a hub that does not answer", () => {
  it("C-24 a request without an answer in time is not said to have met no hub, and may have been carried out", () => {
    const silent = toFailure(new HoldfastError("TimedOut", "no answer within 30 s"), "http://127.0.0.1:1", 123)
    expect(silent.code).toBe(EXIT.unreachable)
    expect(silent.message).toMatch(
      /process 123, does not answer \(no answer within 30 s\); it may have carried out the request anyway/,
    )
    expect(silent.message).not.toMatch(/no hub|start one/)
    const unproven = new HoldfastError("Unreachable", "the server there did not prove itself in time")
    expect(toFailure(unproven, "http://127.0.0.1:1", 123).message).toContain("process 123, does not answer")
    const none = toFailure(new HoldfastError("Unreachable", "connect ECONNREFUSED"), "http://127.0.0.1:1", 123)
    expect(none.message).toMatch(/no hub answers at .*start one in another terminal with: \S*/)
  })

  it("C-24 doctor names the process of a hub that hangs, and no other program", { timeout: 30_000 }, async () => {
    const data = mkdtempSync(join(tmpdir(), "holdfast-silent-"))
    const server = createServer(() => undefined)
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
    onTestFinished(() => {
      vi.unstubAllEnvs()
      server.close()
      rmSync(data, { recursive: true, force: true })
    })
    const { port } = server.address() as AddressInfo
    writeFileSync(join(data, "hub.json"), JSON.stringify({ pid: process.pid, port, url: `http://127.0.0.1:${port}` }))
    vi.stubEnv("HOLDFAST_DATA", data)
    vi.stubEnv("HOLDFAST_CONFIG", join(data, "config.json"))
    const [finding] = await checkHub()
    expect(finding).toMatchObject({ check: "hub", state: "problem" })
    expect(finding?.found).toContain(`process ${process.pid}, does not answer`)
    expect(JSON.stringify(finding)).not.toContain("another program")
  })
})
