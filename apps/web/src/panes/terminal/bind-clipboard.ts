/** Copy and paste of a terminal, and what its program wants in the clipboard. */
import type { EmulatorParts } from "./emulator-parts.ts"
import { copyText, writtenBy } from "./clipboard.ts"
import { consentOf } from "./consent.ts"
import { textOf, textOfBlock } from "./copy.ts"
import { doubtOf, harmlessPaste } from "./paste.ts"
import { copyOnRelease } from "./preferences.ts"

/** What is selected in an emulator, as it is to be copied; "" where that is nothing. */
export function selectedText({ terminal, host }: Pick<EmulatorParts, "terminal" | "host">): string {
  const range = terminal.getSelectionPosition()
  if (range === undefined) return ""
  const text =
    host.dataset["selects"] === "block" ? textOfBlock(terminal.buffer.active, range) : textOf(terminal.buffer.active, range)
  return text === "" ? terminal.getSelection() : text
}

/** Pastes, with a question where it would run something. */
export function pasteInto(emulator: EmulatorParts, raw: string): void {
  const text = harmlessPaste(raw)
  if (text === "") return
  const doubt = doubtOf(text, emulator.terminal.modes.bracketedPasteMode)
  if (doubt === undefined) emulator.paste(text)
  else emulator.question.ask({ _tag: "Paste", ...doubt })
}

/** What is selected is copied with our text, and where it is set so as soon as the button is let go. */
export function bindCopy(emulator: Pick<EmulatorParts, "terminal" | "host"> & Partial<Pick<EmulatorParts, "say">>): () => void {
  const { host, terminal } = emulator
  const copy = (event: ClipboardEvent): void => {
    const text = selectedText(emulator)
    if (text === "") return
    event.clipboardData?.setData("text/plain", text)
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  const pressed = ({ altKey, shiftKey }: MouseEvent): void => {
    host.dataset["selects"] = altKey && !shiftKey ? "block" : "lines"
  }
  const released = (): void => {
    if (!copyOnRelease.get() || !terminal.hasSelection()) return
    void copyText(selectedText(emulator)).then((isDone) => isDone && emulator.say?.("Copied"))
  }
  host.addEventListener("copy", copy, { capture: true })
  host.addEventListener("mousedown", pressed, { capture: true })
  host.addEventListener("mouseup", released)
  return () => {
    host.removeEventListener("copy", copy, { capture: true })
    host.removeEventListener("mousedown", pressed, { capture: true })
    host.removeEventListener("mouseup", released)
  }
}

/** Takes copy and paste over from the emulator, and answers programs that write to the clipboard. */
export function bindClipboard(emulator: EmulatorParts): () => void {
  const { host, terminal } = emulator
  const paste = (event: ClipboardEvent): void => {
    event.preventDefault()
    event.stopImmediatePropagation()
    pasteInto(emulator, event.clipboardData?.getData("text/plain") ?? "")
  }
  const written = terminal.parser.registerOscHandler(52, (data) => {
    const text = emulator.isLive ? writtenBy(data) : undefined
    if (text !== undefined) programWrites(emulator, text)
    return true
  })
  const unbind = bindCopy(emulator)
  host.addEventListener("paste", paste, { capture: true })
  return () => {
    unbind()
    written.dispose()
    host.removeEventListener("paste", paste, { capture: true })
  }
}

function programWrites(emulator: EmulatorParts, text: string): void {
  const consent = consentOf(emulator.session)
  if (consent === "refused") return
  if (consent === "given" && document.hasFocus()) {
    void copyText(text).then((isDone) => emulator.say(isDone ? "Copied by the program" : "The browser refused the clipboard"))
  } else emulator.question.askForProgram({ _tag: "Clipboard", text }, () => consentOf(emulator.session) === undefined)
}
