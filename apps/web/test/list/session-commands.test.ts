import { afterEach, describe, expect, it } from "vitest"
import type { Command, When } from "../../src/commands/command.ts"
import { isAskedKey, noteGone, wasAsked } from "../../src/commands/asked-keys.ts"
import { KeyPresses } from "../../src/commands/keys.ts"
import { offeredCommands } from "../../src/commands/offered.ts"
import { commands } from "../../src/commands/registry.ts"
import { commandsFor } from "../../src/list/SessionCommands.tsx"
import type { ListActions } from "../../src/list/use-list-actions.ts"
import { settingsCommands } from "../../src/settings/settings-commands.ts"
import { takePairing } from "../../src/settings/parts.ts"
import { paneMenu } from "../../src/workspace/pane-menu.ts"
import { agent } from "./records.ts"

describe("what is done with the session of a pane", () => {
  const done: Array<string> = []
  const note =
    (what: string) =>
    (ids: ReadonlyArray<string>): void =>
      void done.push(`${what} ${ids.join()}`)
  const actions = Object.fromEntries(
    ["archive", "restore", "trash", "pin", "unread", "snooze"].map((what) => [what, note(what)]),
  ) as unknown as ListActions
  const marks = { isUnread: false, isSnoozed: false }
  const made = (id: string, more: object = {}) => commandsFor(agent(id, more), marks, actions)
  const request: Command = {
    id: "request.snooze",
    title: "Not now",
    keys: ["s"],
    when: "request",
    session: "a",
    target: "a/r",
    run: () => void done.push("request"),
  }

  const owners = [{}, {}]
  afterEach(() => {
    for (const owner of owners) commands.remove(owner)
    done.length = 0
  })

  /** Presses a key outside text, in the pane of a session. */
  const press = (
    key: string,
    at: { readonly target?: string; readonly isAsked?: boolean; readonly kinds?: ReadonlyArray<When> },
  ) => {
    const { target, isAsked = target !== undefined, kinds = ["outside text", "pane"] } = at
    const event = { key, code: `Key${key.toUpperCase()}`, getModifierState: () => false } as unknown as KeyboardEvent
    const all = [...made("a"), ...made("b"), request]
    const place = { session: "a", target, isAsked, singleKeys: true }
    const own: ReadonlyArray<When> = ["anywhere", ...kinds, ...(target === undefined ? [] : (["request"] as const))]
    const found = new KeyPresses().press(event, { ...place, kinds: new Set(own) }, all, 0)
    if (found._tag === "Run") found.command.run()
    return done.splice(0)
  }

  it("APP-22 has keys outside of text, for the session of the pane alone", () => {
    expect(["e", "p", "u", "s"].flatMap((key) => press(key, {}))).toEqual(["archive a", "pin a", "unread a", "snooze a"])
    expect(["e", "p"].flatMap((key) => press(key, { kinds: ["composer"] }))).toEqual([])
    expect(["e", "p"].flatMap((key) => press(key, { kinds: ["terminal"] }))).toEqual([])
    expect(made("a").find(({ id }) => id === "session.trash")?.keys).toBeUndefined()
  })

  it("APP-141 takes no key of what is asked, whatever of that can be done, nor in the moment after it has gone", () => {
    expect(press("s", { target: "a/r" })).toEqual(["request"])
    // It cannot be edited, or is just being answered.
    expect(press("e", { target: "a/r" })).toEqual([])
    expect(press("p", { target: "a/r" })).toEqual(["pin a"])
    expect(["e", "s", "p"].flatMap((key) => press(key, { isAsked: true }))).toEqual(["pin a"])
    noteGone("a", 1000)
    expect([wasAsked("a", 1900), wasAsked("b", 1900), wasAsked("a", 2100)]).toEqual([true, false, false])
    expect(["y", "a", "n", "e", "s"].every(isAskedKey)).toBe(true)
  })

  it("APP-22 stands in the menu of the pane, on the phone too, and in the palette, each once", () => {
    const [one = {}, other = {}] = owners
    commands.register(one, [...made("a"), ...made("b")])
    // Another pane of the same session.
    commands.register(other, made("a"))
    const acts = ["Rename", "Edit tags", "Pin", "Mark as unread", "Not now, for an hour", "Archive", "Move to the trash"]
    const titles = (isPhone: boolean) => paneMenu("a", isPhone).flatMap((item) => (item === "line" ? [] : [item.title]))
    expect([titles(false), titles(true)]).toEqual([acts, acts])
    const offered = offeredCommands(commands.now(), "a", false)
    expect(offered.map(({ title }) => title)).toEqual(acts)
    for (const { run, id } of offered) if (!/rename|tags/.test(id)) run()
    expect(done).toEqual(["pin a", "unread a", "snooze a", "archive a", "trash a"])
    expect(made("a", { status: "archived", pinned: true }).map(({ title }) => title)).toEqual([
      "Take out of the archive",
      "Move to the trash",
    ])
  })

  it("APP-15 finds each part of the settings, the code for a phone, and what can be imported", () => {
    const went: Array<string> = []
    const all = settingsCommands((path) => void went.push(path))
    for (const { run } of all) run()
    expect(all.map(({ title }) => title)).toEqual(
      expect.arrayContaining([
        "Settings: Devices",
        "Settings: Trusted directories",
        "Pair a phone",
        "Import sessions of Claude Code",
      ]),
    )
    expect(new Set(went).size).toBe(10)
    expect([takePairing(), takePairing()]).toEqual([true, false])
  })
})
