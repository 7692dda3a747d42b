/** Where the session is to open that is begun next, as the palette was asked for it: beside a pane or below it. */

/** A side of the pane with the focus. */
export type NextPlace = "right" | "down"

let next: NextPlace | undefined

/** The next session that is begun opens there. */
export function placeNext(place: NextPlace): void {
  next = place
}

/** The place, for the session that is begun now; of a session that is not begun after all, it is forgotten. */
export function takeNextPlace(): NextPlace | undefined {
  const place = next
  next = undefined
  return place
}
