/** Escape in what is unfolded, or in a word that an input method makes, is for that, and not for what it is in. */
import { isInputMethod } from "./input-method.ts"

/** Whether a key is for what is inside of something that it would close. */
export function isOfInside(event: KeyboardEvent): boolean {
  return isInputMethod(event) || (event.target instanceof Element && event.target.closest("[data-unfolded]") !== null)
}

/** Keeps open what is closed by Escape before its content hears of it. */
export function keepUnfolded(event: KeyboardEvent): void {
  if (isOfInside(event)) event.preventDefault()
}
