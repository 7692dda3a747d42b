/** Scrolling beyond the lines that an emulator has: into the log, and back to now. */
import { isInputMethod } from "../../ui/input-method.ts"
import { Store } from "../../ui/store.ts"
import type { Emulator } from "./Emulator.ts"
import { SCROLLBACK } from "./emulator-options.ts"
import { PastReader } from "./PastReader.ts"
import type { PastEdge, ReadBefore } from "./PastReader.ts"
import { PastScreen } from "./PastScreen.ts"

/** What is shown of the past. */
export type PastState =
  | { readonly _tag: "None" }
  | { readonly _tag: "Reading" }
  | { readonly _tag: "Shown"; readonly since: number | undefined; readonly edge: PastEdge; readonly isReading: boolean }

const NONE: PastState = { _tag: "None" }
const READING: PastState = { _tag: "Reading" }

/** What is said where there is nothing older to show. */
const WORDS: Readonly<Record<PastEdge, string>> = {
  beginning: "This is all: the log begins here",
  trimmed: "What is older was trimmed from the log",
  more: "The output before this has no lines of its own",
}

/** What a key does while the past is shown. */
export type PastAct = "stay" | "up" | "down" | "type" | "compose" | "press"

/** Reads a key: but for those that scroll and copy, all belong to the program, as they would a moment later. */
export function pastKey(
  event: Pick<KeyboardEvent, "key" | "keyCode" | "isComposing" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">,
): PastAct {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event
  if (isInputMethod(event) || key === "Dead") return "compose"
  const isHeld = ["Shift", "Control", "Alt", "Meta", "CapsLock", "NumLock", "ScrollLock", "Fn"].includes(key)
  // Those of the page and of the terminal itself, such as copying what is selected here.
  if (isHeld || metaKey || (ctrlKey && shiftKey) || /^F\d/.test(key) || (altKey && shiftKey)) return "stay"
  if (!ctrlKey && !altKey && (key === "PageUp" || key === "PageDown")) return key === "PageUp" ? "up" : "down"
  return !ctrlKey && !altKey && Array.from(key).length === 1 ? "type" : "press"
}

/** A key press once more, for what has the focus now. */
function sameKey({ key, code, keyCode, altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent): KeyboardEvent {
  const init = { key, code, keyCode, which: keyCode, altKey, ctrlKey, metaKey, shiftKey, bubbles: true, cancelable: true }
  return new KeyboardEvent("keydown", init)
}

/** The past of one emulator's session. */
export class Past {
  readonly state = new Store<PastState>(NONE)
  readonly #emulator: Emulator
  readonly #read: ReadBefore
  readonly #unbind: () => void
  #screen: PastScreen | undefined
  #reader: PastReader | undefined
  /** Rows above the live screen when the log was found to have no more than they. */
  #allAt: number | undefined

  constructor(emulator: Emulator, read: ReadBefore) {
    this.#emulator = emulator
    this.#read = read
    const { host } = emulator
    const wheel = (event: WheelEvent): void => this.#wheel(event)
    const key = (event: KeyboardEvent): void => this.#key(event)
    const unsubscribe = emulator.typed.subscribe(() => this.leave())
    host.addEventListener("wheel", wheel, { capture: true, passive: false })
    host.addEventListener("keydown", key, { capture: true })
    this.#unbind = () => {
      unsubscribe()
      host.removeEventListener("wheel", wheel, { capture: true })
      host.removeEventListener("keydown", key, { capture: true })
    }
  }

  /** The screen of the past, while it is shown. */
  get screen(): PastScreen | undefined {
    return this.#screen
  }

  /** Shows what is above the lines that the emulator has. */
  async open(): Promise<void> {
    if (this.state.get()._tag !== "None") return
    const { terminal, host } = this.#emulator
    this.state.set(READING)
    const reader = new PastReader(this.#read)
    const screen = new PastScreen(terminal, reader)
    screen.host.dataset["past"] = ""
    host.append(screen.host)
    this.#screen = screen
    this.#reader = reader
    const isThere = await screen.open().catch((cause: unknown) => this.#failed(cause))
    if (this.#screen !== screen) return screen.dispose()
    if (isThere === true) return this.#show(false)
    if (isThere === false) {
      this.#allAt = terminal.buffer.normal.baseY
      this.#emulator.say(WORDS[reader.edge])
    }
    this.leave()
  }

  /** Back to now, at the lines that are seen if the emulator has them. */
  leave(): void {
    const screen = this.#screen
    if (screen === undefined) return
    const { terminal } = this.#emulator
    const hadFocus = screen.host.contains(document.activeElement)
    const buffer = screen.terminal?.buffer.active
    if (buffer !== undefined && screen.reachesLive) {
      terminal.scrollToLine(terminal.buffer.normal.baseY - (buffer.baseY - buffer.viewportY))
    }
    this.#screen = undefined
    this.#reader = undefined
    screen.dispose()
    this.state.set(NONE)
    if (hadFocus) terminal.focus()
  }

  /** Scrolls by lines, downwards if there are more than none, through what the emulator has and the past; else it is for the program. */
  scroll(lines: number): void {
    const { terminal } = this.#emulator
    const screen = this.#screen
    const shown = screen?.terminal
    if (screen !== undefined && shown !== undefined) {
      if (lines < 0 && shown.buffer.active.viewportY === 0) return this.#readOn(screen.older())
      shown.scrollLines(lines)
      if (lines > 0 && screen.reachesLive) this.leave()
      return
    }
    if (terminal.buffer.active.type === "normal" && terminal.modes.mouseTrackingMode === "none") {
      if (lines < 0 && this.#isAtTop()) void this.open()
      else terminal.scrollLines(lines)
      return
    }
    // The emulator makes of a wheel what the program asked for: reports, or cursor keys.
    const target = terminal.element?.querySelector(".xterm-screen")
    const { left = 0, top = 0, width = 0, height = 0 } = target?.getBoundingClientRect() ?? {}
    const place = { clientX: left + width / 2, clientY: top + height / 2 }
    for (let line = 0; line < Math.min(Math.abs(lines), terminal.rows); line++) {
      const deltaY = Math.sign(lines)
      target?.dispatchEvent(new WheelEvent("wheel", { ...place, deltaY, deltaMode: 1, bubbles: true, cancelable: true }))
    }
  }

  dispose(): void {
    this.leave()
    this.#unbind()
  }

  #show(isReading: boolean): void {
    const { edge = "more" } = this.#reader ?? {}
    this.state.set({ _tag: "Shown", since: this.#screen?.since, edge, isReading })
  }

  #failed(cause: unknown): undefined {
    this.#emulator.say(`Older output could not be read: ${cause instanceof Error ? cause.message : String(cause)}`)
    return undefined
  }

  #wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.deltaY === 0) return
    const isUp = event.deltaY < 0
    const screen = this.#screen
    if (screen === undefined) {
      if (isUp && this.#isAtTop()) void this.open()
      return
    }
    const buffer = screen.terminal?.buffer.active
    if (buffer === undefined) return
    if (isUp && buffer.viewportY === 0) this.#readOn(screen.older())
    else if (!isUp && screen.reachesLive) {
      event.preventDefault()
      event.stopPropagation()
      this.leave()
    } else if (!isUp && buffer.viewportY >= buffer.baseY) this.#readOn(screen.newer())
  }

  /** Keys belong to the program: whoever types is back in the present. */
  #key(event: KeyboardEvent): void {
    const screen = this.#screen
    if (screen === undefined || this.state.get()._tag !== "Shown") {
      if (event.shiftKey && event.key === "PageUp" && this.#isAtTop()) void this.open()
      return
    }
    const act = pastKey(event)
    if (act === "stay") return
    if (act === "up" || act === "down") {
      event.stopPropagation()
      event.preventDefault()
      const move = act === "up" ? -1 : 1
      if (move < 0 && screen.terminal?.buffer.active.viewportY === 0) this.#readOn(screen.older())
      screen.terminal?.scrollPages(move)
      if (move > 0 && screen.reachesLive) this.leave()
      return
    }
    const { terminal } = this.#emulator
    this.leave()
    terminal.scrollToBottom()
    terminal.focus()
    // An input method continues where the focus is now.
    if (act === "compose") return
    event.stopPropagation()
    event.preventDefault()
    if (act === "type") this.#emulator.type(event.key)
    else terminal.textarea?.dispatchEvent(sameKey(event))
  }

  #isAtTop(): boolean {
    const { terminal } = this.#emulator
    const { active } = terminal.buffer
    if (active.type !== "normal" || active.viewportY > 0 || terminal.modes.mouseTrackingMode !== "none") return false
    const isAll = this.#allAt !== undefined && active.baseY >= this.#allAt && active.baseY < SCROLLBACK
    return !isAll
  }

  #readOn(reading: Promise<boolean>): void {
    this.#show(true)
    void reading.catch((cause: unknown) => this.#failed(cause)).then(() => this.#screen !== undefined && this.#show(false))
  }
}
