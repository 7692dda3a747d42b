/** How large a cell of an emulator is. What the page shows is no measure: it follows a change of the size later. */
import type { Terminal } from "@xterm/xterm"

/** In pixels of the page; zero before the emulator is in it. */
export interface CellSize {
  readonly width: number
  readonly height: number
}

/** What xterm's own add-on for fitting reads, too (6.0.0). */
interface Internals {
  readonly _core?: { readonly _renderService?: { readonly dimensions?: { readonly css?: { readonly cell?: CellSize } } } }
}

const NONE: CellSize = { width: 0, height: 0 }

/** The size of a cell. */
export function cellOf(terminal: Terminal): CellSize {
  return (terminal as Internals)._core?._renderService?.dimensions?.css?.cell ?? NONE
}
