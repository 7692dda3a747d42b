/** A film of a terminal, on a screen that may come and go (docs/protocol/app-rules.md, APP-73). */
import { EMPTY_SCREEN } from "@holdfast/core/terminal/empty-screen"
import type { Event } from "@holdfast/protocol/event"
import { bytesOf } from "./base64.ts"
import type { FilmSource, TerminalPicture } from "./film-source.ts"
import type { Stage } from "./stage.ts"

/** Where the terminal is drawn. */
export interface TerminalScreen {
  /** Shows a picture in place of what is there. */
  readonly begin: (picture: TerminalPicture) => void | Promise<void>
  readonly write: (bytes: Uint8Array) => void | Promise<void>
  readonly resize: (cols: number, rows: number) => void | Promise<void>
}

const encoder = new TextEncoder()
const EMPTY = encoder.encode(EMPTY_SCREEN)

/** The stage of terminals. */
export class TerminalStage implements Stage {
  readonly #source: FilmSource
  #screen: TerminalScreen | undefined
  #seq = 0

  constructor(source: FilmSource) {
    this.#source = source
  }

  /** Draws on this screen from now on; settles once it shows what is shown. */
  async drawOn(screen: TerminalScreen | undefined): Promise<void> {
    this.#screen = screen
    if (screen !== undefined) await this.show(this.#seq)
  }

  async show(seq: number): Promise<void> {
    this.#seq = seq
    const picture = await this.#source.picture(seq)
    if (this.#seq === seq) await this.#screen?.begin(picture)
  }

  prepare(): Promise<void> {
    return Promise.resolve()
  }

  apply(event: Event): void | Promise<void> {
    this.#seq = event.seq
    if (event.channel !== "terminal") return
    const size = sizeOf(event)
    const bytes = event.type === "starting" ? EMPTY : outputOf(event)
    if (size !== undefined) return this.#resized(size, bytes)
    return bytes === undefined ? undefined : this.#screen?.write(bytes)
  }

  approach(): void {}

  async #resized({ cols, rows }: { readonly cols: number; readonly rows: number }, then: Uint8Array | undefined): Promise<void> {
    await this.#screen?.resize(cols, rows)
    if (then !== undefined) await this.#screen?.write(then)
  }
}

/** The bytes of an output; `undefined` for other events. */
export function outputOf({ channel, type, data }: Event): Uint8Array | undefined {
  if (channel !== "terminal" || type !== "output" || typeof data !== "object" || data === null) return undefined
  const { text, base64 } = data as { readonly text?: unknown; readonly base64?: unknown }
  if (typeof text === "string") return encoder.encode(text)
  return typeof base64 === "string" ? bytesOf(base64) : undefined
}

/** The size that a terminal has from an event on. */
export function sizeOf({ type, data }: Event): { readonly cols: number; readonly rows: number } | undefined {
  if (type !== "started" && type !== "starting" && type !== "resize") return undefined
  const { cols, rows } = (data ?? {}) as { readonly cols?: unknown; readonly rows?: unknown }
  return typeof cols === "number" && typeof rows === "number" ? { cols, rows } : undefined
}
