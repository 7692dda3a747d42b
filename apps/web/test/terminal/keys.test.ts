import { describe, expect, it } from "vitest"
import { InputReader } from "@holdfast/core/terminal/input/InputReader"
import { barKey, pressedCtrl, withCtrl } from "../../src/panes/terminal/bar-keys.ts"
import { encodeKey } from "../../src/panes/terminal/keys.ts"
import type { PressedKey } from "../../src/panes/terminal/keys.ts"

const MODIFIERS = { shift: "shiftKey", alt: "altKey", ctrl: "ctrlKey" } as const

/** A key as a browser reports it. */
function pressed(key: string, held: ReadonlyArray<keyof typeof MODIFIERS> = [], more: Partial<PressedKey> = {}): PressedKey {
  const code = /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key
  const event = { type: "keydown", key, code, repeat: false, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false }
  const flags = Object.fromEntries(held.map((name) => [MODIFIERS[name], true]))
  return { ...event, location: 0, isComposing: false, keyCode: 0, getModifierState: () => false, ...flags, ...more }
}

const kitty = (flags: number) => ({ flags, otherKeys: 0, applicationCursor: false })
const other = (otherKeys: number) => ({ flags: 0, otherKeys, applicationCursor: false })

describe("keys of a terminal", () => {
  it("APP-53 leaves everything to the emulator while the program asked for nothing", () => {
    for (const key of [pressed("a"), pressed("c", ["ctrl"]), pressed("Enter", ["shift"]), pressed("Escape")]) {
      expect(encodeKey(key, kitty(0))).toBeUndefined()
    }
  })

  it("APP-53 tells keys apart in kitty's protocol that have the same bytes of old", () => {
    const modes = kitty(1)
    expect(encodeKey(pressed("Enter", ["shift"]), modes)).toBe("\u001b[13;2u")
    expect(encodeKey(pressed("Escape"), modes)).toBe("\u001b[27u")
    expect(encodeKey(pressed("c", ["ctrl"]), modes)).toBe("\u001b[99;5u")
    expect(encodeKey(pressed("C", ["ctrl", "shift"]), modes)).toBe("\u001b[99;6u")
    expect(encodeKey(pressed("a", ["alt"]), modes)).toBe("\u001b[97;3u")
    expect(encodeKey(pressed("ArrowUp"), modes)).toBe("\u001b[A")
    expect(encodeKey(pressed("ArrowUp", ["ctrl"]), modes)).toBe("\u001b[1;5A")
    expect(encodeKey(pressed("ArrowUp"), { ...modes, applicationCursor: true })).toBe("\u001bOA")
    expect(encodeKey(pressed("F5", ["shift"]), modes)).toBe("\u001b[15;2~")
    expect(encodeKey(pressed("Tab", ["shift"]), modes)).toBe("\u001b[9;2u")
  })

  it("APP-53 leaves text, Enter, Tab and Backspace as they were in kitty's first step", () => {
    for (const key of ["a", "A", "漢", "Enter", "Tab", "Backspace"]) expect(encodeKey(pressed(key), kitty(1))).toBeUndefined()
  })

  it("APP-53 reports releases, repetitions, other keys and text where the program asks", () => {
    expect(encodeKey(pressed("a", [], { type: "keyup" }), kitty(1))).toBe("")
    expect(encodeKey(pressed("ArrowUp", [], { type: "keyup" }), kitty(3))).toBe("\u001b[1;1:3A")
    expect(encodeKey(pressed("a", [], { repeat: true }), kitty(11))).toBe("\u001b[97;1:2u")
    expect(encodeKey(pressed("A", ["shift"]), kitty(13))).toBe("\u001b[97:65;2u")
    expect(encodeKey(pressed("a"), kitty(25))).toBe("\u001b[97;;97u")
    expect(encodeKey(pressed("Shift", ["shift"], { code: "ShiftLeft" }), kitty(9))).toBe("\u001b[57441;2u")
    expect(encodeKey(pressed("Shift", ["shift"], { code: "ShiftLeft" }), kitty(1))).toBe("")
  })

  it("APP-53 speaks modifyOtherKeys", () => {
    expect(encodeKey(pressed("Enter", ["shift"]), other(1))).toBe("\u001b[27;2;13~")
    expect(encodeKey(pressed("c", ["ctrl"]), other(1))).toBeUndefined()
    expect(encodeKey(pressed("c", ["ctrl"]), other(2))).toBe("\u001b[27;5;99~")
    expect(encodeKey(pressed(".", ["ctrl"]), other(1))).toBe("\u001b[27;5;46~")
    expect(encodeKey(pressed("a"), other(2))).toBeUndefined()
    expect(encodeKey(pressed("Tab", ["shift"]), other(1))).toBeUndefined()
  })

  it("APP-53 leaves keys of the system, third characters and words being composed alone", () => {
    for (const flags of [1, 31]) {
      expect(encodeKey(pressed("c", [], { metaKey: true }), kitty(flags))).toBeUndefined()
      expect(encodeKey(pressed("@", ["ctrl", "alt"], { getModifierState: () => true }), kitty(flags))).toBeUndefined()
      expect(encodeKey(pressed("n", [], { isComposing: true }), kitty(flags))).toBeUndefined()
      expect(encodeKey(pressed("Enter", [], { keyCode: 229 }), kitty(flags))).toBeUndefined()
    }
  })

  it("APP-53 is read by the hub as the key that was pressed", () => {
    const cases = [
      [pressed("Enter", ["shift"]), { name: "enter", modifiers: 1 }],
      [pressed("c", ["ctrl"]), { code: 99, modifiers: 4 }],
      [pressed("x", ["alt", "ctrl"]), { code: 120, modifiers: 6 }],
      [pressed("PageUp", ["ctrl"]), { name: "pageup", modifiers: 4 }],
      [pressed("F1", ["shift"]), { name: "f1", modifiers: 1 }],
    ] as const
    for (const [event, key] of cases) {
      const bytes = new TextEncoder().encode(encodeKey(event, kitty(1)) ?? "")
      const tokens = [...new InputReader().read(bytes)]
      expect(tokens).toMatchObject([{ _tag: "Key", key: { ...key, event: "press" } }])
    }
  })
})

describe("keys below the line of a phone", () => {
  it("APP-59 sends what a keyboard would, as the program asked", () => {
    expect(barKey("up", false, false)).toBe("\u001b[A")
    expect(barKey("up", false, true)).toBe("\u001bOA")
    expect(barKey("left", true, true)).toBe("\u001b[1;5D")
    expect(barKey("backtab", false, false)).toBe("\u001b[Z")
  })

  it("APP-59 holds Ctrl for the next key, or until it is let go", () => {
    expect([withCtrl("c"), withCtrl("C"), withCtrl("["), withCtrl(" "), withCtrl("?"), withCtrl("é")]).toEqual([
      "\u0003",
      "\u0003",
      "\u001b",
      "\u0000",
      "\u007f",
      "é",
    ])
    expect([pressedCtrl("off"), pressedCtrl("once"), pressedCtrl("locked")]).toEqual(["once", "locked", "off"])
  })
})
