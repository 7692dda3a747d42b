import { describe, expect, it } from "vitest"
import type { Command } from "../src/commands/command.ts"
import { keyPlaces } from "../src/commands/key-lines.ts"
import { shownKey } from "../src/commands/terminal-focus.ts"

const command = (id: string, keys: ReadonlyArray<string>, when: Command["when"] = "anywhere"): Command => ({
  id,
  title: id,
  keys,
  when,
  run: () => undefined,
})

describe("the map of keys", () => {
  const places = keyPlaces([
    command("palette", ["$mod+k", "F1"]),
    command("settings", ["$mod+,"]),
    command("request.choose-1", ["1"], "request"),
    command("request.choose-2", ["2"], "request"),
  ])
  const keysOf = (title: string) => places.find((place) => place.title === title)?.lines.map(({ id, keys }) => [id, ...keys])

  it("APP-4 APP-5 lists for terminals only what counts in one", () => {
    expect(keysOf("Everywhere, terminals too")).toEqual([["palette", "F1"]])
    expect(keysOf("Everywhere but in a terminal")).toEqual([
      ["palette", "$mod+k"],
      ["settings", "$mod+,"],
    ])
    expect([shownKey(["$mod+k", "F1"], true), shownKey(["$mod+k", "F1"], false)]).toEqual(["F1", "$mod+k"])
    expect(shownKey(["$mod+,"], true)).toBe(undefined)
  })

  it("APP-4 APP-47 lists the keys of a message, of find in a terminal, and one of the digits that choose", () => {
    expect(keysOf("In a message")?.map(([, keys]) => keys)).toEqual(
      expect.arrayContaining(["Enter", "$mod+Enter", "Alt+Enter", "Shift+Enter"]),
    )
    expect(keysOf("In a terminal")).toEqual([["terminal.find", "Alt+Shift+f"]])
    expect(keysOf("On what waits for you")).toEqual([["request.choose-1", "1"]])
  })
})
