import fc from "fast-check"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { ChildTerminal } from "../../src/emulator/ChildTerminal.ts"
import type { Reported } from "../../src/emulator/hook-program.ts"
import { MAX_REPORT_BYTES, readStatus } from "../../src/emulator/program-status.ts"
import { PROGRESS_INTERVAL, REPORT_INTERVAL, ReportTeller } from "../../src/emulator/ReportTeller.ts"

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString("base64")

const open = (cols = 40, rows = 10) => {
  const answers: Array<string> = []
  const terminal = new ChildTerminal(cols, rows, 100, { answer: (data) => answers.push(data), title: () => undefined })
  const print = (text: string) => terminal.parse(Buffer.from(text))
  const report = (body: string) => print(`\x1b]7501;${body}\x1b\\`)
  const program = () => terminal.reports.program
  return { answers, terminal, print, report, program }
}

describe("a report", () => {
  it("T-53 is read with all it says, and a text without what cannot be seen", () => {
    const body = `state=blocked:kind=permission:progress=40:app=claude-code:id=task/a1:title=${base64("Sub")}:msg=${base64("a\u202ello\u200bw 日本?")}`
    expect(readStatus(body)).toEqual({
      state: "blocked",
      id: "task/a1",
      kind: "permission",
      progress: 40,
      app: "claude-code",
      title: "Sub",
      message: "allow 日本?",
    })
    expect(readStatus("state=error:msg=")).toEqual({ state: "failed", id: "" })
    expect(readStatus(` state = idle : junk : =x : Bad=1 : odd=a;b : state=working : app=pi : kind=question : future=1`)).toEqual(
      {
        state: "working",
        id: "",
        app: "pi",
      },
    )
    expect(readStatus(`state=done:progress=4:msg=${base64("ok").replace(/=+$/, "")}`)).toEqual({
      state: "done",
      id: "",
      message: "ok",
    })
    expect(readStatus("state=working:progress=101:app=a b")).toEqual({ state: "working", id: "" })
    expect(readStatus(`state=idle:msg=${base64("m".repeat(2048))}`)).toMatchObject({ message: "m".repeat(2048) })
    expect(readStatus(" ? ")).toBe("question")
  })

  it.each([
    ["no state", "app=x"],
    ["a state that is not known", "state=paused"],
    ["an empty id", "state=idle:id="],
    ["an id with an empty level", "state=idle:id=a//b"],
    ["an id that is no name", "state=blocked:id=sub task"],
    ["an id of nine levels", "state=idle:id=a/b/c/d/e/f/g/h/i"],
    ["a level of 33 characters", `state=idle:id=${"x".repeat(33)}`],
    ["a long key", `state=idle:${"k".repeat(17)}=1`],
    ["a long name", `state=idle:app=${"a".repeat(33)}`],
    ["a long message", `state=idle:msg=${base64("m".repeat(2049))}`],
    ["a long title", `state=idle:title=${base64("t".repeat(193))}`],
    ["no base64", "state=idle:msg=not*base64"],
    ["base64 that ends too early", "state=idle:msg=abcde"],
    ["two lines", `state=idle:msg=${base64("a\nb")}`],
    ["a control character", `state=idle:title=${base64("c1\u009b31m")}`],
    ["no UTF-8", `state=idle:msg=${base64(Uint8Array.of(0xff, 0xfe))}`],
    ["a bad text where it clears", "state=clear:id=task:msg=!!"],
    ["more than 4,096 bytes", `state=idle:${"junk:".repeat(MAX_REPORT_BYTES / 5)}`],
  ])("T-53 with %s is dropped whole", (_what, body) => {
    expect(readStatus(body)).toBeUndefined()
  })

  it("T-53 of any bytes breaks nothing, and what is read keeps its limits", () => {
    const key = fc.constantFrom("state", "id", "kind", "progress", "app", "title", "msg", "x")
    const value = fc.oneof(
      fc.constantFrom("working", "blocked", "clear", "permission", "50", "a/b"),
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => base64(text)),
    )
    const body = fc.array(fc.tuple(key, value).map(([name, text]) => `${name}=${text}`)).map((pairs) => pairs.join(":"))
    fc.assert(
      fc.property(fc.oneof(body, fc.string({ unit: "binary" })), (data) => {
        const read = readStatus(data)
        if (read === undefined || read === "question") return
        expect(`${read.message ?? ""}${read.title ?? ""}${read.app ?? ""}${read.id}`).not.toMatch(/[\p{Cc}\u202a-\u202e]/u)
        expect((read.title ?? "").length).toBeLessThanOrEqual(192)
      }),
    )
  })

  it("T-53 is answered only when it asks, and nothing of it is shown", () => {
    const { answers, terminal, print, report } = open()
    print("\x1b]7501;?\x07\x1b[c")
    expect(answers).toEqual(["\x1b]7501;?\x1b\\", "\x1b[?1;2c"])
    report(`state=blocked:msg=${base64("rm -rf /")}`)
    report("state=working:id=a")
    print(`\x1b]7501;state=idle:${"x".repeat(70_000)}\x07ok`)
    expect(answers).toHaveLength(2)
    expect(terminal.screen().text).toBe("ok")
    expect(terminal.reports.program?.state).toBe("blocked")
  })
})

describe("what a terminal's program reports", () => {
  it("T-54 is its last report; a blocked task gives its own to the whole", () => {
    const { report, program } = open()
    report(`state=working:app=claude-code:progress=10:msg=${base64("reads")}`)
    report("state=working:app=claude-code")
    expect(program()).toEqual({ state: "working", app: "claude-code" })
    report(`state=blocked:kind=permission:id=task/a:msg=${base64("write?")}`)
    report("state=done:id=task/b:app=sub")
    const tasks = [
      { id: "task/a", state: "blocked", kind: "permission", message: "write?", app: "claude-code" },
      { id: "task/b", state: "done", app: "sub" },
    ]
    expect(program()).toEqual({
      state: "blocked",
      kind: "permission",
      message: "write?",
      app: "claude-code",
      task: "task/a",
      tasks,
    })
    report("state=working:id=task/a")
    expect(program()).toMatchObject({ state: "working", app: "claude-code", tasks: [{ id: "task/a" }, { id: "task/b" }] })
    report("state=clear:id=task")
    expect(program()).toEqual({ state: "working", app: "claude-code" })
    report("state=error:id=taskless")
    report("state=clear")
    expect(program()).toBeUndefined()
  })

  it("T-54 without a report of its own is that of the weightiest task, and 64 tasks are kept", () => {
    const { report, program } = open()
    for (let at = 0; at < 70; at++) report(`state=${at === 69 ? "error" : "idle"}:id=t${at}:msg=${base64("m".repeat(600))}`)
    report("state=done:id=t10")
    expect(program()).toMatchObject({ state: "failed", task: "t69" })
    const ids = program()?.tasks?.map(({ id }) => id) ?? []
    expect(ids).toHaveLength(64)
    expect(ids).not.toContain("t5")
    expect(ids).toContain("t10")
    expect(program()?.tasks?.at(-1)?.message).toHaveLength(200)
    expect(JSON.stringify(program()).length).toBeLessThan(32 * 1024)
  })

  it("T-54 is progress in the older form until it reports itself", () => {
    const { print, report, program } = open()
    print("\x1b]9;4;1;30\x07")
    expect(program()).toEqual({ state: "working", progress: 30 })
    print("\x1b]9;4;3\x07")
    expect(program()).toEqual({ state: "working" })
    print("\x1b]9;4;2;80\x07")
    expect(program()).toEqual({ state: "failed", progress: 80 })
    print("\x1b]9;a notification\x07\x1b]9;4;0\x07")
    expect(program()).toBeUndefined()
    report("state=idle:app=pi")
    print("\x1b]9;4;1;30\x07")
    expect(program()).toEqual({ state: "idle", app: "pi" })
  })

  it("T-55 ends with the next prompt, a full reset and the program, not with the screen it is on", () => {
    const { terminal, print, report, program } = open()
    report("state=working")
    report("state=done:id=a")
    print("\x1b[?1049h\x1b[!p\x1b[?1049l\x1b]133;A;k=s\x07\x1b]133;B\x07")
    expect(program()).toMatchObject({ state: "working" })
    print("\x1b]133;A\x07")
    expect(program()).toEqual({ state: "done", task: "a", tasks: [{ id: "a", state: "done" }] })
    print("\x1bc")
    expect(program()).toBeUndefined()
    report("state=blocked")
    report("state=idle:id=a")
    terminal.reports.end()
    expect(program()).toBeUndefined()
  })
})

describe("the pace of reports", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }))
  afterEach(() => void vi.useRealTimers())

  const teller = () => {
    const told: Array<string> = []
    let source: Reported = { program: undefined, command: undefined }
    const made = new ReportTeller({
      program: (program) => told.push(`${program?.state ?? "nothing"} ${program?.progress ?? ""}`.trim()),
      command: ({ line, exitCode }) => told.push(`${line ?? ""} ${exitCode ?? "runs"}`),
    })
    const say = (next: Reported) => made.changed((source = next))
    const program = (state: "working" | "blocked" | "done", progress?: number) =>
      say({ ...source, program: progress === undefined ? { state } : { state, progress } })
    return { made, told, say, program }
  }

  it("T-56 is four a second for states, one for progress, and the last one counts", () => {
    const { told, program } = teller()
    for (let at = 0; at < 100; at++) {
      program(at % 2 === 0 ? "working" : "blocked")
      vi.advanceTimersByTime(10)
    }
    expect(told.length).toBeGreaterThanOrEqual(3)
    expect(told.length).toBeLessThanOrEqual(5)
    program("done")
    vi.advanceTimersByTime(REPORT_INTERVAL)
    expect(told.at(-1)).toBe("done")
    program("working", 0)
    vi.advanceTimersByTime(REPORT_INTERVAL)
    told.length = 0
    for (let at = 1; at <= 100; at++) {
      program("working", at)
      vi.advanceTimersByTime(50)
    }
    vi.advanceTimersByTime(PROGRESS_INTERVAL)
    expect(told.length).toBeGreaterThanOrEqual(4)
    expect(told.length).toBeLessThanOrEqual(6)
    expect(told.at(-1)).toBe("working 100")
  })

  it("T-56 a change of state does not wait for the time of progress, and the end waits for nothing", () => {
    const { made, told, say, program } = teller()
    program("working", 1)
    vi.advanceTimersByTime(1)
    program("working", 2)
    vi.advanceTimersByTime(REPORT_INTERVAL)
    expect(told).toEqual(["working 1"])
    program("blocked")
    vi.advanceTimersByTime(REPORT_INTERVAL)
    expect(told).toEqual(["working 1", "blocked"])
    say({ program: { state: "done" }, command: { line: "make", startedAt: 1, milliseconds: 2, exitCode: 0 } })
    made.tell()
    made.tell()
    expect(told.slice(2)).toEqual(["done", "make 0"])
    program("working")
    made.close()
    vi.advanceTimersByTime(10_000)
    expect(told).toHaveLength(4)
  })
})

describe("the commands of a shell", () => {
  const prompt = "\x1b]133;A\x07$ \x1b]133;B\x07"

  it("T-57 have line, duration and exit code", () => {
    const { terminal, print } = open()
    const command = () => terminal.reports.command
    print(`\x1b]133;D;0\x07${prompt}`)
    expect(command()).toBeUndefined()
    print("make test\r\n\x1b]133;C\x07")
    expect(command()).toEqual({ line: "make test", startedAt: expect.any(Number) })
    print(`building\r\n\x1b]133;D;2\x07${prompt}`)
    expect(command()).toEqual({
      line: "make test",
      startedAt: expect.any(Number),
      milliseconds: expect.any(Number),
      exitCode: 2,
    })
    print(`\x1b]133;D;0\x07${prompt}`)
    expect(command()?.exitCode).toBe(2)
    print(`${"x".repeat(90)} y\r\nsecond line\r\n\x1b]133;C\x07${prompt}`)
    expect(command()).toMatchObject({ line: `${"x".repeat(90)} y second line`, milliseconds: expect.any(Number) })
    expect(command()).not.toHaveProperty("exitCode")
  })

  it("T-57 have the line that the shell says, and none where the screen does not show it", () => {
    const { terminal, print } = open()
    print(`${prompt}secret\r\n\x1b]133;C;cmdline_url=echo%20%22a%3Bb%22%0Ax\x1b\\`)
    expect(terminal.reports.command?.line).toBe('echo "a;b" x')
    print(`\x1b]133;C;cmdline_url=%zz\x07`)
    expect(terminal.reports.command?.line).toBe("%zz")
    print(`\x1b]133;D\x07${prompt}gone\x1b[?1049h\x1b]133;C\x07\x1b[?1049l`)
    expect(terminal.reports.command).toEqual({ startedAt: expect.any(Number) })
    for (let at = 0; at < 300; at++) print(`${prompt}n${at}\r\n\x1b]133;C\x07out\r\n\x1b]133;D;0\x07`)
    expect(terminal.reports.command).toMatchObject({ line: "n299", exitCode: 0 })
    print(`${prompt}long${"\r\nline".repeat(200)}\r\n\x1b]133;C\x07`)
    expect(terminal.reports.command?.line ?? "").toHaveLength(0)
  })
})
