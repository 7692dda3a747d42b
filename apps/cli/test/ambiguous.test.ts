import { describe, expect, it } from "vitest"
import { HoldfastError } from "@holdfast/client/errors"
import type { Session } from "@holdfast/protocol/session"
import { toFailure } from "../src/failure.ts"
import { withNearest } from "../src/sessions/nearest.ts"

describe("a name that several sessions have", () => {
  it("C-11 is refused with what to type, the state and the age of each", async () => {
    const session = (id: string, process: string): Session =>
      ({
        id,
        process,
        kind: "terminal",
        status: "active",
        label: "work",
        lastActiveAt: Date.now() - 3_600_000,
      }) as unknown as Session
    const sessions = [session("0000-aaaaaaaa", "running"), session("0000-bbbbbbbb", "lost")]
    const error = new HoldfastError("SessionAmbiguous", "several sessions match", { matches: sessions.map(({ id }) => id) })
    const { message } = toFailure(await withNearest(error, async () => ({ sessions })))
    expect(message).toMatch(/\n {2}aaaaaaaa {2}running, active 1h ago {2}work\n {2}bbbbbbbb {2}lost, active .* {2}work$/)
  })
})
