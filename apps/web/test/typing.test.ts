import { describe, expect, it } from "vitest"
import { offeredCommands } from "../src/commands/offered.ts"
import type { Command } from "../src/commands/command.ts"
import { Typing, type TypedKey } from "../src/commands/typing.ts"

const key = (name: string, held: Partial<TypedKey> = {}): TypedKey => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
})

describe("letters of a text whose field is gone", () => {
  const field = { isThere: true }
  const inField = (): boolean => field.isThere

  /** A page on which `no` was typed into a field that is gone since. */
  const left = (): Typing => {
    field.isThere = true
    const typing = new Typing()
    expect([typing.press(key("n"), inField, 0), typing.press(key("o"), inField, 10)]).toEqual([false, false])
    field.isThere = false
    return typing
  }

  it("APP-141 do not count as keys, however long the text becomes", () => {
    const typing = left()
    for (let at = 1; at < 20; at++) expect(typing.press(key("y"), undefined, at * 1000)).toBe(true)
  })

  it("APP-141 are keys again after a pause, and once the person does something on purpose", () => {
    expect(left().press(key("y"), undefined, 5000)).toBe(false)
    for (const other of [key("Tab"), key("Enter"), key("Escape"), key("ArrowDown"), key("F8"), key("k", { ctrlKey: true })]) {
      const typing = left()
      expect(typing.press(other, undefined, 20)).toBe(false)
      expect(typing.press(key("y"), undefined, 30)).toBe(false)
    }
    const pointed = left()
    pointed.end()
    expect(pointed.press(key("y"), undefined, 20)).toBe(false)
  })

  it("APP-141 are keys where the field is still there and the person has left it", () => {
    const typing = left()
    field.isThere = true
    expect(typing.press(key("y"), undefined, 20)).toBe(false)
    expect(new Typing().press(key("y"), undefined, 0)).toBe(false)
  })
})

describe("what the palette offers", () => {
  const command = (id: string, more: Partial<Command> = {}): Command => ({ id, title: id, run: () => undefined, ...more })

  it("APP-140 answers no request without its name, and has commands of the session with the focus alone", () => {
    const all = [
      command("pane.close"),
      { ...command("list.next"), isMotion: true },
      command("session.new"),
      command("request.allow", { when: "request", session: "s1", target: "s1/a" }),
      command("waiting.s2/b", { title: "Answer Build: Run a command? rm" }),
      command("stop", { session: "s1" }),
      command("stop", { session: "s2" }),
      command("pane.number.1"),
      command("find", { session: "s1" }),
      command("find"),
    ]
    const offered = (focused: string | undefined, isTyped = false) =>
      offeredCommands(all, focused, isTyped).map(({ id, session }) => [id, session])
    expect(offered("s1")).toEqual([
      ["waiting.s2/b", undefined],
      ["session.new", undefined],
      ["stop", "s1"],
      ["find", "s1"],
      ["pane.close", undefined],
    ])
    expect(offered(undefined)).toEqual([
      ["waiting.s2/b", undefined],
      ["session.new", undefined],
      ["find", undefined],
      ["pane.close", undefined],
    ])
    // What only moves the focus has keys for that; it is found by who types for it.
    expect(offered(undefined, true)).toContainEqual(["list.next", undefined])
  })
})
