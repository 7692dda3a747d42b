/**
 * Letters that belong to a text whose field is gone, as when a request is settled while someone types a reason: they are no keys
 * (docs/protocol/app-rules.md, APP-141). Whatever a person does on purpose ends the text: the pointer, Tab, Enter, Escape, an arrow,
 * a key that is held with another one, or a pause.
 */

/** Milliseconds after which a letter belongs to no text any more. */
const PAUSE = 3000

/** A key press as far as it is looked at. */
export type TypedKey = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">

const isLetter = ({ key, ctrlKey, metaKey, altKey }: TypedKey): boolean =>
  [...key].length === 1 && !ctrlKey && !metaKey && !altKey

const HELD = ["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock", "Dead", "Process", "Backspace", "Delete"]

/** Follows what is typed on one page. */
export class Typing {
  #at = -Infinity
  #isThere: () => boolean = () => false

  /** Whether a press belongs to a text that has no field any more. `field`: it goes into one, and this tells whether that is there. */
  press(event: TypedKey, field: (() => boolean) | undefined, now: number): boolean {
    if (!isLetter(event)) {
      if (!HELD.includes(event.key)) this.end()
      return false
    }
    const isLeft = field === undefined && now - this.#at < PAUSE && !this.#isThere()
    if (field !== undefined) this.#isThere = field
    if (field !== undefined || isLeft) this.#at = now
    return isLeft
  }

  /** The person did something else. */
  end(): void {
    this.#at = -Infinity
  }
}
