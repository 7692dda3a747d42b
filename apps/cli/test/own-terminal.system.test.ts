import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { eventually } from "@holdfast/testkit/eventually"
import { startHub } from "@holdfast/testkit/hub-process"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { MAIN } from "@holdfast/testkit/programs"
import { attached, holdfast, UserTerminal, usersOfTests } from "./user-terminal.ts"

const DETACH = "\u001dd"
const REDRAW = "\u001dr"

describe("what belongs to the user", () => {
  let hub: HubProcess
  const users = usersOfTests()
  let made = 0

  beforeAll(async () => {
    hub = await startHub()
  })
  afterAll(() => hub.stop())

  const open = async (...command: ReadonlyArray<string>): Promise<string> => {
    const shell = command.length === 0 ? ["bash", "--norc", "--noprofile"] : command
    const ran = await holdfast(
      hub.environment(),
      "new",
      "terminal",
      "--label",
      `o${++made}`,
      "--env",
      "PS1=ready> ",
      "--",
      ...shell,
    )
    expect(ran).toMatchObject({ code: 0 })
    return ran.stdout.trim()
  }
  const using = (user: UserTerminal): UserTerminal => {
    users.push(user)
    return user
  }
  const attach = (session: string): UserTerminal => using(attached(hub, session))
  const numbers = (user: UserTerminal): ReadonlyArray<number> =>
    [...user.text.matchAll(/^unique-(\d+)$/gm)].map(([, number]) => Number(number))

  it("T-15 (fault:N24) bytes that are not UTF-8 hide nothing that follows them", async () => {
    const session = await open("bash", "-c", "read go; for i in 1 2 3 4 5; do printf 'line %d \\x9e tail\\r\\n' $i; done; read x")
    const user = attach(session)
    await user.drawn()
    user.type("\r")
    await user.sees("line 5 \ufffd tail")
    expect(user.screen.filter((row) => row.includes("tail"))).toEqual([1, 2, 3, 4, 5].map((n) => `line ${n} \ufffd tail`))
    const { body } = await hub.call<{ text: string }>("GET", `/api/sessions/${session}/screen`)
    expect(body.text).toContain("line 5 \ufffd tail")
  })

  it("C-26 a window that is closed ends attach with a code, not by a signal", async () => {
    const session = await open()
    const directory = mkdtempSync(join(tmpdir(), "holdfast-window-"))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const ended = join(directory, "code")
    const script = 'trap : HUP; "$0" "$1" attach "$2"; echo "code $?" > "$3"'
    const user = new UserTerminal(hub.environment(), ["-c", script, process.execPath, MAIN, session, ended], undefined, "sh")
    await user.sees("ready>")
    user.hangUp()
    await eventually("the end", 15_000, () => existsSync(ended) && readFileSync(ended, "utf8") !== "")
    expect(readFileSync(ended, "utf8")).toBe("code 1\n")
  })

  it("T-18 (fault:N28) each line is in the user's scrollback once, after redraws and viewers of two sizes in turn", async () => {
    const counts = "k=0; while read -r n; do for i in $(seq $n); do k=$((k+1)); echo unique-$k; done; echo upto-$k.; done"
    const session = await open("bash", "-c", counts)
    const first = attach(session)
    await eventually("attached", 10_000, () => first.written.includes("\u001b[H\u001b[J\u001b"))
    first.type("200\r")
    await first.sees("upto-200.")
    const second = using(new UserTerminal(hub.environment(), ["attach", session], { cols: 60, rows: 20 }))
    await second.sees("upto-200.")
    for (const before of [200, 280]) {
      second.type("40\r")
      await second.sees(`upto-${before + 40}.`)
      await eventually("seen in part", 10_000, () => first.alternate)
      first.type("40\r")
      await first.sees(`upto-${before + 80}.`)
      await eventually("as large as the window again", 10_000, () => !first.alternate)
    }
    const drawn = (): number => first.written.split("\u001b[H\u001b[J").length
    const before = drawn()
    first.type(REDRAW)
    await eventually("drawn anew", 10_000, () => drawn() > before && first.screen.join().includes("upto-360."))
    first.type(DETACH)
    expect(await first.ended).toBe(0)
    expect(numbers(first)).toEqual(Array.from({ length: 360 }, (_, at) => at + 1))
  })

  it("T-18 (fault:N39) where lines are missing in the user's scrollback, a line says how many", async () => {
    const session = await open()
    const first = attach(session)
    await first.sees("ready>")
    const second = using(new UserTerminal(hub.environment(), ["attach", session], { cols: 60, rows: 20 }))
    await second.sees("ready>")
    second.type("for i in $(seq 1 30000); do echo unique-$i; done\r")
    await second.sees(/unique-30000\s+ready>/, 20_000)
    await eventually("seen in part", 10_000, () => first.alternate)
    first.type("\r")
    await eventually("as large as the window again", 10_000, () => !first.alternate)
    await first.sees(/unique-30000\n/)
    const notice = /\[holdfast: (\d+) lines are not shown here/
    await eventually("it says that lines are missing", 10_000, () => notice.test(first.text))
    const missing = notice.exec(first.text)?.[1]
    const shown = numbers(first)
    expect(shown.length).toBe(new Set(shown).size)
    // The missing ones are those between what was there before and the first that is shown.
    expect(Math.abs(Number(missing) - ((shown[0] ?? 0) - 1))).toBeLessThan(4)
  })

  it("T-17 (fault:N29) our hint leaves the program's saved cursor alone, and clearing inside keeps what was there before", async () => {
    const session = await open(
      "bash",
      "-c",
      "printf '\\e[3;10H\\e7\\e[8;1Hbelow'; read go; printf '\\e8HERE\\e[3J\\e[22;0t\\e]2;inner\\a\\e[23;0t'; read x",
    )
    // The hint goes with the first output: that is over before.
    await eventually("the program waits", 10_000, async () => {
      const { body } = await hub.call<{ text: string }>("GET", `/api/sessions/${session}/screen`)
      return body.text.includes("below")
    })
    const command = `echo before-the-attach; exec "${process.execPath}" "${MAIN}" attach ${session}`
    const user = using(new UserTerminal(hub.environment(), ["-c", command], { cols: 80, rows: 24 }, "bash"))
    await user.sees("below")
    await user.sees("d detaches")
    await eventually("the cursor is the program's", 10_000, () => user.cursor.x === 5 && user.cursor.y === 7)
    user.type("\r")
    await user.sees("HERE")
    expect(user.screen[2]).toBe("         HERE")
    expect(user.screen[23]).toBe("")
    user.type(DETACH)
    expect(await user.ended).toBe(0)
    expect(user.text).toContain("before-the-attach")
    // The user's title is put aside once and taken back once, whatever the program does to its own.
    expect(user.written.split("\u001b[22;").length - 1).toBe(1)
    expect(user.written.split("\u001b[23;").length - 1).toBe(1)
  })

  it("T-20 (fault:N33) a child that asks for colours gets those of the terminal that attached, and no other program gets the answers", async () => {
    const asks =
      "read go; stty raw -echo; printf '\\e]11;?\\a\\e]10;?\\a\\e[?996n'; head -c 59 | cat -v; printf '\\r\\nasked\\r\\n'; stty sane; read x; echo \"typed:$x\"; read y"
    const session = await open("bash", "-c", asks)
    const colors = { foreground: "rgb:1111/2222/3333", background: "rgb:ffff/ffff/eeee" }
    const user = using(new UserTerminal(hub.environment(), ["attach", session], { cols: 80, rows: 24 }, undefined, colors))
    await eventually("attached", 10_000, () => user.written.includes("\u001b[H\u001b[J\u001b"))
    user.type("\r")
    await user.sees("asked")
    const shown = user.screen.join("")
    expect(shown).toContain("]11;rgb:ffff/ffff/eeee")
    expect(shown).toContain("]10;rgb:1111/2222/3333")
    expect(shown).toContain("[?997;2n")
    user.type("mine\r")
    await user.sees("typed:mine")
    expect(user.answered).toBe("")
  })

  it("T-18 (fault:N28) to attach again from the same shell adds no line twice", async () => {
    const counts = "for i in $(seq 60); do echo unique-$i; done; while read -r n; do echo unique-$n; done"
    const session = await open("bash", "-c", counts)
    const attaching = `"${process.execPath}" "${MAIN}" attach ${session}`
    const user = using(
      new UserTerminal(hub.environment(), ["-c", `${attaching}; ${attaching}; echo over`], { cols: 80, rows: 24 }, "bash"),
    )
    await user.sees("unique-60")
    user.type(DETACH)
    await eventually(
      "attached again",
      10_000,
      () => user.written.split("\u001b[?2026l").length > 1 && /detached[^]*attached to/.test(user.written),
    )
    await user.sees("unique-60")
    user.type("61\r")
    await user.sees("unique-61")
    user.type(DETACH)
    await user.ended
    const seen = numbers(user)
    // What was on the screen at the end of the first stays above, as any program's last screen does.
    expect(seen.filter((number) => number <= 30)).toEqual(Array.from({ length: 30 }, (_, at) => at + 1))
    expect(new Set(seen)).toEqual(new Set(Array.from({ length: 61 }, (_, at) => at + 1)))
  })
})
