import { describe, expect, it } from "vitest"
import { writtenBy } from "../../src/panes/terminal/clipboard.ts"
import { fateOf } from "../../src/panes/terminal/links.ts"
import { doubtOf, harmlessPaste, oneLine } from "../../src/panes/terminal/paste.ts"
import { fitting, sizingOf } from "../../src/panes/terminal/sizing.ts"
import type { Viewer } from "../../src/panes/terminal/sizing.ts"
import { isCard } from "../../src/panes/terminal/webgl.ts"
import { glide, speedOf } from "../../src/panes/terminal/momentum.ts"

describe("what output and clipboards want of a terminal", () => {
  it("APP-55 opens plain addresses, asks about others in full, and never opens what is a script or a file", () => {
    expect(["https://a.example/x", "http://127.0.0.1:1/", "mailto:a@b.example"].map(fateOf)).toEqual(["open", "open", "open"])
    expect(["ssh://host", "vscode://file/x", "https://bank.example@evil.example/"].map(fateOf)).toEqual(["ask", "ask", "ask"])
    const never = [
      "javascript:alert(1)",
      " JavaScript:alert(1)",
      "data:text/html,x",
      "file:///etc/passwd",
      "blob:x",
      "no address",
      "",
    ]
    expect(never.map(fateOf)).toEqual(never.map(() => "refuse"))
    expect(fateOf(`https://a.example/${"x".repeat(5000)}`)).toBe("refuse")
  })

  it("APP-55 reads what a program writes to the clipboard, and nothing else", () => {
    expect(writtenBy(`c;${btoa("hello")}`)).toBe("hello")
    expect(writtenBy(`;${Buffer.from("grün").toString("base64")}`)).toBe("grün")
    for (const data of ["c;?", "c;", "", "c", "c;***", `c;${Buffer.from([255, 254]).toString("base64")}`]) {
      expect(writtenBy(data), data).toBeUndefined()
    }
    expect(writtenBy(`c;${"A".repeat(2_000_000)}`)).toBeUndefined()
  })

  it("APP-54 takes out of a paste what would be keys, the end of a bracketed paste among them", () => {
    expect(harmlessPaste("ls\u001b[201~\u0003rm -rf\r\ntab\there\u009b")).toBe("ls[201~rm -rf\ntab\there")
    expect(harmlessPaste("a\rb")).toBe("a\nb")
  })

  it("APP-54 asks about lines that would run, and about very much", () => {
    expect(doubtOf("one line", false)).toBeUndefined()
    expect(doubtOf("a\nb", true)).toBeUndefined()
    expect(doubtOf("a\nb\n", false)).toEqual({ text: "a\nb\n", lines: 2 })
    expect(doubtOf("run\n", false)).toMatchObject({ lines: 1 })
    expect(doubtOf("x".repeat(200_000), true)).toMatchObject({ lines: 1 })
    expect(oneLine("  a\n   b\n\nc\n")).toBe("a b c")
  })
})

describe("whose size a terminal has", () => {
  const viewer = (seat: string, more: Partial<Viewer> = {}): Viewer => ({
    client: seat,
    seat,
    name: seat,
    mode: "interactive",
    cols: 120,
    rows: 40,
    sizes: false,
    ...more,
  })

  it("APP-51 asks for that of the pane on a desk, also beside others", () => {
    expect(sizingOf([], undefined, undefined, false)).toEqual({ asks: true, owner: undefined })
    const laptop = viewer("laptop", { sizes: true })
    expect(sizingOf([viewer("me"), laptop], "me", undefined, false)).toEqual({ asks: true, owner: laptop })
    expect(sizingOf([viewer("me"), laptop], "me", "theirs", false)).toEqual({ asks: false, owner: laptop })
  })

  it("APP-51 asks on a phone only while no one else who types is there, or when it is chosen", () => {
    const laptop = viewer("laptop", { sizes: true })
    expect(sizingOf([], undefined, undefined, true).asks).toBe(false)
    expect(sizingOf([viewer("me")], "me", undefined, true).asks).toBe(true)
    expect(sizingOf([viewer("me"), laptop], "me", undefined, true)).toEqual({ asks: false, owner: laptop })
    expect(sizingOf([viewer("me"), viewer("screen", { mode: "viewer" })], "me", undefined, true).asks).toBe(true)
    expect(sizingOf([viewer("me"), laptop], "me", "own", true).asks).toBe(true)
  })

  it("APP-51 fits whole cells, within what a terminal can have", () => {
    expect(fitting(567, 360, { width: 7, height: 18 })).toEqual({ cols: 81, rows: 20 })
    expect(fitting(10, 360, { width: 7, height: 18 })).toBeUndefined()
    expect(fitting(100, 100, { width: 0, height: 0 })).toBeUndefined()
    expect(fitting(100_000, 100, { width: 1, height: 10 })?.cols).toBe(1000)
  })
})

describe("fingers and graphics cards", () => {
  it("APP-59 continues after a finger has left, slower and slower, and stands still at last", () => {
    const moves = [0, 10, 20, 30, 40].map((time) => ({ at: -time * 2, time }))
    expect(speedOf(moves, 45)).toBe(-2)
    expect(speedOf(moves, 500)).toBe(0)
    let [speed, way, steps] = [2, 0, 0]
    for (; speed !== 0 && steps < 1000; steps++) {
      const next = glide(speed, 16)
      expect(next.speed).toBeLessThan(speed)
      ;[speed, way] = [next.speed, way + next.by]
    }
    expect(steps).toBeLessThan(200)
    expect(way).toBeGreaterThan(400)
  })

  it("APP-50 lets no program that only pretends to be a graphics card draw", () => {
    const pretenders = [
      "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)",
      "llvmpipe (LLVM 15.0.7, 256 bits)",
      "Microsoft Basic Render Driver",
      "",
    ]
    expect(pretenders.map(isCard)).toEqual(pretenders.map(() => false))
    expect(isCard("ANGLE (Apple, Apple M3, OpenGL 4.1)")).toBe(true)
  })
})
