import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { HoldfastError } from "@holdfast/client/errors"
import type { Event } from "@holdfast/protocol/event"
import { holdText } from "../src/agent/hold-text.ts"
import { dataRows } from "../src/agent-view/data-rows.ts"
import { eventRows } from "../src/agent-view/event-rows.ts"
import { toFailure } from "../src/failure.ts"
import { describeRunner, describeStop } from "../src/operations/runner.ts"
import { hint, hubWords, withHints } from "../src/hint.ts"
import { Film } from "../src/log/Film.ts"
import { changedTags } from "../src/sessions/change.ts"
import { keyBytes } from "../src/sessions/keys.ts"
import { nearestNames } from "../src/sessions/nearest.ts"
import type { Session } from "@holdfast/protocol/session"
import { restText, sessionTable, suffixLength } from "../src/sessions/list.ts"
import { sessionLines } from "../src/sessions/show.ts"
import { ago, bytes, span } from "../src/text/amounts.ts"
import { printable } from "../src/text/printable.ts"
import { colored, plain } from "../src/text/style.ts"
import { fitText, padText, textWidth } from "../src/text/width.ts"
import { session } from "./session.ts"

describe("text", () => {
  it("counts columns of wide, combining and joined characters", () => {
    expect(["abc", "日本語", "é", "👨‍👩‍👧", "🇩🇪", "✔", "✔️", "한글", "ｗ"].map(textWidth)).toEqual([3, 6, 1, 2, 2, 1, 2, 4, 2])
  })

  it("shortens to columns and never cuts a character", () => {
    expect(fitText("日本語テキスト", 7)).toBe("日本語…")
    expect(fitText("日本語テキスト", 6)).toBe("日本…")
    expect(fitText("short", 5)).toBe("short")
    expect(padText("日本", 6)).toBe("日本  ")
  })

  it("check:S10 E-7 shows control characters escaped", () => {
    expect(printable("a\u001b]0;x\u0007\r\n\u009b6n\u202eb")).toBe("a\\e]0;x\\x07\\r\\n\\x9b6n\\u202eb")
  })

  it("C-10 names commands as they have to be typed, also where npm started this one", () => {
    const start = (env: NodeJS.ProcessEnv, script: string, ...there: ReadonlyArray<string>) => ({
      env: { PATH: "/usr/bin:/opt/node/bin", ...env },
      script,
      node: "/opt/node/bin/node",
      exists: (path: string) => there.includes(path),
    })
    const byNpm = { npm_lifecycle_event: "start", PATH: "/repo/node_modules/.bin:/usr/bin" }
    const bin = "/repo/node_modules/.bin/holdfast"
    expect(hint("ls", start({}, "/usr/bin/holdfast", "/usr/bin/holdfast"))).toBe("holdfast ls")
    expect(hint("ls", start(byNpm, "/repo/apps/cli/bin/holdfast.mjs", bin))).toBe("npx holdfast ls")
    expect(hint("ls", start({}, bin))).toBe("npx holdfast ls")
    expect(hint("ls", start({}, "/repo/apps/cli/bin/holdfast.mjs"))).toBe("node /repo/apps/cli/bin/holdfast.mjs ls")
    expect(hint("ls", start({ PATH: "/usr/bin" }, "/repo/main.ts"))).toBe("/opt/node/bin/node /repo/main.ts ls")
    expect(hint("ls", start({}, join(process.cwd(), "apps/main.ts")))).toBe("node apps/main.ts ls")
    const told = "run `holdfast doctor`, npx holdfast ls; the holdfast that runs, and holdfast cd x, tell"
    expect(withHints(told, start({}, bin))).toBe(
      "run `npx holdfast doctor`, npx holdfast ls; the holdfast that runs, and npx holdfast cd x, tell",
    )
  })

  it("C-10 commands that the hub names are printed as they are typed wherever its words are (fault:N40)", () => {
    const told = "the directory is gone; choose another with: holdfast cd 1234 DIRECTORY\u001b[2J"
    const typed = hint("cd 1234 DIRECTORY")
    expect(typed).not.toMatch(/^holdfast /)
    const hold = { reason: "error", message: told } as const
    expect(holdText(hold)).toContain(typed)
    expect(hubWords(told)).toContain(`: ${typed}`)
    expect(hubWords(told)).not.toContain("\u001b")
    const failure = toFailure(new HoldfastError("Unprocessable", told))
    expect([failure.message.includes(typed), failure.fields["message"]]).toEqual([true, told])
    const options = { paint: plain, width: () => 200 }
    const notice = { type: "data-notice", id: "n", data: { text: told } } as const
    expect(dataRows(notice, undefined, options).join("")).toContain(typed)
    const error = { tag: "AgentNotStarted", message: told }
    const ended = { channel: "turn", type: "ended", seq: 1, time: 1, data: { turn: "t", outcome: "error", error } }
    expect(eventRows(ended as Event, undefined, options).join("")).toContain(typed)
    // What agents and children say stays as it is.
    expect(printable("holdfast cd x")).toBe("holdfast cd x")
  })

  it("C-11 finds the names that were perhaps meant, and no others (fault:N37)", () => {
    const names = ["build", "build two", "test", "web", "日本"]
    expect(nearestNames("biuld", names)).toEqual(["build"])
    expect(nearestNames("buil", names)).toEqual(["build", "build two"])
    expect(nearestNames("BUILD-two", names)).toEqual(["build", "build two"])
    expect(nearestNames("tset", names)).toEqual(["test"])
    expect(nearestNames("nothing-like-it", names)).toEqual([])
  })

  it("says times and sizes as people do", () => {
    expect([0, 59_000, 60_000, 3_600_000, 86_400_000 * 3, 86_400_000 * 800].map(span)).toEqual([
      "0s",
      "59s",
      "1m",
      "1h",
      "3d",
      "2y",
    ])
    expect(ago(1000, 3000)).toBe("now")
    expect([0, 812, 1434, 24_000_000].map(bytes)).toEqual(["0 B", "812 B", "1.4 KiB", "23 MiB"])
  })

  it("names keys as terminals send them", () => {
    expect(["enter", "ctrl-c", "^C", "C-]", "alt-x", "up", "F5", "x"].map(keyBytes)).toEqual([
      "\r",
      "\u0003",
      "\u0003",
      "\u001d",
      "\u001bx",
      "\u001b[A",
      "\u001b[15~",
      "x",
    ])
    expect(() => keyBytes("nonsense")).toThrow("is not a key")
  })

  it("adds and removes tags", () => {
    expect(changedTags(["a", "b"], ["b", "c"], ["a"])).toEqual(["b", "c"])
  })
})

describe("the table of sessions", () => {
  const now = 1_700_000_000_000
  const rows = [
    session({ label: "build", lastActiveAt: now - 1000, lastSeq: 12, pinned: true }),
    session({
      id: "01890000-0000-7000-8000-00000000beef",
      label: "日本語のセッション",
      process: "exited",
      exitCode: 2,
      lastActiveAt: now - 7_200_000,
      tags: ["ci", "slow"],
    }),
    session({
      id: "01890000-0000-7000-8000-00000000cafe",
      label: "evil\u001b[31m\nname",
      process: "lost",
      lastActiveAt: now - 86_400_000 * 9,
    }),
  ]

  it("reads like this", () => {
    expect(sessionTable(rows, now, {})).toMatchInlineSnapshot(`
      [
        "ID        STATE     LABEL               COMMAND                    TAGS      SIZE  EVENTS  ACTIVE",
        "00000001  running   * build             bash -c 'make && echo ok'           80x24      12     now",
        "0000beef  exited 2  日本語のセッション  bash -c 'make && echo ok'  ci,slow  80x24       4  2h ago",
        "0000cafe  lost      evil\\e[31m\\nname    bash -c 'make && echo ok'           80x24       4  1w ago",
      ]
    `)
  })

  it("shows what agents used", () => {
    const agent = (label: string, usage: object) => {
      const part = { name: "claude", adapter: "claude", cwd: "/srv", options: {}, info: { model: "fable" }, turns: 1, usage }
      return { ...session({ label, kind: "agent", process: "running", lastActiveAt: now }), terminal: undefined, agent: part }
    }
    const agents = [
      agent("fix", { inputTokens: 82_000, outputTokens: 740, contextUsed: 14_000, contextWindow: 200_000, cost: 1.234 }),
      agent("new", {}),
    ] as unknown as ReadonlyArray<Session>
    expect(sessionTable(agents, now, {})).toMatchInlineSnapshot(`
      [
        "ID                                    STATE  LABEL  COMMAND                 TOKENS  CONTEXT   COST  EVENTS  ACTIVE",
        "01890000-0000-7000-8000-000000000001  idle   fix    claude (fable)  82k in 740 out       7%  $1.23       4     now",
        "01890000-0000-7000-8000-000000000001  idle   new    claude (fable)                                       4     now",
      ]
    `)
    expect(sessionTable([...agents, ...rows], now, { width: 80 })[0]).toContain("COST")
  })

  it("fits its terminal at every width, also with wide characters", () => {
    for (let width = 40; width <= 140; width += 1) {
      for (const line of sessionTable(rows, now, { width })) expect(textWidth(line)).toBeLessThanOrEqual(width)
    }
    expect(sessionTable(rows, now, { width: 40 })[0]).not.toContain("COMMAND")
  })

  it("check:S10 puts no raw control character of a label on the terminal, coloured or not", () => {
    const drawn = sessionTable(rows, now, { paint: colored }).join("")
    // oxlint-disable-next-line no-control-regex
    expect(drawn.replace(/\u001b\[\d+m/g, "")).toMatch(/^[^\u0000-\u001f\u007f-\u009f]*$/)
    expect(drawn).toContain("\u001b[32mrunning\u001b[39m")
  })

  it("S-15 says how many there are where not all are printed", () => {
    expect(restText(50, { total: 50, more: false, next: null })).toBeUndefined()
    expect(restText(50, { total: 120, more: false, next: "x" })).toBe("50 of 120; --all shows the rest")
    expect(restText(1000, { total: 1000, more: true, next: "x" })).toBe("1,000 of more than 1,000; --all shows the rest")
  })

  it("says what to do when there is nothing", () => {
    expect(sessionTable([], now, {})).toEqual([`no sessions; open one with: ${hint("new")}`])
  })

  it("shows enough of each id to tell them apart", () => {
    expect(suffixLength(["aaaa-11111111", "bbbb-11111111"])).toBe(10)
  })

  it("shows a record", () => {
    const lines = sessionLines(session({ problem: "the runner died\u0007", terminal: undefined }), now)
    expect(lines).toContain("problem   the runner died\\x07")
    expect(lines).toContain(`kept in   ${session({}).directory}`)
  })
})

describe("a film", () => {
  it("row:A9 waits as long as it took, at its speed, and no longer than the longest pause", async () => {
    const film = new Film(100, 5)
    const begun = performance.now()
    for (const time of [0, 2000, 100_000, 102_000]) await film.until(time)
    const took = performance.now() - begun
    expect(took).toBeGreaterThanOrEqual(85)
    // At its own speed it would take as long as it did.
    expect(took).toBeLessThan(4000)
    expect(film.shown).toBe(9000)
  })

  it("row:A9 stands still while it is paused, takes single steps, and ends", async () => {
    const film = new Film(0, undefined)
    film.keys(" ")
    let passed = 0
    const play = (async () => {
      for (let i = 0; i < 5 && !film.stopped; i++) {
        await film.until(i)
        passed += 1
      }
    })()
    film.keys("..")
    // Without a timer under way, what is due goes on within this turn of the event loop.
    await new Promise(setImmediate)
    expect(passed).toBe(2)
    film.keys("q")
    await play
    expect(film.stopped).toBe(true)
  })
})

describe("runners in a line", () => {
  const status = {
    runner: "0199a1b2-0000-7000-8000-00001234abcd",
    pid: 77,
    version: 1,
    build: "0.1.0",
    startedAt: 1_000_000,
    draining: false,
    rss: 120 * 1024 * 1024,
    children: [],
    journal: { memoryBytes: 0, diskBytes: 0 },
  }
  const child = { child: 1, id: "a", session: "s", kind: "terminal", state: "running", head: 1, acknowledged: 1 } as const

  it("say which, how many processes, how large and how old", () => {
    expect(describeRunner(status, 1_060_000)).toBe("runner 1234abcd (pid 77): no processes, 120 MiB, up 1m, version 0.1.0")
    const busy = {
      ...status,
      draining: true,
      children: [child],
      journal: { memoryBytes: 512, diskBytes: 0, problem: "disk full" },
    }
    expect(describeRunner(busy, 1_060_000)).toBe(
      "runner 1234abcd (pid 77): 1 process, 120 MiB, up 1m, version 0.1.0, 512 B not yet in the log, takes no new processes, disk full",
    )
  })

  it("say what becomes of one that is asked to stop", () => {
    const busy = { ...status, children: [child, { ...child, child: 2 }] }
    expect(describeStop(status, false)).toBe("runner 1234abcd (pid 77): no processes; it is ending")
    expect(describeStop(busy, false)).toBe(
      "runner 1234abcd (pid 77): takes no new processes; ends with the last of its 2 processes",
    )
    expect(describeStop(busy, true)).toBe("runner 1234abcd (pid 77): its 2 processes ended; it is ending")
  })
})
