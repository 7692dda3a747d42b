import { describe, expect, it } from "vitest"
import { ansiLines, plainOutput } from "../../src/panes/chat/tools/ansi.ts"

const ESC = "\u001b"

describe("output of commands", () => {
  it("APP-34 has its colours and emphases as classes", () => {
    expect(ansiLines(`a ${ESC}[31mred${ESC}[0m ${ESC}[1;92mok${ESC}[22m${ESC}[39m end`)).toEqual([
      [{ text: "a " }, { text: "red", color: 1 }, { text: " " }, { text: "ok", isBold: true, color: 10 }, { text: " end" }],
    ])
  })

  it("APP-34 keeps a colour over the end of a line", () => {
    expect(ansiLines(`${ESC}[33ma\nb${ESC}[0m`)).toEqual([[{ text: "a", color: 3 }], [{ text: "b", color: 3 }]])
  })

  it("APP-34 makes the hue of the theme of any colour", () => {
    expect(ansiLines(`${ESC}[38;5;196mx${ESC}[38;2;10;200;10my${ESC}[48;5;4mz`)).toEqual([
      [
        { text: "x", color: 9 },
        { text: "y", color: 2 },
        { text: "z", color: 2, background: 4 },
      ],
    ])
  })

  it("APP-34 leaves out everything that is neither text nor a colour", () => {
    const evil = `${ESC}]0;title\u0007a${ESC}]8;;javascript:alert(1)\u0007link${ESC}]8;;\u0007${ESC}[2J${ESC}[10;5H${ESC}(Bb${ESC}P1$r${ESC}\\c\u0000\u009bd`
    expect(plainOutput(evil)).toBe("alinkbcd")
  })

  it("APP-34 shows of a line that was written over what was written last", () => {
    expect(plainOutput("10 %\r50 %\r100 %\ndone\r\n")).toBe("100 %\ndone\n")
    expect(plainOutput("abc\b\bX")).toBe("aX")
  })

  it("APP-34 takes an output of any bytes", () => {
    const all = Array.from({ length: 0x200 }, (_, code) => String.fromCharCode(code)).join("")
    // oxlint-disable-next-line no-control-regex
    expect(plainOutput(`${all}${ESC}[`)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
  })
})
