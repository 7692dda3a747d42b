import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { eventually } from "@holdfast/testkit/eventually"
import { startHub } from "@holdfast/testkit/hub-process"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { MAIN } from "@holdfast/testkit/programs"
import { attached, holdfast, UserTerminal, usersOfTests } from "./user-terminal.ts"

const DETACH = "\u001dd"

describe("attach", () => {
  let hub: HubProcess
  const users = usersOfTests()
  let made = 0

  beforeAll(async () => {
    hub = await startHub()
  })
  afterAll(() => hub.stop())

  const open = async (...command: ReadonlyArray<string>): Promise<string> => {
    const label = `s${++made}`
    const ran = await holdfast(
      hub.environment(),
      "new",
      "terminal",
      "--label",
      label,
      "--env",
      "PS1=ready> ",
      "--",
      ...(command.length === 0 ? ["bash", "--norc", "--noprofile"] : command),
    )
    expect(ran).toMatchObject({ code: 0 })
    return ran.stdout.trim()
  }
  const attach = (session: string, ...options: ReadonlyArray<string>): UserTerminal => {
    const user = attached(hub, session, ...options)
    users.push(user)
    return user
  }
  const columns = async (session: string): Promise<number> =>
    (await hub.call<{ terminal: { cols: number } }>("GET", `/api/sessions/${session}`)).body.terminal.cols
  const untouched = (user: UserTerminal): void => {
    expect(user.alternate).toBe(false)
    expect(user.modes).toMatchObject({
      applicationCursorKeysMode: false,
      applicationKeypadMode: false,
      bracketedPasteMode: false,
      insertMode: false,
      mouseTrackingMode: "none",
      originMode: false,
      sendFocusMode: false,
      wraparoundMode: true,
    })
  }

  it("works like the terminal itself: type, detach, come back to the same screen", async () => {
    const session = await open()
    const first = attach(session)
    await first.sees("ready>")
    expect(first.written).toContain("Ctrl-] d detaches")
    first.type("echo he''llo; seq 1 5\r")
    await first.sees(/hello\n1\n2\n3\n4\n5\nready>/)
    const before = first.screen
    first.type(DETACH)
    expect(await first.ended).toBe(0)
    await first.sees("detached from")
    untouched(first)
    const second = attach(session)
    await second.sees(/5\nready>/)
    expect(second.screen.slice(0, 8)).toEqual(before.slice(0, 8))
  })

  it("C-6 restores the terminal when the session's command ends, and says how it ended", async () => {
    const session = await open(
      "bash",
      "-c",
      'read x; printf "\\033[?1049h\\033[?1002;1006h\\033[?2004h\\033[?25l\\033[5;10r\\033[?6h\\033[41m"; read y; exit 3',
    )
    const user = attach(session)
    await user.drawn()
    user.type("\r")
    await eventually("modes set", 10_000, () => user.alternate && user.modes.mouseTrackingMode === "drag")
    user.type("\r")
    expect(await user.ended).toBe(0)
    await user.sees("exited with code 3")
    untouched(user)
    expect(user.written).toContain("\u001b[?25h")
  })

  it("C-6 passes the exit code on when asked", async () => {
    const session = await open("bash", "-c", "read x; exit 7")
    const user = attach(session, "--exit-code")
    await user.drawn()
    user.type("\r")
    expect(await user.ended).toBe(7)
  })

  it("C-6 restores the terminal when a signal ends it, and the session continues", async () => {
    for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
      const session = await open("bash", "-c", 'printf "\\033[?1049h\\033[?1003h\\033[?2004h"; read x')
      const user = attach(session)
      await eventually("modes set", 10_000, () => user.alternate && user.modes.mouseTrackingMode === "any")
      user.signal(signal)
      expect(await user.ended).toBe(1)
      await user.sees(`ended by ${signal}`)
      untouched(user)
      expect((await hub.call<{ process: string }>("GET", `/api/sessions/${session}`)).body.process).toBe("running")
    }
  })

  it("C-6 leaves the tty in the modes it found", async () => {
    const session = await open()
    const shell = new UserTerminal({ ...hub.environment(), PS1: "own> " }, ["--norc", "--noprofile"], undefined, "bash")
    users.push(shell)
    await shell.sees("own>")
    shell.type(`stty -a | cksum; ${process.execPath} ${MAIN} attach ${session}; stty -a | cksum\r`)
    await shell.sees("ready>")
    shell.type(DETACH)
    await shell.sees(/to return: .*attach \w+\]\n\d+ \d+\nown>/)
    const sums = [...shell.text.matchAll(/^(\d{5,} \d+)$/gm)].map(([, sum]) => sum)
    expect(sums.length).toBe(2)
    expect(sums[0]).toBe(sums[1])
  })

  it("C-6 leaves the tty in the modes it found where it is quit before the hub answers", async () => {
    process.kill(hub.pid(), "SIGSTOP")
    // A shell with job control would put the modes right itself.
    const line = `ulimit -c 0; stty -a | cksum; ${process.execPath} ${MAIN} attach; stty -a | cksum`
    const shell = new UserTerminal(hub.environment(), ["-c", line], undefined, "sh")
    users.push(shell)
    try {
      await eventually("it asks for colours", 20_000, () => shell.written.includes("\u001b]11;?"))
      shell.type("\u001c")
      await shell.ended
    } finally {
      process.kill(hub.pid(), "SIGCONT")
    }
    const sums = [...shell.text.matchAll(/^(\d{5,} \d+)$/gm)].map(([, sum]) => sum)
    expect(sums.length).toBe(2)
    expect(sums[0]).toBe(sums[1])
  })

  it("C-9 what is typed after the detach key reaches neither the session nor the user's own shell, and is shown (fault:N27)", async () => {
    const session = await open()
    const shell = new UserTerminal({ ...hub.environment(), PS1: "own> " }, ["--norc", "--noprofile"], undefined, "bash")
    users.push(shell)
    await shell.sees("own>")
    shell.type(`${process.execPath} ${new URL("../src/main.ts", import.meta.url).pathname} attach ${session}\r`)
    await shell.sees("ready>")
    shell.type(`${DETACH}echo behi''nd\r`)
    await shell.sees(/not sent: echo behi''nd\\r\]\n.*to return: .*attach \w+\]\n/)
    shell.type("echo my o''wn\r")
    await shell.sees(/^my own$/m)
    expect(shell.text).not.toMatch(/^behind$/m)
    expect((await holdfast(hub.environment(), "screen", session)).stdout).not.toContain("behi")
  })

  it("C-8 the detach key can be set, and is found where the terminal reports keys in another way (fault:N27, fault:N39)", async () => {
    const session = await open()
    const user = new UserTerminal({ ...hub.environment(), HOLDFAST_DETACH_KEY: "ctrl-a" }, ["attach", session])
    users.push(user)
    await user.sees("ready>")
    expect(user.written).toContain("Ctrl-a d detaches")
    user.type("\u001b[200~\u0001d\u001b[201~")
    user.type("\u001b[97;69u\u001b[97;69:3u\u001b[100;1:1u\u001b[100;1:3u")
    expect(await user.ended).toBe(0)
    await user.sees("detached from")
    expect(user.text).not.toContain("sent nowhere")
  })

  it("T-7 a window that is larger than any terminal shows its session in part of it (fault:N34)", async () => {
    const session = await open()
    const user = new UserTerminal(hub.environment(), ["attach", session], { cols: 1200, rows: 20 })
    users.push(user)
    await user.sees("ready>")
    await eventually("sized", 10_000, async () => (await columns(session)) === 1000)
    user.type("echo wi''de\r")
    await user.sees(/^wide$/m)
    user.type(DETACH)
    expect(await user.ended).toBe(0)
    untouched(user)
  })

  it("T-33 scrolls and searches the session's own lines while attached, and goes back to the screen as it is by then (fault:N39)", async () => {
    const needle = `needle ${"in a long line ".repeat(8)}end of it`
    const session = await open(
      "bash",
      "-c",
      `for i in $(seq 1 300); do [ $i = 40 ] && echo "${needle}"; echo line $i; done; read x; echo later; read y`,
    )
    const user = attach(session)
    await user.sees(/line 299\nline 300/)
    const before = user.screen
    user.type("\u001ds")
    await user.sees(/line 300\n\n lines 281-303 of 303 .*q returns/)
    user.type("k\u001b[5~")
    await user.sees("lines 257-279 of 303")
    user.type("/END of it\u007f\u007f\u007f\r")
    await user.sees("/END of not found")
    user.type("/end of\r")
    await user.sees(/in a long line end of it[^]*lines 30-52 of 303 +\/end of 1 of 1/)
    user.type("g")
    await user.sees(/^line 1\nline 2\n/)
    user.resize(90, 20)
    await user.sees("lines 1-19 of 303")
    user.resize(80, 24)
    await user.sees("lines 1-23 of 303")
    await holdfast(hub.environment(), "send", session, "go")
    user.type("q")
    await user.sees(/line 300\n(.*\n)?later/)
    expect(user.alternate).toBe(false)
    expect(user.text.match(/^line 250$/gm)?.length).toBe(1)
    expect(before.at(-2)).toBe("line 300")
    user.type("\u001ds")
    await user.sees("q returns")
    user.type(DETACH)
    expect(await user.ended).toBe(0)
    untouched(user)
    expect(user.text).not.toContain("q returns")
  })

  it("follows the size of its window", async () => {
    const session = await open()
    const user = attach(session)
    await user.sees("ready>")
    user.resize(100, 30)
    await eventually("sized", 5000, async () => (await columns(session)) === 100)
    user.type("stty size\r")
    await user.sees("30 100")
  })

  it("T-11 types nothing when it only reads, and still detaches", async () => {
    const session = await open()
    const user = attach(session, "--read-only")
    await user.sees("ready>")
    user.type("echo nev''er\r")
    await user.sees("read-only: nothing is typed")
    user.type(DETACH)
    expect(await user.ended).toBe(0)
    const { stdout } = await holdfast(hub.environment(), "screen", session)
    expect(stdout).not.toContain("never")
  })

  it("C-7 check:T5 trap:18 the child's questions reach no viewer's terminal, live or replayed, and get one answer each", async () => {
    const ask = 'stty raw -echo; printf "\\033[c\\033[6n\\033[?2026\\$p\\033]11;?\\007\\033[>q\\033[18t\\033P+q544e\\033\\\\"; '
    const session = await open(
      "bash",
      "-c",
      `read go; ${ask} IFS= read -r -t 2 -d "" answers; printf "%q end" "$answers"; sleep 60`,
    )
    const viewers = [attach(session), attach(session), attach(session)]
    await Promise.all(viewers.map((user) => user.drawn()))
    await eventually("drawn", 10_000, () => viewers.every((user) => user.code === undefined))
    viewers[0]?.type("\r")
    await viewers[0]?.sees("end", 15_000)
    expect(viewers.map(({ answered }) => answered)).toEqual(["", "", ""])
    const answers = viewers[0]?.text.replace(/\s/g, "") ?? ""
    const count = (pattern: RegExp): number => [...answers.matchAll(pattern)].length
    expect({
      attributes: count(/E\[\?[\d;]*c/g),
      position: count(/E\[\d+;\d+R/g),
      mode: count(/E\[\?2026;\d\$y/g),
      background: count(/E\]11;rgb:/g),
    }).toEqual({ attributes: 1, position: 1, mode: 1, background: 1 })
    const late = attach(session)
    await late.sees("end")
    expect(late.answered).toBe("")
    const replayed = new UserTerminal(hub.environment(), ["replay", session, "--speed", "0"])
    users.push(replayed)
    expect(await replayed.ended).toBe(0)
    expect(replayed.answered).toBe("")
    const inputs = await holdfast(hub.environment(), "log", session, "--raw")
    expect(inputs.stdout.match(/end/g)?.length).toBe(1)
  })

  it("C-1 continues automatically after the hub was killed and started again, and nothing is missing or doubled", async () => {
    const session = await open("bash", "-c", "read go; for i in $(seq 1 300); do echo line $i; sleep 0.02; done; read x")
    const user = attach(session)
    await user.drawn()
    user.type("\r")
    await user.sees("line 20")
    await hub.kill("SIGKILL")
    await user.sees("the hub is away", 5000)
    await hub.start()
    await eventually("said", 10_000, () => user.written.includes("the hub is back"))
    await user.sees("line 300", 15_000)
    expect(user.alternate).toBe(false)
    const lines = [...user.text.matchAll(/^line (\d+)$/gm)].map(([, number]) => Number(number))
    expect(lines).toEqual(Array.from({ length: 300 }, (_, i) => i + 1))
    expect(user.text).not.toContain("the hub is")
    user.type(DETACH)
    expect(await user.ended).toBe(0)
  })

  it("C-1 draws a full-screen program again after its bottom row said that the hub is away", async () => {
    const session = await open(
      "bash",
      "-c",
      'printf "\\033[?1049h\\033[H"; for i in $(seq 1 24); do printf "\\033[%d;1H\\033[3%dmrow %d" $i $((i % 7)) $i; done; printf "\\033[5;3H"; read x',
    )
    const user = attach(session)
    await user.sees("row 24")
    const before = user.screen
    await hub.kill("SIGKILL")
    await user.sees("the hub is away", 5000)
    expect(user.screen.slice(0, 23)).toEqual(before.slice(0, 23))
    await hub.start()
    await user.sees("row 24", 15_000)
    await eventually("drawn anew", 10_000, () => JSON.stringify(user.screen) === JSON.stringify(before))
    expect(user.alternate).toBe(true)
    user.type(DETACH)
    expect(await user.ended).toBe(0)
    untouched(user)
  })

  it("T-8 T-10 two users see the same, the one who types sizes it, and one may take the keyboard", async () => {
    const session = await open()
    const [first, second] = [attach(session), new UserTerminal(hub.environment(), ["attach", session], { cols: 60, rows: 20 })]
    users.push(second)
    await Promise.all([first.sees("ready>"), second.sees("ready>")])
    for (const [user, cols, size] of [
      [first, 80, "24 80"],
      [second, 60, "20 60"],
    ] as const) {
      user.type("\r")
      await eventually("sized", 5000, async () => (await columns(session)) === cols)
      user.type("stty size\r")
      await user.sees(size)
    }
    second.type("\u001dk")
    await second.sees("you hold the keyboard")
    await first.sees(/holds the keyboard; Ctrl-\] k takes it/)
    first.type("echo intr''uded\r")
    await first.sees("holds the keyboard")
    second.type("echo mi''ne\r")
    await first.sees(/^mine$/m)
    expect(first.text).not.toContain("intruded")
  })

  it("C-3 keys that are pressed while the hub is away arrive once it is back, once", async () => {
    const session = await open()
    const user = attach(session)
    await user.sees("ready>")
    await hub.kill("SIGKILL")
    user.type("echo on''ce\r")
    await hub.start()
    await user.sees(/^once$/m, 15_000)
    user.type("echo aft''er\r")
    await user.sees(/^after$/m)
    expect(user.text.match(/^once$/gm)?.length).toBe(1)
  })

  it("C-6 gives up on a hub that stays away, restores the terminal and ends with 3", async () => {
    const session = await open("bash", "-c", 'printf "\\033[?1049h\\033[?1003hfull screen"; read x')
    const user = attach(session, "--wait", "2")
    await user.sees("full screen")
    await hub.kill("SIGKILL")
    expect(await user.ended).toBe(3)
    untouched(user)
    await hub.start()
  })

  it("refuses without a terminal, and names a session that is not there", async () => {
    const session = await open()
    expect(await holdfast(hub.environment(), "attach", session)).toMatchObject({ code: 1 })
    const missing = new UserTerminal(hub.environment(), ["attach", "nothing-like-it"])
    users.push(missing)
    expect(await missing.ended).toBe(1)
    await missing.sees("no session has the id")
  })

  it("shows the last screen of a session that is over", async () => {
    const session = await open("bash", "-c", "echo last words; exit 4")
    await eventually(
      "exited",
      10_000,
      async () => (await hub.call<{ process: string }>("GET", `/api/sessions/${session}`)).body.process === "exited",
    )
    const user = attach(session)
    expect(await user.ended).toBe(0)
    expect(user.text).toContain("last words")
    await user.sees("exited with code 4")
  })
})
