import { describe, expect, it } from "vitest"
import { InputReader } from "@holdfast/core/terminal/input/InputReader"
import { bytesOf } from "../src/attach/keyboard.ts"
import { DetachKeys } from "../src/attach/DetachKeys.ts"

/** What reading comes to: text for the session, commands in angle brackets. */
const read = (keys: DetachKeys, ...chunks: ReadonlyArray<string>): string => {
  const reader = new InputReader()
  const tokens = [...chunks.flatMap((chunk) => reader.read(Buffer.from(chunk, "utf8"))), ...reader.flush()]
  return keys
    .read(tokens)
    .map((typed) => (typed._tag === "Input" ? Buffer.from(bytesOf(typed.tokens)).toString("utf8") : `<${typed.command}>`))
    .join("")
}
const plain = (...chunks: ReadonlyArray<string>): string => read(new DetachKeys("ctrl-]"), ...chunks)
const E = "\u001b"

describe("the detach key", () => {
  it("C-8 is found in one piece, in several, and with a command in one", () => {
    expect(plain("ab\u001dd")).toBe("ab<detach>")
    expect(plain("\u001d", "d")).toBe("<detach>")
    expect(plain("\u001dk", "\u001dr")).toBe("<keyboard><redraw>")
    expect(plain("\u001ds", "\u001d[", `\u001d${E}[5~`)).toBe("<scroll><scroll><scroll>")
    expect(plain("\u001ddls")).toBe("<detach>ls")
  })

  it("C-8 is found in every protocol, with locks on, and on other layouts (fault:N27)", () => {
    const prefixes = [
      `${E}[93;5u`,
      `${E}[93;133u`,
      `${E}[93;69u`,
      `${E}[93;197u`,
      `${E}[93;5:1u`,
      `${E}[27;5;93~`,
      // On a German keyboard ] is AltGr-9, and + is where ] is on a US one.
      `${E}[27;7;93~`,
      `${E}[43::93;5u`,
      `${E}[43:42:93;5u`,
    ]
    const letters = [
      "d",
      "D",
      "\u0004",
      `${E}[100u`,
      `${E}[100;129u`,
      `${E}[100;65u`,
      `${E}[100;5u`,
      `${E}[1074::100u`,
      `${E}[27;1;100~`,
    ]
    for (const prefix of prefixes) for (const letter of letters) expect(plain(prefix + letter), prefix + letter).toBe("<detach>")
    expect(read(new DetachKeys("ctrl-a"), `${E}[1092::97;5ud`)).toBe("<detach>")
    // A in the place of Q is no Q.
    expect(read(new DetachKeys("ctrl-q"), `${E}[97::113;5ud`)).toBe(`${E}[97::113;5ud`)
    expect(plain(`${E}[93;7ud`)).toBe(`${E}[93;7ud`)
  })

  it("C-8 keys that are let go or repeat, and what the terminal reports, neither break it nor reach the session without their press (fault:N27)", () => {
    const keys = new DetachKeys("ctrl-]")
    expect(read(keys, `${E}[93;5u${E}[93;5:2u${E}[93;5:3u${E}[57442;5:3u${E}[100u`)).toBe("<detach>")
    expect(read(keys, `${E}[100;1:3ux${E}[120;1:3u`)).toBe(`x${E}[120;1:3u`)
    expect(plain(`\u001d${E}[I${E}[<35;4;5Md`)).toBe(`${E}[I${E}[<35;4;5M<detach>`)
  })

  it("C-8 is nothing in a paste, however that is cut (fault:N27)", () => {
    const paste = `${E}[200~a\u001dd${E}[93;5ud${E}[201~`
    expect(plain(...paste)).toBe(paste)
    expect(plain(`\u001d${paste}`)).toBe(`\u001d${paste}`)
  })

  it("C-8 types the prefix when it is pressed twice, and any other key with it", () => {
    expect(plain("\u001d\u001dx")).toBe("\u001dx")
    expect(plain("\u001dq")).toBe("\u001dq")
    expect(plain("d")).toBe("d")
    const released = `${E}[93;5u${E}[93;5:3u${E}[113u`
    expect(plain(released)).toBe(released)
  })

  it("C-8 can be another key or none, and is refused unless it is a control key that is not already a key of its own", () => {
    expect(read(new DetachKeys("ctrl-a"), "\u0001d")).toBe("<detach>")
    expect(read(new DetachKeys("ctrl-space"), "\u0000d")).toBe("<detach>")
    expect(read(new DetachKeys("none"), "\u001dd")).toBe("\u001dd")
    for (const key of ["x", "ctrl-m", "ctrl-i", "ctrl-[", "alt-x"]) expect(() => new DetachKeys(key), key).toThrow("control key")
  })
})
