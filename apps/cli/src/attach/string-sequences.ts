/**
 * Which strings (OSC, DCS, APC, PM, SOS) may reach a viewer's terminal.
 */

/** Kind of a string by its introducer; `other` is APC, PM, SOS and screen's title. */
export type StringKind = "osc" | "dcs" | "other"

/** What decides about a string. */
export interface StringRules {
  readonly clipboard: boolean
  readonly live: boolean
}

/** OSC numbers whose content is text, where a question mark asks nothing. */
const TEXT = new Set(["0", "1", "2", "7", "8", "133"])
/** OSC numbers that notify: only what happens now may. */
const NOTIFICATIONS = new Set(["9", "99", "777"])
/** OSC numbers that report, reach outside or change fonts: X properties, font, allowed features, kitty's clipboard. */
const REFUSED = new Set(["3", "50", "60", "61", "5522"])
/** OSC numbers that belong to a place on the screen: links, prompt marks, images. */
const POSITIONED = new Set(["8", "133", "1337"])
/** DCS that draws: sixel, and the older form of synchronised output. */
const DRAWING = /^(?:[\d;]*q|=[12]s)/
const ITERM_FILE = /^1337;(?:File|MultipartFile|FilePart)=/
const ITERM = /^1337;(?:File=|MultipartFile=|FilePart=|FileEnd|SetMark|CurrentDir=|RemoteHost=)/
/** Schemes of links that are kept; others, such as `javascript:`, become plain text. */
const LINKS = /^(?:https?|ftp|mailto|file):/i

/**
 * The string between introducer and terminator, as it may be written; `undefined` when it may not.
 *
 * DCS: only what draws is kept; DECRQSS (`$q`), XTGETTCAP (`+q`), keys to be defined and strings for an outer terminal
 * (`tmux;`) are refused. APC, which carries kitty's graphics and their answers, PM and SOS are refused altogether.
 */
export function keepString(kind: StringKind, body: string, rules: StringRules): string | undefined {
  if (kind === "other") return undefined
  return kind === "dcs" ? keptDcs(body) : keptOsc(body, rules)
}

/** What becomes of a string that is too long to be held: decided from its start, or, when it must be, dropped. */
export function longString(kind: StringKind, start: string, full: boolean): "pass" | "drop" | "undecided" {
  if (kind === "other") return "drop"
  if (kind === "dcs") return DRAWING.test(start) ? "pass" : "drop"
  if (ITERM_FILE.test(start)) return "pass"
  return full ? "drop" : "undecided"
}

/** Whether an OSC that is kept is about the terminal at large (title, colours, clipboard, notifications), not about cells. */
export const drawsNothing = (body: string): boolean => !POSITIONED.has(body.split(";", 1)[0] ?? "")

function keptDcs(body: string): string | undefined {
  return DRAWING.test(body) ? body : undefined
}

function keptOsc(body: string, rules: StringRules): string | undefined {
  const [number = "", ...rest] = body.split(";")
  if (number === "52") return rules.clipboard && !rest.includes("?") ? body : undefined
  if (number === "8") return keptLink(body, rest)
  if (TEXT.has(number)) return body
  if (number === "1337") return ITERM.test(body) ? body : undefined
  if (NOTIFICATIONS.has(number)) return rules.live && !body.includes("p=?") ? body : undefined
  if (REFUSED.has(number)) return undefined
  return rest.some((parameter) => parameter.startsWith("?") || parameter.endsWith("=?")) ? undefined : body
}

function keptLink(body: string, rest: ReadonlyArray<string>): string {
  const target = rest.slice(1).join(";")
  return target === "" || LINKS.test(target) ? body : "8;;"
}
