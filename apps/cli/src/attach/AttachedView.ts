/**
 * Draws an attachment on the user's terminal, item by item.
 */
import { decodeRecord, RECORD_OUTPUT } from "@holdfast/protocol/record"
import type { Attachment } from "@holdfast/client/Attachment"
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import type { LinePlace } from "@holdfast/runner/emulator/GoneLines"
import type { Item } from "@holdfast/client/items"
import { hubWords } from "../hint.ts"
import { span } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { HistoryRows } from "./HistoryRows.ts"
import { EchoLag } from "./EchoLag.ts"
import { Overlay } from "./Overlay.ts"
import type { OwnTerminal } from "./OwnTerminal.ts"
import { Picture } from "./Picture.ts"
import type { PictureOptions } from "./Picture.ts"

/** How the session's process ended. */
export interface ViewEnding {
  /** In words: `exited with code 3`. */
  readonly text: string
  /** Exit code of the child, when it has one. */
  readonly code: number | undefined
}

/** Milliseconds the hub may be away before anything is said. */
const QUIET_LOSS = 1000
/** Milliseconds for which it is said that the hub is back. */
const SAY_BACK = 500

/** One attachment on one terminal. */
export class AttachedView {
  readonly overlay: Overlay
  readonly lag = new EchoLag()
  readonly #picture: Picture
  readonly #ended: (ending: ViewEnding) => void
  #lostAt = 0
  #sayLost: NodeJS.Timeout | undefined
  #restarts = false
  /** Last seq that was drawn. */
  drawn = 0

  /** `ended` is called once, when the session's process is known to be over and everything it wrote was drawn. */
  constructor(terminal: OwnTerminal, options: PictureOptions, ended: (ending: ViewEnding) => void) {
    this.#picture = new Picture(terminal, options)
    this.overlay = new Overlay(terminal, () => this.#picture.shown)
    this.#ended = (ending) => {
      this.overlay.removeHint()
      this.overlay.hide()
      this.#picture.finish()
      ended(ending)
    }
  }

  /** Colours that the user's terminal reported: what a session changed is set to them again. */
  set ownColors(colors: TerminalColors | undefined) {
    this.#picture.ownColors = colors
  }

  /** True while the session shows its alternate screen. */
  get alternate(): boolean {
    return this.#picture.alternate
  }

  /** Up to where the user's scrollback has the session's lines. */
  get given(): LinePlace | undefined {
    return this.#picture.given
  }

  /** True while what comes is not shown yet. */
  get hidden(): boolean {
    return this.#picture.hidden
  }

  /** What the session's lines are now; undefined before the first screen, and while what is seen is to change at once. */
  history(): HistoryRows | undefined {
    const { screen } = this.#picture
    return screen === undefined || this.#picture.hidden ? undefined : new HistoryRows(screen.terminal.core)
  }

  /** Whether the terminal shows its alternate screen: the session's own, or a part of the session. */
  get isAside(): boolean {
    return this.#picture.alternate || this.#picture.cropped !== undefined
  }

  /** Writes the session's screen again, where something else was written over it. */
  redraw(): void {
    this.#picture.redraw()
  }

  /** Draws one item; the promise it may give holds the next one back. */
  draw(item: Item, attachment: Attachment): void | Promise<void> {
    switch (item._tag) {
      case "Event":
        if (item.record.kind !== RECORD_OUTPUT) return this.#note(item, attachment)
        if (item.live) this.lag.drawn(item.record.time ?? 0, Date.now())
        return this.#output(item.record.seq, item.record.body)
      case "Snapshot":
        return this.#snapshot(item, attachment)
      case "Attached":
        return this.#back()
      case "Synced":
        return this.#synced(attachment)
      case "Dropped":
        return this.#dropped()
      default:
    }
  }

  /** Says something about the loss that continues. */
  say(message: string): void {
    if (this.#lostAt === 0) return
    const { cropped } = this.#picture
    if (cropped === undefined) this.overlay.show(message, this.#picture.alternate)
    else cropped.notice(message)
  }

  /** Shows a line of ours where the picture has room for one; false where it has none. */
  notice(text: string, milliseconds: number): boolean {
    this.#picture.cropped?.notice(text, milliseconds)
    return this.#picture.cropped !== undefined
  }

  /** The window has another size. */
  windowChanged(): void {
    this.#picture.windowChanged()
  }

  /** Nothing more is drawn. */
  stop(): void {
    clearTimeout(this.#sayLost)
    this.#picture.stop()
    this.overlay.removeHint()
    this.overlay.hide()
  }

  #output(seq: number, bytes: Uint8Array): void | Promise<void> {
    this.overlay.removeHint()
    this.drawn = seq
    return this.#picture.output(bytes)
  }

  #snapshot(item: Extract<Item, { _tag: "Snapshot" }>, attachment: Attachment): void | Promise<void> {
    const { cols = attachment.session?.terminal?.cols, rows = attachment.session?.terminal?.rows } = item
    this.overlay.hide()
    this.overlay.removeHint()
    this.lag.reset()
    this.drawn = item.seq
    return this.#picture.snapshot(cols === undefined || rows === undefined ? undefined : { cols, rows }, item.screen)
  }

  #note(item: Extract<Item, { _tag: "Event" }>, attachment: Attachment): void {
    const { channel, type, data, seq } = decodeRecord(item.record)
    this.drawn = seq
    if (channel !== "terminal") return
    const fields: Readonly<Record<string, unknown>> = typeof data === "object" && data !== null ? { ...data } : {}
    const { cols, rows } = fields
    this.overlay.removeHint()
    // What follows is drawn on the empty terminal of another process.
    if (type === "starting") this.#restarts = true
    if (type === "started" && this.#restarts) {
      this.#restarts = false
      attachment.refresh()
    }
    if (type === "resize" && typeof cols === "number" && typeof rows === "number") this.#picture.resized({ cols, rows })
    else if (type === "exit") this.#ended(exitEnding(fields["code"], fields["signal"]))
    else if (type === "lost" || type === "failed")
      this.#ended({ text: `${type}: ${hubWords(String(fields["message"]))}`, code: undefined })
  }

  #synced(attachment: Attachment): void {
    this.#picture.synced()
    const { session } = attachment
    if (session === undefined || session.process === "running" || session.process === "starting") return
    const { process: state, problem } = session
    if (state === "exited") this.#ended(exitEnding(session.exitCode, session.signal))
    else this.#ended({ text: `${state}${problem === undefined ? "" : `: ${hubWords(problem)}`}`, code: undefined })
  }

  #dropped(): void {
    this.#picture.dropped()
    this.#lostAt = Date.now()
    clearTimeout(this.#sayLost)
    this.#sayLost = setTimeout(() => this.say("holdfast: the hub is away; reconnecting. The session keeps running."), QUIET_LOSS)
  }

  /** Attached again: say so, and give the screen back. */
  async #back(): Promise<void> {
    clearTimeout(this.#sayLost)
    this.#picture.attached()
    const away = Date.now() - this.#lostAt
    const said = `holdfast: the hub is back after ${span(away)}`
    if (this.#lostAt !== 0 && away >= QUIET_LOSS) this.#picture.cropped?.notice(said, 2000)
    this.#lostAt = 0
    if (!this.overlay.shown) return
    this.overlay.show(said, this.#picture.alternate)
    await new Promise((resolve) => setTimeout(resolve, SAY_BACK))
    this.overlay.hide()
  }
}

function exitEnding(code: unknown, signal: unknown): ViewEnding {
  if (typeof signal === "string")
    return { text: `ended by ${printable(signal)}`, code: typeof code === "number" ? code : undefined }
  return typeof code === "number" ? { text: `exited with code ${code}`, code } : { text: "exited", code: undefined }
}
