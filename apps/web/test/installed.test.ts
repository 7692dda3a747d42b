import { afterEach, describe, expect, it, vi } from "vitest"
import type { HubModel } from "@holdfast/client/model"
import type { Command, When } from "../src/commands/command.ts"
import { KeyPresses } from "../src/commands/keys.ts"
import { offeredCommands } from "../src/commands/offered.ts"
import { workspaceCommands } from "../src/workspace/use-workspace-commands.ts"

/** A key press with what is held. */
const press = (key: string, ...held: ReadonlyArray<"ctrl" | "meta">): KeyboardEvent =>
  ({
    key,
    code: /\d/.test(key) ? `Digit${key}` : `Key${key.toUpperCase()}`,
    ctrlKey: held.includes("ctrl"),
    metaKey: held.includes("meta"),
    getModifierState: (name: string) => held.some((one) => name === (one === "ctrl" ? "Control" : "Meta")),
  }) as unknown as KeyboardEvent

/** The commands in a window of its own, or in a tab of a browser. */
function commandsIn(display: "standalone" | "browser"): ReadonlyArray<Command> {
  vi.stubGlobal("matchMedia", (query: string) => ({ matches: query === `(display-mode: ${display})` }))
  return workspaceCommands({} as HubModel["desk"], () => undefined)
}

function pressed(event: KeyboardEvent, kinds: ReadonlyArray<When>, all: ReadonlyArray<Command>): string {
  const place = { kinds: new Set<When>(["anywhere", ...kinds]), session: undefined, target: undefined, singleKeys: true }
  const found = new KeyPresses().press(event, { ...place, isAsked: false }, all, 0)
  return found._tag === "Run" ? found.command.id : found._tag
}

describe("the app in a window of its own", () => {
  afterEach(() => vi.unstubAllGlobals())

  it("APP-5 closes what is in front and goes to panes from everywhere but a terminal's Ctrl keys", () => {
    const all = commandsIn("standalone")
    for (const kinds of [["composer"], [], ["outside text", "pane"], ["outside text", "list"]] as const)
      expect([pressed(press("w", "ctrl"), kinds, all), pressed(press("3", "ctrl"), kinds, all)]).toEqual([
        "pane.close-front",
        "pane.number.3",
      ])
    expect([pressed(press("w", "ctrl"), ["terminal"], all), pressed(press("3", "ctrl"), ["terminal"], all)]).toEqual([
      "Nothing",
      "Nothing",
    ])
    expect(pressed(press("x"), ["outside text", "pane"], all)).toBe("pane.close")
    expect(pressed(press("x"), ["composer"], all)).toBe("Nothing")
    // The palette has one way to close a pane.
    expect(offeredCommands(all, undefined, true).filter(({ id }) => /close$|close-front|number/.test(id))).toHaveLength(1)
  })

  it("APP-5 has ⌘ for itself in a terminal", () => {
    const all = commandsIn("standalone").map((command) => ({
      ...command,
      ...(command.keys === undefined ? {} : { keys: command.keys.map((keys) => keys.replace("$mod", "Meta")) }),
    }))
    expect([pressed(press("w", "meta"), ["terminal"], all), pressed(press("1", "meta"), ["terminal"], all)]).toEqual([
      "pane.close-front",
      "pane.number.1",
    ])
  })

  it("APP-5 leaves these keys to the browser in a tab of it", () => {
    const all = commandsIn("browser")
    expect([pressed(press("w", "ctrl"), ["composer"], all), pressed(press("1", "ctrl"), [], all)]).toEqual(["Nothing", "Nothing"])
  })
})
