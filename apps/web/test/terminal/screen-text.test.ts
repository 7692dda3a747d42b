import { Terminal } from "@xterm/xterm"
import { describe, expect, it } from "vitest"
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
