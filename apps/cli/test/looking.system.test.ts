import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startHub } from "@holdfast/testkit/hub-process"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { holdfast, UserTerminal, usersOfTests } from "./user-terminal.ts"

/** Asks, copies, links, leaves colours, modes and the alternate screen behind. */
const RUDE =
  "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do echo row-$i; done; " +
  "printf '\\033[6n\\033[c\\033]11;?\\007\\033]52;c;aGVsbG8=\\007\\302\\2336n\\033\\177[5n\\033]8;;javascript:x\\007link\\033]8;;\\007 \\033[31mred\\033[0m \\033[?2004h\\033[?1000h\\033[?1hdone\\r\\n'; exit 3"

describe("every way to look at a session", () => {
  let hub: HubProcess
  const users = usersOfTests()

  beforeAll(async () => {
    hub = await startHub()
    expect(await holdfast(hub.environment(), "new", "terminal", "--label", "rude", "--", "bash", "-c", RUDE)).toMatchObject({
      code: 0,
    })
  })
  afterAll(() => hub.stop())

  const look = async (size: { cols: number; rows: number }, ...args: ReadonlyArray<string>): Promise<UserTerminal> => {
    const user = new UserTerminal(hub.environment(), args, size)
    users.push(user)
    await user.ended
    return user
  }

  it("T-19 (fault:N36) on a terminal asks, copies and links nothing, and leaves the terminal as it was", async () => {
    const ways = [
      ["log", "rude"],
      ["log", "rude", "--raw"],
      ["log", "rude", "--json"],
      ["replay", "rude", "--speed", "0"],
      ["screen", "rude"],
      ["screen", "rude", "--scrollback"],
      ["export", "rude"],
      ["export", "rude", "--format", "jsonl"],
      ["attach", "rude"],
    ]
    for (const way of ways) {
      const user = await look({ cols: 80, rows: 24 }, ...way)
      const name = way.join(" ")
      expect(user.answered, name).toBe("")
      expect(user.written, name).not.toContain("\u001b]52;")
      expect(user.written, name).not.toContain("\u009b")
      expect(
        user.written.split("\u001b]8;").filter((rest) => rest.includes(";javascript:x\u001b")),
        name,
      ).toEqual([])
      expect(user.written, name).toContain(name === "log rude" ? "row-2" : "done")
      expect(user.modes, name).toMatchObject({
        bracketedPasteMode: false,
        mouseTrackingMode: "none",
        applicationCursorKeysMode: false,
      })
    }
  })

  it("T-19 (fault:N36) a session that is over shows its screen in a window of any size, and how it ended", async () => {
    for (const size of [
      { cols: 40, rows: 10 },
      { cols: 120, rows: 40 },
    ]) {
      const user = await look(size, "attach", "rude")
      expect(user.text).toMatch(/row-30\n.*red.*done/)
      expect(user.text).toContain("[rude exited with code 3]")
      expect(user.alternate).toBe(false)
    }
  })

  it("T-19 into a pipe the bytes are those of the child, and the screen has colours and scrollback where they are asked for", async () => {
    const { stdout } = await holdfast(hub.environment(), "log", "rude", "--raw")
    expect(stdout).toContain("\u001b]52;c;aGVsbG8=\u0007")
    const plain = await holdfast(hub.environment(), "screen", "rude")
    expect(plain.stdout).toContain("red done")
    expect(plain.stdout).not.toContain("\u001b")
    expect(plain.stdout).not.toContain("row-1\n")
    const colored = await holdfast(hub.environment(), "screen", "rude", "--color")
    expect(colored.stdout).toContain("\u001b[0;31mred\u001b[m")
    const all = await holdfast(hub.environment(), "screen", "rude", "--scrollback")
    expect(all.stdout.split("\n").slice(0, 30)).toEqual(Array.from({ length: 30 }, (_, at) => `row-${at + 1}`))
    expect(all.stdout).not.toContain("\u001b")
  })
})
