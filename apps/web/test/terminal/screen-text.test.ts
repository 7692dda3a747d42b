import { Terminal } from "@xterm/xterm"
import { describe, expect, it } from "vitest"
import { FirstScreen } from "../../src/panes/terminal/FirstScreen.ts"
import { screenText } from "../../src/panes/terminal/screen-text.ts"

async function shown(text: string): Promise<Terminal> {
  const terminal = new Terminal({ cols: 20, rows: 6, allowProposedApi: true })
  await new Promise<void>((done) => terminal.write(text, done))
  return terminal
}

/** Every cell of the screen: its characters and how they look. */
const cells = ({ buffer: { active }, rows, cols }: Terminal): ReadonlyArray<string> =>
  Array.from({ length: rows * cols }, (_, at) => {
    const cell = active.getLine(active.baseY + Math.floor(at / cols))?.getCell(at % cols)
    const chars = cell?.getChars() === "" ? " " : cell?.getChars()
    return [chars, cell?.getFgColor(), cell?.getBgColor(), cell?.isBold(), cell?.isInverse(), cell?.isUnderline()].join()
  })

describe("a screen that is kept", () => {
  it("APP-6 looks the same when it is shown again", async () => {
    const terminal = await shown(
      "gone\r\n".repeat(8) +
        "\u001b[31mred \u001b[1mbold\u001b[0m plain\r\n\r\n  \u001b[48;5;24m  \u001b[0m \u001b[38;2;1;2;3;4mdeep\u001b[0m\r\n漢字 \u001b[7mback\u001b[0m",
    )
    expect(cells(await shown(screenText(terminal)))).toEqual(cells(terminal))
    expect(screenText(await shown("one\r\n\r\n"))).toBe("one")
  })
})

describe("the first screen of an emulator", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  const write = (first: FirstScreen, text: string) => new Promise<void>((done) => first.write(bytes(text), done))
  const begun = (own: () => void = () => undefined) => {
    const terminal = new Terminal({ cols: 20, rows: 6, allowProposedApi: true })
    return { terminal, first: new FirstScreen(terminal, own) }
  }
  const lines = ({ buffer: { normal } }: Terminal): ReadonlyArray<string> =>
    Array.from({ length: normal.length }, (_, at) => normal.getLine(at)?.translateToString(true) ?? "")

  it("APP-6 is what was kept until the session's own comes, which begins on an empty emulator", async () => {
    let owns = 0
    const { terminal, first } = begun(() => owns++)
    expect(first.showKept("kept\r\n".repeat(30), 30, 8)).toBe(true)
    expect([terminal.cols, terminal.rows, first.hasOwn]).toEqual([30, 8, false])
    expect(first.showKept("another", 20, 6)).toBe(false)
    first.resize(20, 6)
    // Nothing of what was kept has to be parsed before.
    await write(first, "own")
    await write(first, " and more")
    expect(lines(terminal)).toEqual(["own and more", "", "", "", "", ""])
    expect([first.hasOwn, owns]).toEqual([true, 1])
  })

  it("APP-6 is never what was kept once the session's own has come", async () => {
    const { terminal, first } = begun()
    await write(first, "own\r\n")
    expect(first.showKept("kept", 30, 8)).toBe(false)
    await write(first, "more")
    expect(lines(terminal).slice(0, 2)).toEqual(["own", "more"])
    expect(terminal.cols).toBe(20)
  })
})
