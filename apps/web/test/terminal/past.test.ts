import { Terminal } from "@xterm/xterm"
import { describe, expect, it } from "vitest"
import { anchorRow, rowTexts } from "../../src/panes/terminal/anchor.ts"
import { beginsOnAlternate, PastReader } from "../../src/panes/terminal/PastReader.ts"
import type { EventsBefore, ReadBefore } from "../../src/panes/terminal/PastReader.ts"
import { findCommands, nextCommand } from "../../src/panes/terminal/prompts.ts"

const event = (seq: number, type: string, data: unknown) => ({ seq, time: seq * 1000, type, data })
const output = (seq: number, text: string) => event(seq, "output", { text })

/** A log that is read in pages of two events. */
function log(events: ReadonlyArray<ReturnType<typeof event>>, firstSeq = 1): ReadBefore {
  return (before, _limit, type): Promise<EventsBefore> => {
    const older = events.filter(
      ({ seq, ...one }) => (before === "end" || seq < before) && (type === undefined || one.type === type),
    )
    const page = older.slice(type === undefined ? -2 : -1)
    return Promise.resolve({ events: page, firstSeq, before: older.length <= page.length ? null : (page[0]?.seq ?? null) })
  }
}

async function shown(text: string, cols = 40): Promise<Terminal["buffer"]["active"]> {
  const terminal = new Terminal({ cols, rows: 10, allowProposedApi: true })
  await new Promise<void>((done) => terminal.write(text, done))
  return terminal.buffer.active
}

describe("the past of a terminal", () => {
  it("APP-56 is read backwards, page by page, with the size that it was made for, to the beginning", async () => {
    const size = { cols: 80, rows: 24 }
    const reader = new PastReader(
      log([
        event(1, "started", size),
        event(2, "resize", { cols: 100, rows: 30 }),
        output(3, "a"),
        output(4, "b"),
        output(5, "c"),
      ]),
    )
    expect(await reader.older()).toBe(true)
    expect(reader.pages.map(({ pieces }) => pieces)).toEqual([
      [
        { _tag: "Output", data: "b" },
        { _tag: "Output", data: "c" },
      ],
    ])
    expect([reader.edge, reader.size]).toEqual(["more", { cols: 100, rows: 30 }])
    expect(await reader.older()).toBe(true)
    expect(await reader.older()).toBe(true)
    expect(reader.edge).toBe("beginning")
    expect(reader.pages[0]?.pieces).toEqual([{ _tag: "Size", ...size }])
    expect(await reader.older()).toBe(false)
  })

  it("APP-56 says where the log was trimmed, and reads bytes that are not text", async () => {
    const reader = new PastReader(log([event(41, "output", { base64: btoa("\u00ff") })], 41))
    await reader.older()
    expect(reader.edge).toBe("trimmed")
    expect(reader.pages[0]?.pieces).toEqual([{ _tag: "Output", data: Uint8Array.of(255) }])
  })

  it("APP-56 knows that it begins in a program's own screen by its leaving it first", async () => {
    const pages = async (...texts: ReadonlyArray<string>) => {
      const reader = new PastReader(log(texts.map((text, at) => output(at + 1, text))))
      while (await reader.older());
      return reader.pages
    }
    expect(beginsOnAlternate(await pages("x", "\u001b[?1049l", "\u001b[?1049h"))).toBe(true)
    expect(beginsOnAlternate(await pages("x", "\u001b[?1049h", "\u001b[?1049l"))).toBe(false)
    expect(beginsOnAlternate(await pages("plain"))).toBe(false)
  })

  it("APP-56 stays at the lines that are seen when it is drawn again", async () => {
    const lines = Array.from({ length: 60 }, (_, at) => `line ${at}`)
    const [live, past] = await Promise.all([shown(lines.slice(30).join("\r\n")), shown(lines.join("\r\n"))])
    expect(anchorRow(past, rowTexts(live, 0, 4), 12)).toBe(30)
    expect(anchorRow(past, ["not there", "", "", ""], 12)).toBe(12)
  })
})

describe("commands that a shell marks", () => {
  it("T-57 are found where they stand, the last first, and those that are gone are passed by", async () => {
    const buffer = await shown("$ ls\r\ntools\r\n$ echo ls\r\nls\r\n$ git log --oneline\r\n1 one\r\n2 two\r\n$ ")
    const found = findCommands(buffer, ["cleared away", "ls", "echo ls", "git log --oneline"])
    expect(found).toEqual([
      { row: 0, output: 1 },
      { row: 2, output: 3 },
      { row: 4, output: 5 },
    ])
    expect(nextCommand(found, 4, "up")?.row).toBe(2)
    expect(nextCommand(found, 0, "up")).toBeUndefined()
    expect(nextCommand(found, 2, "down")?.row).toBe(4)
  })

  it("T-57 are found where they are longer than the screen is wide", async () => {
    const buffer = await shown("$ echo a long command line\r\nout\r\n$ ", 12)
    expect(findCommands(buffer, ["echo a long command line"])).toEqual([{ row: 0, output: 3 }])
  })
})
