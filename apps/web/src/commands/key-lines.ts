/** The lines of the map of keys: each key where it counts, as a function of the commands. */
import type { Command, When } from "./command.ts"
import { isForTerminals } from "./keys.ts"

/** A key with what it does. */
export interface KeyLine {
  readonly id: string
  readonly title: string
  readonly keys: ReadonlyArray<string>
}

/** The lines of a place. */
export interface KeyPlace {
  readonly title: string
  readonly lines: ReadonlyArray<KeyLine>
}

/** The places in the order in which they are shown; a key for everywhere that a terminal keeps is not one for terminals. */
const PLACES: ReadonlyArray<readonly [title: string, when: When, counts?: (keys: string) => boolean]> = [
  ["Everywhere, terminals too", "anywhere", isForTerminals],
  ["Everywhere but in a terminal", "anywhere", (keys) => !isForTerminals(keys)],
  ["Outside text", "outside text"],
  ["In the list", "list"],
  ["In a pane", "pane"],
  ["On what waits for you", "request"],
  ["In a message", "composer"],
  ["In a terminal", "terminal"],
]

/** Keys of fields, which bind them themselves, and one that a person looks for before there is a terminal. */
const OWN: Readonly<Partial<Record<When, ReadonlyArray<KeyLine>>>> = {
  composer: [
    { id: "message.send", title: "Send; queue it while the agent works", keys: ["Enter"] },
    { id: "message.send-other", title: "Send the other way that the button has", keys: ["$mod+Enter"] },
    { id: "message.steer", title: "Steer: send it into the running turn", keys: ["Alt+Enter"] },
    { id: "message.line", title: "New line", keys: ["Shift+Enter"] },
    { id: "message.before", title: "Edit what is queued last, or words of before, in an empty field", keys: ["ArrowUp"] },
    { id: "message.leave", title: "Leave the field for what waits, or for the pane", keys: ["Escape"] },
  ],
  terminal: [{ id: "terminal.find", title: "Find in terminal", keys: ["Alt+Shift+f"] }],
}

/** Of the commands that go by number the first stands for all. */
const BY_LATER_NUMBER = /^(?:pane\.number\.|list\.go-|request\.choose-)[2-9]$/

/** All keys by place, each command once in a place. */
export function keyPlaces(all: ReadonlyArray<Command>): ReadonlyArray<KeyPlace> {
  return PLACES.map(([title, when, counts = () => true]) => {
    const lines = new Map((OWN[when] ?? []).map((line) => [line.id, line]))
    for (const command of all) {
      if ((command.when ?? "outside text") !== when || BY_LATER_NUMBER.test(command.id)) continue
      const keys = command.keys?.filter(counts) ?? []
      if (keys.length > 0) lines.set(command.id, { id: command.id, title: command.title, keys })
    }
    return { title, lines: [...lines.values()] }
  }).filter(({ lines }) => lines.length > 0)
}
