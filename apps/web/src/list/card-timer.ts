/** When the card of a row is shown: once the pointer has rested on it, and not over what a press has just opened. */

/** Where a card is shown, in pixels of the window. */
export interface CardPlace {
  readonly top: number
  readonly edge: number
}

/** The card of a session. */
export interface Card extends CardPlace {
  readonly id: string
}

/** Milliseconds for which the pointer must rest. */
export const REST = 600

/** How far the pointer has to go from where it pressed before a card is shown again, in pixels. */
export const AWAY = 24

/** Follows the pointer over the list. */
export class CardTimer {
  readonly #tell: (card: Card | undefined) => void
  #shown: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #pressed: { readonly x: number; readonly y: number } | undefined

  constructor(tell: (card: Card | undefined) => void) {
    this.#tell = tell
  }

  /** The pointer has moved over a row, or over none; `place` is asked when it has rested there. */
  move(x: number, y: number, id: string | undefined, place: () => CardPlace): void {
    const { x: fromX = x, y: fromY = y } = this.#pressed ?? {}
    if (this.#pressed !== undefined && Math.hypot(x - fromX, y - fromY) < AWAY) return
    this.#pressed = undefined
    if (id !== undefined && id === this.#shown) return
    this.hide()
    if (id === undefined) return
    this.#timer = setTimeout(() => {
      this.#shown = id
      this.#tell({ id, ...place() })
    }, REST)
  }

  /** Something was pressed there. */
  press(x: number, y: number): void {
    this.hide()
    this.#pressed = { x, y }
  }

  /** No card, and none to come. */
  hide(): void {
    clearTimeout(this.#timer)
    if (this.#shown === undefined) return
    this.#shown = undefined
    this.#tell(undefined)
  }
}
