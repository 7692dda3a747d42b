import { describe, expect, it } from "vitest"
import { Terminal } from "@xterm/headless"
import { Writing } from "../../src/model/Writing.ts"

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const parsed = (terminal: Terminal): Promise<void> => new Promise((done) => terminal.write("", done))

/** The lines of the screen that are not empty. */
const linesOf = ({ buffer: { active } }: Terminal): ReadonlyArray<string> =>
  Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? "").filter(
    (line) => line !== "",
  )

function made(): { readonly terminal: Terminal; readonly writing: Writing } {
  const terminal = new Terminal({ cols: 40, rows: 5, allowProposedApi: true })
  return { terminal, writing: new Writing(terminal) }
}

describe("what goes into an emulator", () => {
  it("U-6 comes in order, sizes and new screens included", async () => {
    const { terminal, writing } = made()
    await writing.write(bytes("old\r\n"))
    await writing.resize(60, 6)
    await writing.reset(bytes("screen\r\n"), 50, 7)
    await writing.write(bytes("after"))
    await parsed(terminal)
    expect([terminal.cols, terminal.rows, linesOf(terminal)]).toEqual([50, 7, ["screen", "after"]])
  })

  it("U-6 holds the program back at half a megabyte that is not parsed", async () => {
    const { writing } = made()
    expect(writing.write(new Uint8Array(400_000))).toBeUndefined()
    const held = writing.write(new Uint8Array(400_000))
    expect(held).toBeInstanceOf(Promise)
    await held
    expect(writing.write(bytes("more"))).toBeUndefined()
  })

  it("U-6 is kept aside while no one looks, and follows in order when someone does", async () => {
    const { terminal, writing } = made()
    await writing.write(bytes("before\r\n"))
    writing.pause()
    expect(writing.write(bytes("first\r\n"))).toBeUndefined()
    void writing.resize(60, 6)
    void writing.write(bytes("second\r\n"))
    await parsed(terminal)
    expect(linesOf(terminal)).toEqual(["before"])
    expect(writing.resume()).toBe(true)
    await writing.write(bytes("third"))
    await parsed(terminal)
    expect([terminal.cols, linesOf(terminal)]).toEqual([60, ["before", "first", "second", "third"]])
  })

  it("U-6 is left to a snapshot when more came than is kept", async () => {
    const { terminal, writing } = made()
    writing.pause()
    for (let at = 0; at < 10; at++) void writing.write(new Uint8Array(50_000).fill(0x61))
    expect(writing.resume()).toBe(false)
    await writing.reset(bytes("now"), 40, 5)
    await parsed(terminal)
    expect(linesOf(terminal)).toEqual(["now"])
  })

  it("U-6 begins again with a screen that comes while no one looks", async () => {
    const { terminal, writing } = made()
    writing.pause()
    for (let at = 0; at < 10; at++) void writing.write(new Uint8Array(50_000).fill(0x61))
    void writing.reset(bytes("screen\r\n"), 40, 5)
    void writing.write(bytes("after"))
    expect(writing.resume()).toBe(true)
    await writing.write(bytes("!"))
    await parsed(terminal)
    expect(linesOf(terminal)).toEqual(["screen", "after!"])
  })

  it("U-6 keeps no one waiting who is paused again, or ended", async () => {
    const { writing } = made()
    writing.pause()
    void writing.write(new Uint8Array(200_000))
    writing.resume()
    const waiting = [writing.write(bytes("a")), writing.write(bytes("b"))]
    writing.pause()
    await Promise.all(waiting)
    writing.resume()
    const last = [writing.write(bytes("c")), writing.write(new Uint8Array(600_000))]
    writing.end()
    await Promise.all(last)
    expect(writing.write(bytes("late"))).toBeUndefined()
  })
})
