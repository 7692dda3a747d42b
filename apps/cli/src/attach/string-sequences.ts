/**
 * Which operating system commands (OSC) reach a viewer's terminal, in the one form in which they are written
 * (docs/protocol/rules.md, T-12, T-15, T-16): links to the web and mail, colours, notifications, and the clipboard where that
 * was allowed. Images, prompt marks and whatever else is no cell and on no list are left out: the emulator does not know
 * them, so no other viewer and no later attach would have them.
 */
import { exactColor, isIndex, parseColor } from "@holdfast/runner/emulator/colors"
import { headOf } from "@holdfast/protocol/text-cut"

const OSC = "\u001b]"
const ST = "\u001b\\"

/** What decides about a command. */
export interface StringRules {
  /** The session may write to the clipboard. */
  readonly clipboard: boolean
  /** Output happens now; the past notifies no one and writes to no clipboard. */
  readonly live: boolean
}

/** Schemes of links that are kept; others become plain text. A `file:` link would run what it names on some machines. */
const LINKS = /^(?:https?|mailto):/i
/** Longest link, that of the emulator. */
const MAX_LINK_LENGTH = 2048
const LONGEST_TEXT = 1024

/** A link as it is written; the end of one, where its target may not be followed. */
export function writtenLink(data: string): string | undefined {
  const at = data.indexOf(";")
  if (at === -1) return undefined
  const parameters = data.slice(0, at).trim()
  const target = printable(data.slice(at + 1))
  if (target === "") return parameters === "" ? `${OSC}8;;${ST}` : undefined
  const id = parameters.split(":").find((each) => each.startsWith("id=")) ?? ""
  const isKept = LINKS.test(target) && target.length <= MAX_LINK_LENGTH && id.length <= MAX_LINK_LENGTH
  return isKept ? `${OSC}8;${printable(id)};${target}${ST}` : `${OSC}8;;${ST}`
}

/** Whether a command is about colours. */
export function isColor(command: number): boolean {
  return command === 4 || command === 104 || (command >= 10 && command <= 12) || (command >= 110 && command <= 112)
}

/** Colours that are set or set back, each by itself; questions are left out. */
export function writtenColors(command: number, data: string): string {
  const set = (name: string, spec: string): string => {
    const color = parseColor(spec)
    return color === undefined ? "" : `${OSC}${name};${exactColor(color)}${ST}`
  }
  const parts = data.split(";")
  if (command === 4) {
    return parts
      .map((index, at) => (at % 2 === 0 && isIndex(index) ? set(`4;${Number(index)}`, parts[at + 1] ?? "") : ""))
      .join("")
  }
  if (command === 104) {
    if (data === "") return `${OSC}104${ST}`
    return parts.map((index) => (isIndex(index) ? `${OSC}104;${Number(index)}${ST}` : "")).join("")
  }
  if (command >= 110) return `${OSC}${command}${ST}`
  return parts
    .slice(0, 13 - command)
    .map((spec, at) => set(String(command + at), spec))
    .join("")
}

/** Notifications and the clipboard; undefined for anything else. */
export function writtenMessage(command: number, data: string, rules: StringRules): string | undefined {
  if (!rules.live) return undefined
  if (command === 52) {
    const [, selection = "", content = ""] = /^([a-z0-7]*);([A-Za-z0-9+/=]*)$/.exec(data) ?? []
    return rules.clipboard && content !== "" ? `${OSC}52;${selection};${content}${ST}` : undefined
  }
  // A number in front is a command of ConEmu's.
  if (command === 9 && !/^\d+(?:;|$)/.test(data)) return `${OSC}9;${headOf(printable(data), LONGEST_TEXT)}${ST}`
  if (command === 777 && data.startsWith("notify;")) return `${OSC}777;${headOf(printable(data), LONGEST_TEXT)}${ST}`
  return undefined
}

const printable = (text: string): string => text.replaceAll("\u007f", "")
