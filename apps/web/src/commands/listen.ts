/** The one listener for keys of the page. */
import { isInSight } from "../app/sight.ts"
import { closeOver } from "../ui/close-over.ts"
import { isInputMethod } from "../ui/input-method.ts"
import { paletteWish } from "./palette-state.ts"
import { commands } from "./registry.ts"
import { KeyPresses, pressOf } from "./keys.ts"
import { isGivenUp, isOfFocused, isText, placeOf } from "./place.ts"
import { Typing } from "./typing.ts"

/** Milliseconds within which a key of ours that is pressed again in a terminal goes to its program. */
const TWICE = 500

/** A key that a terminal's person pressed and that was taken for a command. */
interface Taken {
  /** The key with what was held. */
  readonly press: string
  readonly at: number
  readonly target: HTMLElement
}

/** Gives a key to what had the focus when it was pressed first. */
function passOn(event: KeyboardEvent, target: HTMLElement): void {
  const { key, code, keyCode, altKey, ctrlKey, metaKey, shiftKey } = event
  const init = { key, code, keyCode, which: keyCode, altKey, ctrlKey, metaKey, shiftKey, bubbles: true, cancelable: true }
  target.focus()
  const passed = new KeyboardEvent("keydown", init)
  PASSED.add(passed)
  target.dispatchEvent(passed)
}

const PASSED = new WeakSet<Event>()

/** Listens until the function that is returned is called. `focused` gives the session whose pane has the focus. */
export function listenToKeys(focused: () => string | undefined): () => void {
  const presses = new KeyPresses()
  const typing = new Typing()
  let taken: Taken | undefined
  const pressed = (event: KeyboardEvent): void => {
    if (PASSED.has(event)) return
    const target = event.target instanceof Element ? event.target : null
    const now = event.timeStamp
    const field = target !== null && isText(target) ? () => target.isConnected && isInSight(target) : undefined
    if (typing.press(event, field, now)) {
      event.preventDefault()
      event.stopPropagation()
      return
    }
    if (isInputMethod(event) || event.defaultPrevented || isGivenUp(target) || isOfFocused(target, event)) return
    if (taken !== undefined && taken.press === pressOf(event) && now - taken.at <= TWICE && !event.repeat) {
      const { target: terminal } = taken
      taken = undefined
      event.preventDefault()
      event.stopPropagation()
      // What the first press opened goes with the second one.
      closeOver()
      // It may not be on the page yet.
      paletteWish.set(undefined)
      passOn(event, terminal)
      return
    }
    const place = placeOf(target, focused())
    const found = presses.press(event, place, commands.now(), now)
    if (found._tag === "Nothing") return
    if (found._tag === "Begun") return
    const isHeldDown = event.repeat && !/Arrow|^[jk[\]]$/.test(event.key)
    event.preventDefault()
    event.stopPropagation()
    if (isHeldDown) return
    // With ⌘ nothing is meant for a program, and what moves is pressed several times: pressed twice, it is done twice.
    const isForUs = event.metaKey || (event.altKey && found.command.isMotion === true)
    const isPassedOn = place.kinds.has("terminal") && target instanceof HTMLElement && !isForUs
    taken = isPassedOn ? { press: pressOf(event), at: now, target } : undefined
    found.command.run()
  }
  const forget = (): void => {
    presses.forget()
    typing.end()
  }
  window.addEventListener("keydown", pressed, { capture: true })
  window.addEventListener("pointerdown", forget, { capture: true })
  return () => {
    window.removeEventListener("keydown", pressed, { capture: true })
    window.removeEventListener("pointerdown", forget, { capture: true })
  }
}
