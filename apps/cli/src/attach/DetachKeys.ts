/**
 * Finds the detach key in what is typed.
 *
 * The key is a prefix, Ctrl-] unless another is set, then a letter: `d` detaches, `k` takes the keyboard, `r` redraws, the
 * prefix again types it once. Anything else is typed as it is, prefix included. Terminals that report keys in CSI u or
 * modifyOtherKeys form are understood.
 */
import { usage } from "../failure.ts"
import { keyBytes } from "../sessions/keys.ts"

/** What typing comes to: bytes for the session, and commands for us. */
export type Typed =
  | { readonly _tag: "Input"; readonly bytes: Uint8Array }
  | { readonly _tag: "Command"; readonly command: "detach" | "keyboard" | "redraw" }

const COMMANDS: Readonly<Record<string, "detach" | "keyboard" | "redraw">> = { d: "detach", k: "keyboard", r: "redraw" }

/** Key unless `--detach-key` names another. */
export const DEFAULT_DETACH_KEY = "ctrl-]"

/** Watches what is typed for the prefix. */
export class DetachKeys {
  readonly #forms: ReadonlyArray<string>
  #prefixed: string | undefined

  /** `key` is a control key such as `ctrl-]`, or `none`. Throws a usage failure. */
  constructor(key: string) {
    this.#forms = key === "none" ? [] : forms(key)
  }

  /** Reads what the terminal sent, in latin1 so that every byte is one character. */
  read(chunk: Uint8Array): ReadonlyArray<Typed> {
    if (this.#forms.length === 0) return [{ _tag: "Input", bytes: chunk }]
    const text = Buffer.from(chunk).toString("latin1")
    const typed: Array<Typed> = []
    let input = ""
    const flush = (): void => {
      if (input !== "") typed.push({ _tag: "Input", bytes: Buffer.from(input, "latin1") })
      input = ""
    }
    for (let at = 0; at < text.length;) {
      const form = this.#forms.find((each) => text.startsWith(each, at))
      if (this.#prefixed === undefined) {
        if (form === undefined) input += text[at++] ?? ""
        else {
          this.#prefixed = form
          at += form.length
        }
        continue
      }
      const prefix = this.#prefixed
      this.#prefixed = undefined
      if (form !== undefined) {
        input += form
        at += form.length
        continue
      }
      const letter = letterAt(text, at)
      const command = COMMANDS[letter.key.toLowerCase()]
      at += letter.length
      if (command === undefined) input += prefix + letter.text
      else {
        flush()
        typed.push({ _tag: "Command", command })
      }
    }
    flush()
    return typed
  }
}

/** The key as people read it: `Ctrl-]`. */
export const keyName = (key: string): string => key.replace(/^(?:ctrl-|c-|\^)/i, "Ctrl-")

function forms(key: string): ReadonlyArray<string> {
  const byte = keyBytes(key)
  const code = byte.charCodeAt(0)
  if (byte.length !== 1 || code >= 0x20)
    throw usage(`--detach-key takes a control key such as ctrl-] or ctrl-a, or none; not ${JSON.stringify(key)}`)
  const plain = (code + 0x40) | (code >= 1 && code <= 26 ? 0x20 : 0)
  return [byte, `\u001b[${plain};5u`, `\u001b[27;5;${plain}~`]
}

// oxlint-disable-next-line no-control-regex
const REPORTED = /^\u001b\[(?:27;1;)?(\d+)(?:;1)?[u~]/

function letterAt(text: string, at: number): { readonly key: string; readonly text: string; readonly length: number } {
  const reported = REPORTED.exec(text.slice(at, at + 24))
  if (reported !== null) return { key: String.fromCharCode(Number(reported[1])), text: reported[0], length: reported[0].length }
  const key = text[at] ?? ""
  return { key, text: key, length: 1 }
}
