/** Keys that an input method takes for itself, as one for Japanese takes Enter: they answer, send and close nothing. */

/** What browsers report as the code of such a key; Safari says only by it that the last Enter of a word was one. */
const TAKEN = 229

/** Whether an input method takes a key; `isComposing` is in the event of the browser, whatever event is given. */
export function isInputMethod(event: {
  readonly keyCode: number
  readonly isComposing?: boolean
  readonly nativeEvent?: { readonly isComposing: boolean }
}): boolean {
  return (event.nativeEvent ?? event).isComposing === true || event.keyCode === TAKEN
}
