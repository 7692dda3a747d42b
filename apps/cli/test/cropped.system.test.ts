import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { eventually } from "@holdfast/testkit/eventually"
import { startHub } from "@holdfast/testkit/hub-process"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { holdfast, UserTerminal, usersOfTests } from "./user-terminal.ts"

const DETACH = "\u001dd"
const LARGE = { cols: 120, rows: 40 }
const SMALL = { cols: 80, rows: 24 }

/** Draws a full screen of its size, numbered, with colours and wide characters; says its size; draws anew when told. */
const FULL_SCREEN = String.raw`
draw() {
  read -r rows cols < <(stty size)
  printf '\033[?1049h\033[?1h\033[?2004h\033[?1002h\033[0m\033[2J'
  for ((row = 1; row <= rows; row++)); do
    printf '\033[%d;1H\033[3%dm%03d 日本語 ' $row $((row % 8)) $row
    for ((at = 12; at < cols - 9; at += 10)); do printf '%03d-%03d   ' $row $at; done
  done
  printf '\033[0m\033[%d;%dH' $1 $2
}
trap 'draw 3 5' WINCH
draw 30 100
while :; do
  read -rs -n 1 -t 60 key || continue
  [ "$key" = q ] && exit 0
  [ "$key" = d ] && draw 30 100
done
`

describe("attach in a window of another size", () => {
  let hub: HubProcess
  const users = usersOfTests()
  let made = 0

  beforeAll(async () => {
    hub = await startHub()
  })
  afterAll(() => hub.stop())

  const open = async (size: typeof LARGE, ...command: ReadonlyArray<string>): Promise<string> => {
    const sized = ["--cols", String(size.cols), "--rows", String(size.rows)]
    const ran = await holdfast(hub.environment(), "new", "terminal", "--label", `c${++made}`, ...sized, "--", ...command)
    expect(ran).toMatchObject({ code: 0 })
    return ran.stdout.trim()
  }
  const attach = (session: string, size: typeof LARGE, ...options: ReadonlyArray<string>): UserTerminal => {
    const user = new UserTerminal(hub.environment(), ["attach", session, ...options], size)
    users.push(user)
    return user
  }
  const sizeOf = async (session: string): Promise<string> => {
    const { body } = await hub.call<{ terminal: typeof LARGE }>("GET", `/api/sessions/${session}`)
    return `${body.terminal.cols}x${body.terminal.rows}`
  }
  const joined = (rows: ReadonlyArray<string>): string => rows.map((row) => row.trimEnd()).join("\n")
  const shows = (what: string, user: UserTerminal, screen: () => ReadonlyArray<string>): Promise<boolean> =>
    eventually(what, 10_000, () => joined(user.screen) === joined(screen())).catch((error: unknown) => {
      throw new Error(`${String(error)}; it shows:\n${joined(user.screen)}\ninstead of:\n${joined(screen())}`)
    })

  it("T-8 shows exactly the part around the cursor, takes the size by typing, and restores the terminal", async () => {
    const session = await open(LARGE, "bash", "-c", FULL_SCREEN)
    const small = attach(session, SMALL)
    await eventually("sized", 10_000, async () => (await sizeOf(session)) === "80x24")
    const large = attach(session, LARGE)
    await small.sees("120x40 seen through 80x24; type to take this size", 15_000)
    large.type("d")
    await large.sees("040-102")
    // Which part it is depends on where the cursor was while the screen was drawn; the cursor, at 30, 100, is in it.
    const rows = (): ReadonlyArray<ReadonlyArray<string>> =>
      large.screen.map((row) => [...row.replace("日本語", "日\0本\0語\0").padEnd(LARGE.cols)])
    const isAt = (all: ReadonlyArray<ReadonlyArray<string>>, top: number, left: number): boolean =>
      small.screen.slice(0, 23).every(
        (row, i) =>
          row.trimEnd() ===
          (all[top + i] ?? [])
            .slice(left, left + SMALL.cols)
            .join("")
            .trimEnd(),
      )
    const part = await eventually("a part of the screen", 10_000, () => {
      const all = rows()
      for (let top = 7; top <= 17; top++) for (let left = 20; left <= 40; left++) if (isAt(all, top, left)) return { top, left }
      return undefined
    })
    // The foot names the detach key for a few seconds first.
    const foot = " 120x40 seen through 80x24; type to take this size"
    await eventually("the foot says what is seen", 10_000, () => small.screen[23]?.trimEnd() === foot)
    await eventually(
      "the cursor stands where it shows",
      10_000,
      () => small.cursor.x === 99 - part.left && small.cursor.y === 29 - part.top,
    )
    expect(small.modes).toMatchObject({ applicationCursorKeysMode: true, bracketedPasteMode: true, mouseTrackingMode: "none" })
    small.type("\u001dr")
    small.type("x")
    await eventually("sized", 10_000, async () => (await sizeOf(session)) === "80x24")
    await small.sees("024 日本語 ")
    await large.sees("80x24 seen through 120x40")
    await eventually("as it is", 10_000, () => small.modes.mouseTrackingMode === "drag")
    await shows("the whole, and nothing beside it", large, () => [
      ...small.screen,
      ...Array.from({ length: 15 }, () => ""),
      " 80x24 seen through 120x40; type to take this size",
    ])
    const { x, y } = small.cursor
    await eventually("the cursors agree", 10_000, () => large.cursor.x === x && large.cursor.y === y)
    large.type(DETACH)
    expect(await large.ended).toBe(0)
    await eventually("the terminal is given back", 10_000, () => !large.alternate)
    expect(large.modes).toMatchObject({ applicationCursorKeysMode: false, bracketedPasteMode: false, wraparoundMode: true })
    small.type("q")
    expect(await small.ended).toBe(0)
    await eventually("the terminal is given back", 10_000, () => !small.alternate)
  })

  it("T-8 redrawing the screen takes the size from no other viewer", async () => {
    const session = await open(LARGE, "cat")
    const small = attach(session, SMALL)
    await eventually("sized", 10_000, async () => (await sizeOf(session)) === "80x24")
    const large = attach(session, LARGE)
    await small.sees("120x40 seen")
    small.type("\u001dr")
    large.type("typed\r")
    await small.sees(/typed\ntyped/)
    expect(await sizeOf(session)).toBe("120x40")
    await small.sees("120x40 seen")
  })

  it("C-1 continues as a part of the screen after the hub was killed, and says so at the bottom", async () => {
    const session = await open(LARGE, "bash", "-c", "for i in $(seq 1 60); do echo 行 $i; done; read x; echo after; read x")
    const viewer = attach(session, SMALL, "--read-only")
    await viewer.sees(/行 60\n\n?.*120x40 seen through 80x24; read-only/s)
    await hub.kill("SIGKILL")
    await viewer.sees("the hub is away", 5000)
    expect(viewer.screen[21]).toBe("行 60")
    await hub.start()
    await viewer.sees("the hub is back", 10_000)
    await hub.call("POST", `/api/sessions/${session}/input`, { text: "\n" })
    await viewer.sees(/行 60\n\nafter/)
    await viewer.sees("120x40 seen through 80x24; read-only", 5000)
    viewer.signal("SIGTERM")
    expect(await viewer.ended).toBe(1)
    expect(viewer.alternate).toBe(false)
  })

  it("C-7 passes title and bell on, answers nothing, and takes no mouse", async () => {
    const ask = String.raw`\033[c\033[6n\033]11;?\007\033]0;the title\007\007\033[?1003h\033[?1004h`
    const session = await open(LARGE, "bash", "-c", `read go; printf "${ask}"; echo asked; IFS= read -r -t 60 x`)
    const viewer = attach(session, SMALL, "--read-only")
    await viewer.sees("read-only")
    await viewer.sees("120x40 seen", 10_000)
    await hub.call("POST", `/api/sessions/${session}/input`, { text: "\n" })
    await viewer.sees("asked")
    expect(viewer.written).toContain("\u001b]2;the title\u001b\\")
    expect(viewer.answered).toBe("")
    expect(viewer.modes).toMatchObject({ mouseTrackingMode: "none", sendFocusMode: false })
  })
})
