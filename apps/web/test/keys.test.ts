import { describe, expect, it } from "vitest"
import type { Command, When } from "../src/commands/command.ts"
import { isForTerminals, isSingle, KeyPresses } from "../src/commands/keys.ts"
import type { Place } from "../src/commands/keys.ts"
import { keyText } from "../src/commands/key-text.ts"

const HELD = ["Shift", "Control", "Alt", "Meta"]

/** A key press, as `Alt+Shift+ArrowLeft`. */
function press(text: string): KeyboardEvent {
  const parts = text.split(/(?<=\w)\+/)
  const key = parts.at(-1) ?? ""
  const held = new Set(parts.slice(0, -1))
  const event = {
    key,
    code: key.length === 1 ? `Key${key.toUpperCase()}` : key,
    getModifierState: (name: string) => held.has(name),
  }
  return { ...event, ...Object.fromEntries(HELD.map((name) => [name.toLowerCase(), held.has(name)])) } as unknown as KeyboardEvent
}

const place = (kinds: ReadonlyArray<When>, more: Partial<Place> = {}): Place => ({
  kinds: new Set<When>(["anywhere", ...kinds]),
  session: undefined,
  target: undefined,
  isAsked: false,
  singleKeys: true,
  ...more,
})

const OUTSIDE = place(["outside text", "pane"])

describe("keys of commands", () => {
  const command = (id: string, keys: ReadonlyArray<string>, more: Partial<Command> = {}): Command => ({
    id,
    title: id,
    keys,
    run: () => undefined,
    ...more,
  })

  /** What presses one after the other come to; `ms` apart. */
  const results = (texts: ReadonlyArray<string>, at: Place, all: ReadonlyArray<Command>, ms = 100) => {
    const presses = new KeyPresses()
    return texts.map((text, index) => {
      const found = presses.press(press(text), at, all, index * ms)
      return found._tag === "Run" ? found.command.id : found._tag
    })
  }

  it("APP-4 finds the command of a key, and of keys one after the other", () => {
    const all = [command("close", ["x"]), command("go", ["g 1"]), command("find", ["Control+k"])]
    expect(results(["x"], OUTSIDE, all)).toEqual(["close"])
    expect(results(["Control+k"], OUTSIDE, all)).toEqual(["find"])
    expect(results(["g", "1"], OUTSIDE, all)).toEqual(["Begun", "go"])
    expect(results(["g", "x"], OUTSIDE, all)).toEqual(["Begun", "close"])
    expect(results(["g", "1"], OUTSIDE, all, 1500)).toEqual(["Begun", "Nothing"])
    expect(results(["Control+x", "Shift+x"], OUTSIDE, all)).toEqual(["Nothing", "Nothing"])
  })

  it("APP-4 takes a sign with whatever makes it on a keyboard", () => {
    expect(results(["Shift+?", "?"], OUTSIDE, [command("keys", ["?"])])).toEqual(["keys", "keys"])
  })

  it("APP-4 leaves single keys alone in text, and where they are turned off", () => {
    const all = [command("close", ["x"]), command("palette", ["Control+k", "F1"], { when: "anywhere" })]
    expect(results(["x", "Control+k"], place([]), all)).toEqual(["Nothing", "palette"])
    expect(results(["x", "F1"], { ...OUTSIDE, singleKeys: false }, all)).toEqual(["Nothing", "palette"])
  })

  it("APP-4 prefers the command of the session and the place to one for everywhere", () => {
    const all = [
      command("own", ["e"], { session: "s1", when: "pane" }),
      command("other", ["e"], { session: "s2", when: "pane" }),
      command("any", ["e"]),
    ]
    expect(results(["e"], { ...OUTSIDE, session: "s1" }, all)).toEqual(["own"])
    expect(results(["e"], { ...OUTSIDE, session: "s3" }, all)).toEqual(["any"])
  })

  it("APP-140 has the keys of a request for its own view alone, also where two are shown of one session", () => {
    const all = ["s/a dock", "s/b dock", "s/b inbox"].map((target) =>
      command(target, ["y"], { session: "s", when: "request", target }),
    )
    const at = (target: string | undefined): Place => ({ ...place(["request"]), session: "s", target })
    expect(results(["y"], at("s/a dock"), all)).toEqual(["s/a dock"])
    expect(results(["y"], at("s/b inbox"), all)).toEqual(["s/b inbox"])
    expect(results(["y"], at("s/c dock"), all)).toEqual(["Nothing"])
    expect(results(["y"], at(undefined), all)).toEqual(["Nothing"])
  })

  it("APP-5 has only function keys and Alt with Shift in a terminal", () => {
    const all = [
      command("palette", ["Control+k", "F1"], { when: "anywhere" }),
      command("left", ["Alt+Shift+ArrowLeft"], { when: "anywhere" }),
      command("close", ["x"]),
      command("copy", ["Control+Shift+c"], { when: "terminal" }),
    ]
    const terminal = place(["terminal"])
    expect(results(["Control+k", "F1", "x"], terminal, all)).toEqual(["Nothing", "palette", "Nothing"])
    expect(results(["Alt+Shift+ArrowLeft", "Control+Shift+c"], terminal, all)).toEqual(["left", "copy"])
    expect(["F8", "Shift+F8", "Alt+Shift+Enter"].every(isForTerminals)).toBe(true)
    expect(["g 1", "?", "Shift+a"].every(isSingle)).toBe(true)
    expect(["Escape Escape", "$mod+k", "F6"].some(isSingle)).toBe(false)
  })

  it("APP-4 shows keys as the system writes them", () => {
    expect(["$mod+k", "Alt+Shift+ArrowLeft", "g 1", "Shift+F8"].map((keys) => keyText(keys, true))).toEqual([
      "⌘K",
      "⌥⇧←",
      "G 1",
      "⇧F8",
    ])
    expect(["$mod+/", "Escape Escape"].map((keys) => keyText(keys, false))).toEqual(["Ctrl /", "Esc Esc"])
  })
})
