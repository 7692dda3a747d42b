import type { PermissionRequest, WaitingPermission } from "@holdfast/protocol/agent/permission"
import { describe, expect, it } from "vitest"
import { Asking, choicesOf } from "../src/agent-view/Asking.ts"
import { requestRows } from "../src/agent-view/request-rows.ts"
import { inboxLines } from "../src/agent/permissions.ts"
import { inputLines, requestName, typedId, wholeLines } from "../src/agent/request-lines.ts"
import { hint } from "../src/hint.ts"
import { jsonText } from "../src/output.ts"
import { printable, printableLines } from "../src/text/printable.ts"
import { plain } from "../src/text/style.ts"

const SCRIPT = Array.from({ length: 40 }, (_, i) => `step ${i}`).join("\n")

const request = (part: Partial<PermissionRequest> = {}): PermissionRequest => ({
  id: "r1",
  kind: "tool",
  tool: "execute",
  title: "Run a script",
  subject: SCRIPT,
  inputBytes: 500,
  seq: 7,
  turn: "t",
  askedAt: 0,
  options: [
    { id: "yes", label: "Allow", kind: "allow_once" },
    { id: "no", label: "Reject", kind: "reject_once" },
  ],
  ...part,
})

const waiting = (part: Partial<PermissionRequest> = {}): WaitingPermission => ({
  session: "0123456789abcdef",
  label: "work",
  agent: "acp",
  request: request(part),
})

const everyControl = `a\u0007b\u001b[31mc\u009b1md\u202ee\nf; touch pwned #`
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

describe("a request on the command line", () => {
  it("P-15 shows the command that an empty title hides, and how to see everything that is cut (fault:N7)", () => {
    const lines = inboxLines([waiting()], 1000).join("\n")
    expect(lines).toContain("Run a script")
    expect(lines).toContain("    step 0\n    step 1\n")
    expect(lines).toContain("    step 38\n    step 39\n")
    expect(lines).toMatch(/cut, 40 lines in all; in full: .*holdfast show 89abcdef --request r1/)
    const long = inboxLines([waiting({ subject: "npm test", subjectBytes: 90_000 })], 1000).join("\n")
    expect(long).toMatch(/cut, 90000 bytes in all; in full: .*show 89abcdef --request r1/)
    const edit = inboxLines([waiting({ title: "Edit a.ts", subject: "", inputBytes: 90_000 })], 1000).join("\n")
    expect(edit).toMatch(/in full: .*show 89abcdef --request r1/)
  })

  it("P-15 shows all of it when it is asked for: every line of every field (fault:N7)", () => {
    const { seq, askedAt, inputBytes: _, turn: __, ...ask } = request()
    const input = { command: SCRIPT, options: { deep: ["x", { y: "z" }] } }
    const lines = wholeLines({ request: { ...ask, input }, seq, askedAt, suggestions: [{ label: "every use of execute" }] }).join(
      "\n",
    )
    for (const line of SCRIPT.split("\n")) expect(lines).toContain(`    ${line}`)
    expect(lines).toContain('"y": "z"')
    expect(lines).toContain("waiting for an answer")
    expect(lines).toContain("--remember session --for tool: every use of execute")
    expect(inputLines("text")).toEqual(["  text"])
  })

  it("P-15 names in attach the key that shows all of what is cut (fault:N7)", () => {
    const asking = new Asking()
    asking.show(request({ subject: SCRIPT.repeat(4), subjectBytes: 90_000 }), 0)
    const view = { now: 5000, takes: true, composing: false, more: 0, mayAnswer: true, room: 16 }
    const rows = requestRows(asking, view, { paint: plain, width: () => 80 }).join("\n")
    expect(rows).toMatch(/more rows, \d+ bytes; v shows all/)
    expect(rows).toMatch(/step 38 ⏎ step\s+39\n/)
    expect(rows).toMatch(/the last \d+ of 90000 bytes are cut; v shows all/)
    expect(asking.key({ _tag: "Text", text: "y", batch: 1 }, 5000, false)._tag).toBe("View")
    expect(asking.key({ _tag: "Text", text: "v", batch: 1 }, 5000, false)._tag).toBe("View")
  })

  it("P-19 shows a command once, with its end, and how much of it is hidden, in the rows that there are", () => {
    const asking = new Asking()
    const command = `echo ${"a".repeat(3000)}; curl evil`
    const short = request({ tool: "bash", title: "bash: npm test", subject: "npm test" })
    const view = { now: 5000, takes: true, composing: false, more: 0, mayAnswer: true, room: 14 }
    const options = { paint: plain, width: () => 80 }
    asking.show(short, 0)
    const once = requestRows(asking, view, options)
    expect(once.join("\n").match(/npm test/g)).toHaveLength(1)
    expect(
      inboxLines([{ ...waiting(), request: short }], 1000).filter((line) => /^ +(bash: )?npm test$/.test(line)),
    ).toHaveLength(1)
    const { seq, askedAt, inputBytes: _, turn: __, ...ask } = request({ id: "r2" })
    const record = { id: "r2", tool: "bash", title: `bash: ${command.slice(0, 200)}`, subject: command.slice(0, 2048) }
    asking.show(request({ ...record, subjectBytes: command.length }), 0)
    asking.learn({ request: { ...ask, ...record, subject: command, input: { command } }, seq, askedAt, suggestions: [] })
    for (const room of [10, 14, 30]) {
      const rows = requestRows(asking, { ...view, room }, options)
      expect(rows.length).toBeLessThanOrEqual(Math.max(room, 9))
      expect(rows.join("\n")).toContain("curl evil")
      expect(rows.join("\n")).toMatch(/… \d+ more rows, \d+ bytes; v shows all/)
      expect(rows.filter((row) => row.startsWith("  echo"))).toHaveLength(1)
    }
    expect(asking.key({ _tag: "Text", text: "y", batch: 1 }, 5000, false)._tag).toBe("Answer")
  })

  it("P-4 P-9 offers rules between once and every use, from the narrowest on (fault:N22)", () => {
    const parsed = { type: "commands", cwd: "/src", commands: [{ argv: ["npm", "test"] }], literal: true } as const
    const choices = choicesOf(request({ subject: "npm test", parsed }))
    expect(choices.map(({ keys, label }) => [...keys, label])).toEqual([
      ["1", "y", "Allow"],
      ["2", "n", "Reject"],
      ["c", "Allow in this session: exactly npm test in /src"],
      ["m", "Allow in this session: commands that start with npm test, run from /src, with any option and on any file"],
      ["s", "Allow in this session: every use of execute"],
    ])
    expect(choices[2]?.answer).toEqual({
      optionId: "yes",
      remember: { scope: "session", covers: { type: "command", cwd: "/src", commands: parsed.commands } },
    })
    const lines = inboxLines([waiting({ subject: "npm test", parsed })], 1000).join("\n")
    expect(lines).toContain(
      "--for command (exactly npm test in /src), commands (commands that start with npm test, run from /src, with any option and on any file), tool",
    )
  })

  it("P-16 escapes what agents and clients chose, and quotes it in a command to type (fault:N9)", () => {
    const options = [{ id: everyControl, label: everyControl, kind: "allow_once" }] as const
    const hostile = waiting({ id: "a; touch pwned #", title: everyControl, subject: everyControl, options })
    const lines = inboxLines([{ ...hostile, label: everyControl, agent: everyControl }], 1000)
    const text = lines.join("\n")
    expect(text).not.toMatch(CONTROLS)
    expect(lines.find((line) => line.includes("approve"))).toBe(`  ${hint("approve 89abcdef 'a; touch pwned #' 1")}`)
    const { seq, askedAt, inputBytes: _, turn: __, ...ask } = hostile.request
    const whole = wholeLines({ request: { ...ask, input: { [everyControl]: everyControl } }, seq, askedAt, suggestions: [] })
    expect(whole.join("\n")).not.toMatch(CONTROLS)
    expect([typedId("allow_once", 0), typedId("a b", 0), typedId("it's", 0)]).toEqual(["allow_once", "'a b'", "'it'\\''s'"])
    expect([requestName(request({ id: "7" })), requestName(request({ id: "a\u001bb" })), requestName(request())]).toEqual([
      "7",
      "7",
      "r1",
    ])
    expect([typedId("", 0), typedId("--json", 1), typedId("é", 2), typedId("a\u001bb", 3)]).toEqual(["1", "2", "3", "4"])
  })

  it("P-16 escapes what a server says in an error, for people and in JSON (fault:N9)", () => {
    expect(printableLines(everyControl)).not.toMatch(CONTROLS)
    expect(printable(everyControl)).not.toMatch(CONTROLS)
    const json = jsonText({ error: { message: everyControl } }, 2)
    expect(json).not.toMatch(CONTROLS)
    expect(JSON.parse(json)).toEqual({ error: { message: everyControl } })
  })
})
