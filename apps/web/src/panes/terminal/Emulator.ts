/**
 * The emulator of one pane: xterm between a session and an element that can be moved from one place of the page to another.
 *
 * It outlives the component that shows it, so who comes back finds the screen as it was, at once. Bytes never go through React
 * (docs/protocol/rules.md, U-6); what people have to see of it beside the screen is in stores. Output never takes the focus.
 */
import { Terminal } from "@xterm/xterm"
import type { IDisposable } from "@xterm/xterm"
import { SearchAddon } from "@xterm/addon-search"
import { Unicode11Addon } from "@xterm/addon-unicode11"
import { openTerminal } from "@holdfast/client/model"
import type { OpenTerminal, SessionView } from "@holdfast/client/model"
import type { HoldfastError } from "@holdfast/client"
import { Store } from "../../ui/store.ts"
import { Asking } from "./Asking.ts"
import { bindClipboard } from "./bind-clipboard.ts"
import { bindKeys } from "./bind-keys.ts"
import { bindLinks } from "./bind-links.ts"
import { cellOf } from "./cell-size.ts"
import type { CellSize } from "./cell-size.ts"
import type { EmulatorParts } from "./emulator-parts.ts"
import { EDGE, emulatorOptions, followSettings, RULER } from "./emulator-options.ts"
import type { KeptScreen } from "./kept-screens.ts"
import { FirstScreen } from "./FirstScreen.ts"
import { ProgramKeys } from "./ProgramKeys.ts"
import { renderer } from "./preferences.ts"
import { screenText } from "./screen-text.ts"
import { fitting } from "./sizing.ts"
import type { Size } from "./sizing.ts"
import { drawByCard, leaveToPage } from "./webgl.ts"

/** Keys that end or halt a program: Ctrl-C, Ctrl-\, Ctrl-Z. */
const HALTS = new Set(["\u0003", "\u001c", "\u001a"])
/** When it is looked whether the screen has come to what they did, in milliseconds. */
const HALTED = [100, 500]

const encoder = new TextEncoder()

/** How long something that only passes is said, in milliseconds. */
const SAID_FOR = 6000

/** One emulator. */
export class Emulator implements EmulatorParts {
  readonly session: string
  readonly view: SessionView
  /** Where it is drawn; whoever shows it puts this into the page. */
  readonly host: HTMLDivElement
  readonly terminal: Terminal
  readonly search = new SearchAddon({ highlightLimit: 2000 })
  readonly keys: ProgramKeys
  readonly question = new Asking()
  /** Something that passes, in words. */
  readonly said = new Store<string | undefined>(undefined)
  /** Output was left out, at this time. */
  readonly skippedAt = new Store<number | undefined>(undefined)
  /** The address under the pointer. */
  readonly hovered = new Store<string | undefined>(undefined)
  /** When the screen was so that is shown, in epoch milliseconds; `undefined` once it is the session's own. */
  readonly age = new Store<number | undefined>(undefined)
  /** How often the bell rang. */
  readonly bells = new Store(0)
  /** How often something was typed by other means than its own field: a line, a key of the bar, a paste. */
  readonly typed = new Store(0)
  /** How often output of the session was parsed. */
  readonly parsed = new Store(0)
  /** Changes when its cells may have got another size, or the session another. */
  readonly measured = new Store(0)
  readonly #ends: Array<IDisposable | (() => void)> = []
  #open: OpenTerminal | undefined
  readonly #first: FirstScreen
  #wasLive = false
  /** When the screen was that of the moment last, in epoch milliseconds. */
  #liveAt = Date.now()
  #saying: ReturnType<typeof setTimeout> | undefined

  constructor(view: SessionView) {
    this.session = view.id
    this.view = view
    this.host = document.createElement("div")
    this.terminal = new Terminal(emulatorOptions())
    this.#first = new FirstScreen(this.terminal, () => this.age.set(undefined))
    this.terminal.loadAddon(new Unicode11Addon())
    this.terminal.unicode.activeVersion = "11"
    this.terminal.loadAddon(this.search)
    this.keys = new ProgramKeys(this.terminal)
    this.#ends.push(
      this.keys,
      bindKeys(this.terminal, this.keys),
      bindLinks(this),
      bindClipboard(this),
      followSettings(this.terminal, () => this.#remeasure()),
      this.terminal.onResize(() => this.#remeasure()),
      this.terminal.onData((text) => {
        if (HALTS.has(text)) this.#halted()
      }),
      view.status.subscribe(() => this.#liveUntil()),
      this.terminal.onWriteParsed(() => {
        if (this.#first.hasOwn) this.parsed.set(this.parsed.get() + 1)
      }),
      this.terminal.onBell(() => {
        if (this.isLive) this.bells.set(this.bells.get() + 1)
      }),
    )
  }

  /** Whether what arrives is of this moment, not of a past that is caught up with. */
  get isLive(): boolean {
    return this.view.status.get()._tag === "Live"
  }

  /** Shows it in an element, which has to be in the page; faces are there. */
  mount(into: HTMLElement): void {
    into.append(this.host)
    if (this.#open === undefined) this.#begin()
    this.#remeasure()
  }

  /** Shows the screen of an earlier visit, unless anything was shown before: an emulator that a pane comes back to has newer. */
  showKept({ cols, rows, text, at }: KeptScreen): void {
    if (!this.isLive && this.#first.showKept(text, cols, rows)) this.age.set(at)
  }

  /** The screen as it can be kept, which is so until the connection was lost; `undefined` while it is not that of the session. */
  kept(): KeptScreen | undefined {
    if (!this.#first.hasOwn) return undefined
    const { cols, rows } = this.terminal
    return { cols, rows, text: screenText(this.terminal), at: this.isLive ? Date.now() : this.#liveAt }
  }

  /** Takes it out of the page; what arrives meanwhile is kept aside. */
  unmount(): void {
    this.look(false)
    this.host.remove()
  }

  /** Whether someone looks: what no one sees is not parsed. */
  look(isSeen: boolean): void {
    if (!isSeen) return this.#open?.pause()
    this.#open?.resume()
    if (renderer.get() === "auto") void drawByCard(this.terminal)
    else leaveToPage(this.terminal)
  }

  /** Size of a cell in pixels; zero before it is drawn. */
  get cell(): CellSize {
    return cellOf(this.terminal)
  }

  /** How many cells fit into a box of pixels. */
  fitting(width: number, height: number): Size | undefined {
    return fitting(width - RULER, height, this.cell)
  }

  /** How many cells fit into the box that it is shown in, without scroll bars: those are there only while the size is another. */
  fittingHost(): Size | undefined {
    const box = this.host.parentElement
    return box === null ? undefined : this.fitting(box.offsetWidth - 2 * EDGE, box.offsetHeight - 2 * EDGE)
  }

  /** Types something as a person does. */
  type(text: string): void {
    this.#leadBack()
    this.terminal.input(text, true)
  }

  /** Types a whole line; settles once the program has it, and fails with why it was not taken. */
  async submit(line: string): Promise<void> {
    const { attachment } = this.view
    if (attachment === undefined) throw new Error("The terminal is not there yet: the line was not sent.")
    this.#leadBack()
    await attachment.type(encoder.encode(`${line}\r`))
  }

  /** Pastes a text that was asked about, or needed no question. */
  paste(text: string): void {
    this.terminal.paste(text)
    this.#leadBack()
  }

  /** To now, from wherever was scrolled to. */
  #leadBack(): void {
    this.typed.set(this.typed.get() + 1)
    this.terminal.scrollToBottom()
  }

  /** Says something for a few seconds. */
  say(text: string): void {
    clearTimeout(this.#saying)
    this.said.set(text)
    this.#saying = setTimeout(() => this.said.set(undefined), SAID_FOR)
  }

  dispose(): void {
    clearTimeout(this.#saying)
    this.question.dispose()
    this.#open?.close()
    leaveToPage(this.terminal)
    for (const end of this.#ends.splice(0)) {
      if (typeof end === "function") end()
      else end.dispose()
    }
    this.host.remove()
    this.terminal.dispose()
  }

  #begin(): void {
    this.#open = openTerminal(this.view, this.#first, this.host, {
      fit: false,
      onRefused: (error) => this.#refused(error),
      onSkipped: () => this.skippedAt.set(Date.now()),
    })
    const { textarea } = this.terminal
    textarea?.setAttribute("enterkeyhint", "send")
    textarea?.setAttribute("autocomplete", "off")
  }

  /** What a program printed before it was ended is not read first: it would look as if the key had done nothing. */
  #halted(): void {
    for (const later of HALTED) setTimeout(() => this.view.attachment?.shown(), later)
  }

  /** Notes until when the screen was that of the moment. */
  #liveUntil(): void {
    if (this.isLive || this.#wasLive) this.#liveAt = Date.now()
    this.#wasLive = this.isLive
    if (this.isLive) this.age.set(undefined)
  }

  #remeasure(): void {
    this.measured.set(this.measured.get() + 1)
  }

  #refused(error: HoldfastError): void {
    if (error.tag !== "Closed" && error.tag !== "SessionNotReady") this.say(error.message)
  }
}
