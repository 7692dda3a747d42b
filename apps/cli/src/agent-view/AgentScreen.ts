/**
 * The user's terminal while attached to an agent: what the story adds is printed, the bottom is drawn below it.
 *
 * Everything that comes within a frame is drawn at once. A terminal that takes no more holds the attachment back.
 */
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { Event } from "@holdfast/protocol/event"
import type { SnapshotReason } from "@holdfast/protocol/frame"
import type { Session } from "@holdfast/protocol/session"
import type { OwnTerminal } from "../attach/OwnTerminal.ts"
import { paint } from "../output.ts"
import { span } from "../text/amounts.ts"
import { Asking } from "./Asking.ts"
import { bottomRows } from "./Bottom.ts"
import { LineEditor } from "./LineEditor.ts"
import { LiveArea } from "./LiveArea.ts"
import type { MessageRowOptions } from "./Rows.ts"
import { Story } from "./Story.ts"

/** Milliseconds between two drawings, between two looks at the clock. */
const FRAME = 25
const TICK = 500
/** Milliseconds for which something is said. */
export const NOTICE = 5000
/** Milliseconds the hub may be away before anything is said. */
const QUIET_LOSS = 1000

/** One agent on one terminal. */
export class AgentScreen {
  readonly asking = new Asking()
  readonly editor = new LineEditor()
  readonly story: Story
  readonly #terminal: OwnTerminal
  readonly #readOnly: boolean
  readonly #area: LiveArea
  readonly #options: MessageRowOptions
  readonly #tick: NodeJS.Timeout
  #printed: Array<string> = []
  #frame: NodeJS.Timeout | undefined
  #notice: string | undefined
  #noticeTimer: NodeJS.Timeout | undefined
  #lostAt = 0
  #sayLost: NodeJS.Timeout | undefined
  #away = false
  #stopped = false
  /** Commands that the hub has not answered, and how Enter sends while a turn streams; set by the person's side. */
  sending: () => number = () => 0
  mode: () => string = () => "queue"
  /** Another request is shown; set by the person's side, which fetches all of it. */
  asked: (request: PermissionRequest) => void = () => undefined

  constructor(terminal: OwnTerminal, readOnly: boolean) {
    this.#terminal = terminal
    this.#readOnly = readOnly
    const width = (): number => Math.max(10, terminal.size.cols - 1)
    this.#options = { paint, width }
    this.#area = new LiveArea(
      (text) => terminal.write(text),
      () => terminal.size.cols,
    )
    this.story = new Story(this.#options)
    this.#tick = setInterval(() => this.#plan(), TICK)
  }

  get readOnly(): boolean {
    return this.#readOnly
  }

  /** Takes the record that an attach answers with. */
  record(session: Session): void {
    this.story.record(session)
    this.#plan()
  }

  /** Takes a snapshot; one that stands for what is no longer kept is announced. */
  snapshot(screen: Uint8Array, reason: SnapshotReason): void | Promise<void> {
    const rows = this.story.snapshot(screen)
    if (reason !== "fresh")
      this.#printed.push(paint("yellow", `! earlier events are no longer kept (${reason}); messages continue from here`))
    return this.print(rows)
  }

  /** Takes the next event. */
  event(event: Event): void | Promise<void> {
    return this.print(this.story.event(event))
  }

  /** Prints rows of ours or of the story; the promise it may give holds the next item back. */
  print(rows: ReadonlyArray<string>): void | Promise<void> {
    this.#printed.push(...rows)
    this.#plan()
    if (!process.stdout.writableNeedDrain) return
    return new Promise((resolve) => process.stdout.once("drain", resolve))
  }

  /** Says something in the place of the status for a moment. */
  say(text: string): void {
    this.#notice = text
    clearTimeout(this.#noticeTimer)
    this.#noticeTimer = setTimeout(() => {
      this.#notice = undefined
      this.#plan()
    }, NOTICE)
    this.draw()
  }

  dropped(): void {
    this.#lostAt = Date.now()
    clearTimeout(this.#sayLost)
    this.#sayLost = setTimeout(() => {
      this.#away = true
      this.#plan()
    }, QUIET_LOSS)
  }

  /** Attached and up to date; after a loss that was told, it is said in one line. */
  back(): void {
    clearTimeout(this.#sayLost)
    if (this.#away) this.#printed.push(paint("dim", `[the hub is back after ${span(Date.now() - this.#lostAt)}]`))
    this.#away = false
    this.#plan()
  }

  /** Draws everything again. */
  redraw(): void {
    if (this.#stopped) return
    this.#area.clear()
    this.draw()
  }

  /** Draws now. */
  draw(): void {
    clearTimeout(this.#frame)
    this.#frame = undefined
    if (this.#stopped) return
    const now = Date.now()
    const printed = [...this.#printed, ...this.story.rest()]
    this.#printed = []
    const { agent } = this.story
    const before = this.asking.request?.id
    this.asking.show(
      agent?.permissions.find(({ decision }) => decision === undefined),
      now,
    )
    const { request } = this.asking
    if (request !== undefined && request.id !== before) this.asked(request)
    const height = Math.max(2, this.#terminal.size.rows - 1)
    const { rows, cursor } = bottomRows(
      {
        agent,
        tail: this.story.tail(),
        asking: this.asking,
        editor: this.editor,
        now,
        readOnly: this.#readOnly,
        notice: this.#notice,
        away: this.#away,
        sending: this.sending(),
        mode: this.mode(),
      },
      height,
      this.#options,
    )
    this.#area.draw(printed, rows, cursor)
    const ready = this.asking.readyIn(now, !this.editor.empty)
    if (ready !== undefined && ready > 0 && ready < TICK) setTimeout(() => this.#plan(), ready).unref()
  }

  /** Nothing more is drawn; what the story has is printed and the bottom taken away. */
  stop(): void {
    if (this.#stopped) return
    const printed = [...this.#printed, ...this.story.rest(), ...this.story.tail()]
    this.#printed = []
    this.#area.clear()
    for (const row of printed) this.#terminal.write(`${row}\r\n`)
    this.#stopped = true
    clearInterval(this.#tick)
    for (const timer of [this.#frame, this.#noticeTimer, this.#sayLost]) clearTimeout(timer)
  }

  #plan(): void {
    if (this.#frame !== undefined || this.#stopped) return
    this.#frame = setTimeout(() => this.draw(), FRAME)
  }
}
