import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { Asking } from "../../src/panes/terminal/Asking.ts"
import { lineAgain } from "../../src/panes/terminal/bar-keys.ts"
import type { Question } from "../../src/panes/terminal/question.ts"
import { hostOf } from "../../src/panes/terminal/links.ts"
import { pastKey } from "../../src/panes/terminal/Past.ts"

const clip = (text: string): Question => ({ _tag: "Clipboard", text })
const paste: Question = { _tag: "Paste", text: "a\nb", lines: 2 }

describe("questions of a terminal", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it("APP-55 a program's question takes no other's place, and waits a moment after it", () => {
    const asking = new Asking()
    asking.ask(paste)
    asking.askForProgram(clip("x"), () => true)
    asking.askForProgram(clip("y"), () => true)
    expect(asking.get()).toBe(paste)
    asking.close()
    expect(asking.get()).toBeUndefined()
    asking.askForProgram(clip("z"), () => true)
    vi.advanceTimersByTime(500)
    expect(asking.get()).toBeUndefined()
    vi.advanceTimersByTime(1000)
    expect(asking.get()).toEqual(clip("z"))
  })

  it("APP-55 the text of a program's question stays as it is until it was answered", () => {
    const asking = new Asking()
    asking.askForProgram(clip("harmless"), () => true)
    asking.askForProgram(clip("harmful"), () => true)
    expect(asking.get()).toEqual(clip("harmless"))
    asking.close()
    vi.advanceTimersByTime(2000)
    expect(asking.get()).toEqual(clip("harmful"))
  })

  it("APP-55 a question that is none any more is not asked, and one that a person's came before is asked again", () => {
    const asking = new Asking()
    asking.askForProgram(clip("x"), () => true)
    let isWanted = true
    asking.askForProgram(clip("y"), () => isWanted)
    isWanted = false
    asking.close()
    vi.advanceTimersByTime(2000)
    expect(asking.get()).toBeUndefined()
    asking.askForProgram(clip("x"), () => true)
    asking.ask(paste)
    expect(asking.get()).toBe(paste)
    asking.close()
    vi.advanceTimersByTime(2000)
    expect(asking.get()).toEqual(clip("x"))
  })

  it("APP-55 says the host of an address by itself, as a browser reads it", () => {
    expect(hostOf("https://bank.example@evil.example:8443/bank.example")).toBe("evil.example:8443")
    expect(hostOf("https://b\u00e4nk.example/")).toBe("xn--bnk-qla.example")
    expect([hostOf("mailto:a@b.example"), hostOf("no address")]).toEqual([undefined, undefined])
  })
})

describe("keys while the past is shown", () => {
  const press = (key: string, more: Partial<Parameters<typeof pastKey>[0]> = {}) =>
    pastKey({ key, keyCode: 0, isComposing: false, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more })

  it("APP-56 go to the program, but for those that scroll and copy", () => {
    expect([press("PageUp"), press("PageDown", { shiftKey: true })]).toEqual(["up", "down"])
    expect([press("a"), press("é"), press(" ")]).toEqual(["type", "type", "type"])
    const lost = ["Backspace", "Enter", "Tab", "Escape", "ArrowUp", "Delete", "Home"]
    expect(lost.map((key) => press(key))).toEqual(lost.map(() => "press"))
    expect([press("c", { ctrlKey: true }), press("b", { altKey: true })]).toEqual(["press", "press"])
    expect([press("Process", { keyCode: 229 }), press("Dead"), press("a", { isComposing: true })]).toEqual([
      "compose",
      "compose",
      "compose",
    ])
    const own = [press("c", { metaKey: true }), press("C", { ctrlKey: true, shiftKey: true }), press("Shift"), press("F8")]
    expect(own).toEqual(["stay", "stay", "stay", "stay"])
  })
})

describe("the line of a phone", () => {
  it("APP-59 is in the field again if it was not taken, in front of what was typed since", () => {
    expect([lineAgain("ls", ""), lineAgain("ls", "-la"), lineAgain("", "x")]).toEqual(["ls", "ls -la", "x"])
  })
})
