import fc from "fast-check"
import headless from "@xterm/headless"
import { describe, expect, it } from "vitest"
import { OutputFilter } from "../src/attach/OutputFilter.ts"

const ESC = "\u001b"
const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1")

function filtered(
  input: Uint8Array,
  cuts: ReadonlyArray<number> = [],
  options: { clipboard?: boolean; live?: boolean } = {},
): string {
  const filter = new OutputFilter({ clipboard: options.clipboard ?? false })
  filter.live = options.live ?? true
  const parts: Array<Uint8Array> = []
  let from = 0
  for (const cut of [...new Set(cuts)].sort((a, b) => a - b)) {
    parts.push(filter.push(input.subarray(from, cut)))
    from = cut
  }
  parts.push(filter.push(input.subarray(from)))
  return Buffer.concat(parts).toString("latin1")
}

const QUESTIONS: Readonly<Record<string, string>> = {
  DA1: `${ESC}[c`,
  "DA1 with zero": `${ESC}[0c`,
  DA2: `${ESC}[>c`,
  DA3: `${ESC}[=c`,
  DECID: `${ESC}Z`,
  "C1 DECID in UTF-8": "\u00c2\u009a",
  "DSR status": `${ESC}[5n`,
  "DSR cursor": `${ESC}[6n`,
  "DSR extended": `${ESC}[?6n`,
  "colour scheme": `${ESC}[?996n`,
  "DECRQM private": `${ESC}[?2026$p`,
  "DECRQM ansi": `${ESC}[4$p`,
  XTVERSION: `${ESC}[>0q`,
  "window size": `${ESC}[18t`,
  "pixel size": `${ESC}[14t`,
  "title report": `${ESC}[21t`,
  "kitty keyboard": `${ESC}[?u`,
  DECREQTPARM: `${ESC}[x`,
  DECRQCRA: `${ESC}[1;1;1;1;24;80*y`,
  graphics: `${ESC}[?1;1;0S`,
  "foreground colour": `${ESC}]10;?\u0007`,
  "background colour": `${ESC}]11;?${ESC}\\`,
  "palette colour": `${ESC}]4;1;?\u0007`,
  "kitty colours": `${ESC}]21;foreground=?\u0007`,
  "clipboard read": `${ESC}]52;c;?\u0007`,
  "clipboard write": `${ESC}]52;c;aGVsbG8=\u0007`,
  "cell size": `${ESC}]1337;ReportCellSize\u0007`,
  DECRQSS: `${ESC}P$qm${ESC}\\`,
  XTGETTCAP: `${ESC}P+q544e${ESC}\\`,
  "tmux pass-through": `${ESC}Ptmux;x${ESC}\\`,
  "user-defined keys": `${ESC}P1;1|17/726d\u001b\\`,
  "kitty graphics": `${ESC}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA${ESC}\\`,
  ENQ: "\u0005",
  "C1 CSI in UTF-8": "\u00c2\u009b6n",
  "C1 OSC in UTF-8": "\u00c2\u009d11;?\u0007",
  "in-band resize": `${ESC}[?2048h`,
  "colour scheme reports": `${ESC}[?2031h`,
  "program status": `${ESC}]7501;?\u0007`,
}

/** What passes, and how it is written. */
const WRITTEN: ReadonlyArray<readonly [string, string]> = [
  ["plain text\r\n\ttab", "plain text\r\n\ttab"],
  ["caf\u00c3\u00a9 \u00e2\u0080\u009c quotes", "caf\u00c3\u00a9 \u00e2\u0080\u009c quotes"],
  [`${ESC}[1;31mred${ESC}[0m${ESC}[4:3m${ESC}[38:2::1:2:3m`, `${ESC}[1;31mred${ESC}[m${ESC}[4:3m${ESC}[38:2::1:2:3m`],
  [`${ESC}[2J${ESC}[H${ESC}[10;20H${ESC}[7f`, `${ESC}[2J${ESC}[H${ESC}[10;20H${ESC}[7H`],
  [`${ESC}[?1049h${ESC}[?25l${ESC}[?1002;1006h`, `${ESC}[?1049h${ESC}[?25l${ESC}[?1002h${ESC}[?1006h`],
  [`${ESC}[>1u${ESC}[>5u${ESC}[<u`, `${ESC}[=1;1u${ESC}[=5;1u${ESC}[=1;1u`],
  [
    `${ESC}]2;one\u0007${ESC}[22;0t${ESC}]0;two\u0007${ESC}[23;0t`,
    `${ESC}]2;one${ESC}\\${ESC}]2;two${ESC}\\${ESC}]2;one${ESC}\\`,
  ],
  [`${ESC}]8;;https://example.org\u0007link${ESC}]8;;\u0007`, `${ESC}]8;;https://example.org${ESC}\\link${ESC}]8;;${ESC}\\`],
  [`${ESC}]4;1;rgb:f/0/0;2;?\u0007`, `${ESC}]4;1;rgb:ff/00/00${ESC}\\`],
  [`${ESC}(B${ESC})0${ESC}7${ESC}[s${ESC}8${ESC}[u${ESC}=${ESC}M`, `${ESC}(B${ESC})0${ESC}7${ESC}7${ESC}8${ESC}8${ESC}=${ESC}M`],
  ["a\nb\u000bc", `a${ESC}Db${ESC}Dc`],
  [`${ESC}[\u007f3\u0000;4H`, `${ESC}[3;4H`],
  ["raw \u009e byte", "raw \u00ef\u00bf\u00bd byte"],
  ["\u00c2\u0085\u00c2\u009b1m", `${ESC}E${ESC}[1m`],
  [`${ESC}[?2026h${ESC}[?2026l\u0007`, `${ESC}[?2026h${ESC}[?2026l\u0007`],
]

describe("the filter in front of a viewer's terminal", () => {
  it("C-7 T-12 takes every question out, whole and cut at every place", () => {
    for (const [name, question] of Object.entries(QUESTIONS)) {
      const input = bytes(`a${question}b`)
      expect(filtered(input), name).toBe("ab")
      for (let cut = 1; cut < input.length; cut++) expect(filtered(input, [cut]), `${name} cut at ${cut}`).toBe("ab")
      expect(
        filtered(
          input,
          Array.from(input, (_, i) => i),
        ),
        `${name} byte by byte`,
      ).toBe("ab")
    }
  })

  it("C-7 takes a question out that is wrapped for an outer terminal", () => {
    const left = filtered(bytes(`a${ESC}Ptmux;${ESC}${ESC}[c${ESC}\\b`))
    expect(left.replaceAll(`${ESC}\\`, "")).toBe("ab")
  })

  it("T-53 passes on nothing of what programs report, and no mark of a prompt", () => {
    const reports = `${ESC}]7501;state=blocked:msg=aGk=${ESC}\\${ESC}]7501;state=clear\u0007${ESC}]133;A\u0007${ESC}]133;D;1\u0007`
    expect(filtered(bytes(`a${reports}b`))).toBe("ab")
  })

  it("T-15 (fault:N25) writes again what it understood, in one form, whole and byte by byte", () => {
    for (const [text, written] of WRITTEN) {
      const input = bytes(text)
      expect(filtered(input)).toBe(written)
      expect(
        filtered(
          input,
          Array.from(input, (_, i) => i),
        ),
      ).toBe(written)
    }
  })

  it("produces the same for any chunks", () => {
    const piece = fc.oneof(
      fc.constantFrom(...Object.values(QUESTIONS), ...WRITTEN.map(([input]) => input)),
      fc.uint8Array({ maxLength: 12 }).map((random) => Buffer.from(random).toString("latin1")),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(400), { maxLength: 20 }), (pieces, cuts) => {
        const input = bytes(pieces.join(""))
        const inside = cuts.filter((cut) => cut < input.length)
        expect(filtered(input, inside)).toBe(filtered(input))
      }),
      { numRuns: 500 },
    )
  })

  it("C-7 check:T6 whatever comes, a terminal that reads the filter's output types nothing", async () => {
    const pieces = fc.sample(
      fc.array(
        fc.oneof(
          fc.constantFrom(...Object.values(QUESTIONS), ...WRITTEN.map(([input]) => input)),
          fc.uint8Array({ maxLength: 8 }).map((random) => Buffer.from(random).toString("latin1")),
        ),
        { minLength: 1, maxLength: 40 },
      ),
      { numRuns: 200, seed: 20261121 },
    )
    const terminal = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true })
    let typed = ""
    terminal.onData((data) => (typed += data))
    const filter = new OutputFilter({ clipboard: false })
    for (const piece of pieces.flat()) {
      const kept = filter.push(bytes(piece))
      await new Promise<void>((resolve) => terminal.write(kept, resolve))
    }
    expect(typed).toBe("")
    terminal.dispose()
  })

  it("check:T6 an unterminated string of 10 MB leaves memory flat and the next sequence whole", () => {
    const filter = new OutputFilter({ clipboard: false })
    filter.push(bytes(`${ESC}]2;`))
    const chunk = bytes("x".repeat(64 * 1024))
    let out = 0
    for (let i = 0; i < 160; i++) out += filter.push(chunk).length
    expect(out).toBe(0)
    expect(Buffer.from(filter.push(bytes(`\u0007after`))).toString()).toBe("after")
  })

  it("check:T6 makes links that are not web or mail inert", () => {
    for (const target of ["javascript:alert(1)", "file:///bin/sh", "\u007fjavascript:x", "data:text/html,x"])
      expect(filtered(bytes(`${ESC}]8;;${target}${ESC}\\x${ESC}]8;;${ESC}\\`))).toBe(`${ESC}]8;;${ESC}\\x${ESC}]8;;${ESC}\\`)
  })

  it("lets the clipboard be written, never read, when that was allowed and happens now", () => {
    const write = bytes(`${ESC}]52;c;aGk=\u0007`)
    expect(filtered(write, [], { clipboard: true })).toBe(`${ESC}]52;c;aGk=${ESC}\\`)
    expect(filtered(write, [], { clipboard: true, live: false })).toBe("")
    expect(filtered(bytes(`${ESC}]52;c;?\u0007`), [], { clipboard: true })).toBe("")
  })

  it("trap:10 replayed events ring no bell and send no notification", () => {
    expect(filtered(bytes(`a\u0007${ESC}]9;done\u0007b`), [], { live: false })).toBe("ab")
    expect(filtered(bytes(`a\u0007${ESC}]9;done\u0007b`))).toBe(`a\u0007${ESC}]9;done${ESC}\\b`)
  })

  it("T-17 (fault:N29) neither erases the user's scrollback nor resets the user's terminal", () => {
    expect(filtered(bytes(`${ESC}[3Ja${ESC}[?3Jb`))).toBe("ab")
    const reset = filtered(bytes(`${ESC}]4;1;#123456\u0007${ESC}c`))
    expect(reset).not.toContain(`${ESC}c`)
    expect(reset).toContain(`${ESC}]104`)
  })

  it("knows which screen is shown", () => {
    const filter = new OutputFilter({ clipboard: false })
    filter.push(bytes(`${ESC}[?25l${ESC}[?1`))
    filter.push(bytes("049h"))
    expect(filter.alternate).toBe(true)
    filter.push(bytes(`${ESC}[?1;1049l`))
    expect(filter.alternate).toBe(false)
  })
})
