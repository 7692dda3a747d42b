/** Which command a key press is for: a function of the commands, of where the focus is, and of what was pressed just before. */
import { matchKeybindingPress, parseKeybinding } from "tinykeys"
import type { KeybindingPress } from "tinykeys"
import { isAskedKey } from "./asked-keys.ts"
import type { Command, When } from "./command.ts"

/** Where a key was pressed. */
export interface Place {
  /** All kinds of place that it is, `anywhere` among them. */
  readonly kinds: ReadonlySet<When>
  /** The session whose pane has the focus. */
  readonly session: string | undefined
  /** The view of a request that keys are for: the nearest one, or the first of the pane. */
  readonly target: string | undefined
  /** Something is asked there, or was until a moment ago. */
  readonly isAsked: boolean
  /** Whether single letters count. */
  readonly singleKeys: boolean
}

/** What a press comes to. */
export type Pressed =
  | { readonly _tag: "Run"; readonly command: Command; readonly keys: string }
  /** The beginning of a longer one. */
  | { readonly _tag: "Begun" }
  | { readonly _tag: "Nothing" }

/** Milliseconds within which the next press of a sequence has to come. */
const NEXT = 1000

const NOTHING: Pressed = { _tag: "Nothing" }
const BEGUN: Pressed = { _tag: "Begun" }

const parsed = new Map<string, ReadonlyArray<KeybindingPress>>()

function pressesOf(keys: string): ReadonlyArray<KeybindingPress> {
  const known = parsed.get(keys)
  if (known !== undefined) return known
  const made = parseKeybinding(keys)
  parsed.set(keys, made)
  return made
}

/** Whether a key is a function key, or held with Alt and Shift or with Meta, which is ⌘ on a Mac: what is ours in a terminal, too. */
export function isForTerminals(keys: string): boolean {
  const isOurs = (held: ReadonlyArray<string>): boolean =>
    held.includes("Meta") || (held.includes("Alt") && held.includes("Shift"))
  return pressesOf(keys).every(([held, , key]) => typeof key === "string" && (/^F\d{1,2}$/.test(key) || isOurs(held)))
}

/** Whether a key is a letter, digit or sign by itself. */
export function isSingle(keys: string): boolean {
  return pressesOf(keys).some(
    ([held, , key]) => typeof key === "string" && key.length === 1 && held.every((one) => one === "Shift"),
  )
}

/** A press as far as it is compared. A sign such as `?` counts with whatever makes it on a keyboard. */
function isPress(event: KeyboardEvent, press: KeybindingPress): boolean {
  const [held, optional, key] = press
  const isSign = typeof key === "string" && key.length === 1 && key.toLowerCase() === key.toUpperCase() && !/\d/.test(key)
  return matchKeybindingPress(event, isSign ? [held, [...optional, "Shift"], key] : press)
}

/** Whether the keys of a command count at a place. */
function counts({ when = "outside text", session, target }: Command, keys: string, place: Place): boolean {
  if (!place.kinds.has(when) || (session !== undefined && session !== place.session)) return false
  if (target !== undefined && target !== place.target) return false
  if (when === "pane" && place.isAsked && isAskedKey(keys)) return false
  if (place.kinds.has("terminal") && when !== "terminal" && !isForTerminals(keys)) return false
  return place.singleKeys || !isSingle(keys)
}

/** How closely a command fits: one for the session and the place before one for everywhere. */
const closeness = ({ when, session }: Command): number =>
  (session === undefined ? 0 : 4) +
  (when === "request" ? 2 : when === "anywhere" || when === undefined || when === "outside text" ? 0 : 1)

/** Follows the presses of one page. */
export class KeyPresses {
  #before: ReadonlyArray<KeyboardEvent> = []
  #at = 0

  /** What a press at a place comes to; `now` in milliseconds. */
  press(event: KeyboardEvent, place: Place, all: ReadonlyArray<Command>, now: number): Pressed {
    if (["Shift", "Control", "Alt", "Meta", "AltGraph"].includes(event.key)) return this.#before.length > 0 ? BEGUN : NOTHING
    const before = now - this.#at <= NEXT ? this.#before : []
    this.#at = now
    const pressed = this.#match([...before, event], place, all)
    if (pressed._tag !== "Nothing" || before.length === 0) return pressed
    // What does not continue a sequence may begin one, or be a key by itself.
    return this.#match([event], place, all)
  }

  /** What was begun does not count, as when the focus goes elsewhere. */
  forget(): void {
    this.#before = []
  }

  #match(events: ReadonlyArray<KeyboardEvent>, place: Place, all: ReadonlyArray<Command>): Pressed {
    let best: Extract<Pressed, { readonly _tag: "Run" }> | undefined
    let isBegun = false
    for (const command of all) {
      for (const keys of command.keys ?? []) {
        if (!counts(command, keys, place)) continue
        const presses = pressesOf(keys)
        if (presses.length < events.length) continue
        if (!events.every((event, at) => isPress(event, presses[at] as KeybindingPress))) continue
        if (presses.length > events.length) isBegun = true
        else if (best === undefined || closeness(command) >= closeness(best.command)) best = { _tag: "Run", command, keys }
      }
    }
    this.#before = best === undefined && isBegun ? events : []
    return best ?? (isBegun ? BEGUN : NOTHING)
  }
}

/** A key with what was held as it was pressed: two presses of it are the same. */
export function pressOf({
  key,
  altKey,
  ctrlKey,
  metaKey,
  shiftKey,
}: Pick<KeyboardEvent, "key" | "altKey" | "ctrlKey" | "metaKey" | "shiftKey">): string {
  return [altKey && "Alt", ctrlKey && "Control", metaKey && "Meta", shiftKey && "Shift", key].filter(Boolean).join("+")
}
