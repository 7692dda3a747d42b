/** Whether the palette is open, and what for. */
import { Store } from "../ui/store.ts"

/** What is chosen in the palette: anything, or a session for a tile of its own. */
export interface PaletteWish {
  readonly split?: "right" | "down"
}

/** The wish that is open; `undefined` while the palette is closed. */
export const paletteWish = new Store<PaletteWish | undefined>(undefined)

/** Opens the palette. */
export function askPalette(wish: PaletteWish = {}): void {
  paletteWish.set(wish)
}

/** Whether the map of keys is open. */
export const keyMapIsOpen = new Store(false)
