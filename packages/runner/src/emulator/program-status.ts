/**
 * Reads one report of the program status protocol, revision 0.3 (OSC 7501; docs/protocol/rules.md, T-53):
 * `key=value` pairs joined by `:`, of which `state` must be there. What a program says is not to be trusted: a report is read
 * whole or not at all, and its texts cannot change what is shown around them.
 */
import { isUtf8 } from "node:buffer"
import type { BlockedKind, ProgramState } from "@holdfast/protocol/terminal-program"

/** What a program reports of itself, or of one of its tasks. */
export interface StatusReport {
  /** `clear`: what was reported under this id, and under those below, is no more. */
  readonly state: ProgramState | "clear"
  /** A path; empty for the program itself. */
  readonly id: string
  readonly kind?: BlockedKind
  readonly progress?: number
  readonly app?: string
  readonly title?: string
  readonly message?: string
}

/** Longest report from `ESC` to its end, in bytes. */
export const MAX_REPORT_BYTES = 4096
/** Bytes of a report around what its handler gets: `ESC ] 7501 ;` and `BEL`. */
const FRAME_BYTES = 8
const MAX_KEY = 16
const MAX_ID = 128
const MAX_LEVELS = 8
const MAX_NAME = 32
/** Longest texts in bytes, encoded and decoded. */
const MESSAGE = { encoded: 2732, decoded: 2048 }
const TITLE = { encoded: 256, decoded: 192 }

const KEY = /^[a-z]+$/
const NAME = /^[\w.+-]{1,32}$/
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
const PERCENT = /^(?:\d{1,2}|100)$/
const CONTROL = /\p{Cc}/u
/** What reorders or hides text around it, and cannot be seen itself. */
const UNSEEN = /[\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu

const STATES: ReadonlyMap<string, StatusReport["state"]> = new Map([
  ["idle", "idle"],
  ["working", "working"],
  ["blocked", "blocked"],
  ["done", "done"],
  ["error", "failed"],
  ["clear", "clear"],
])
const KINDS: ReadonlyMap<string, BlockedKind> = new Map([
  ["permission", "permission"],
  ["question", "question"],
  ["auth", "auth"],
])

/** A text without what cannot be seen; `undefined` when nothing is left. */
export function seenText(text: string): string | undefined {
  const seen = text.replace(UNSEEN, "").trim()
  return seen === "" ? undefined : seen
}

/** The pairs by key, the last of each; `undefined` when a key is too long. */
function pairsOf(body: string): ReadonlyMap<string, string> | undefined {
  const pairs = new Map<string, string>()
  for (const pair of body.split(":")) {
    const at = pair.indexOf("=")
    if (at < 0) continue
    const key = pair.slice(0, at).trim()
    if (key.length > MAX_KEY) return undefined
    if (KEY.test(key)) pairs.set(key, pair.slice(at + 1).trim())
  }
  return pairs
}

function isId(id: string): boolean {
  if (id.length > MAX_ID) return false
  const levels = id.split("/")
  return levels.length <= MAX_LEVELS && levels.every((level) => NAME.test(level))
}

/** A text that came as base64, "" for one that is absent; `undefined` when it may not be shown. */
function decoded(value: string | undefined, max: typeof MESSAGE): string | undefined {
  if (value === undefined) return ""
  if (value.length > max.encoded || !BASE64.test(value) || value.replace(/=+$/, "").length % 4 === 1) return undefined
  const bytes = Buffer.from(value, "base64")
  if (bytes.length > max.decoded || !isUtf8(bytes)) return undefined
  const text = bytes.toString("utf8")
  return CONTROL.test(text) ? undefined : text
}

/** What the data of the command says: the question whether the protocol is known, or a report; `undefined` for what is to be ignored. */
export function readStatus(data: string): StatusReport | "question" | undefined {
  if (data.trim() === "?") return "question"
  if (Buffer.byteLength(data) + FRAME_BYTES > MAX_REPORT_BYTES) return undefined
  const pairs = pairsOf(data)
  const state = STATES.get(pairs?.get("state") ?? "")
  if (pairs === undefined || state === undefined) return undefined
  const id = pairs.get("id")
  const app = pairs.get("app")
  if ((id !== undefined && !isId(id)) || (app !== undefined && app.length > MAX_NAME)) return undefined
  const message = decoded(pairs.get("msg"), MESSAGE)
  const title = decoded(pairs.get("title"), TITLE)
  if (message === undefined || title === undefined) return undefined
  return {
    state,
    id: id ?? "",
    ...given("kind", state === "blocked" ? KINDS.get(pairs.get("kind") ?? "") : undefined),
    ...given("message", seenText(message)),
    ...given("title", seenText(title)),
    ...given("app", app !== undefined && NAME.test(app) ? app : undefined),
    ...given("progress", state === "working" || state === "blocked" ? percent(pairs.get("progress")) : undefined),
  }
}

/** A percentage from 0 to 100; `undefined` for anything else. */
export function percent(text: string | undefined): number | undefined {
  return text !== undefined && PERCENT.test(text) ? Number(text) : undefined
}

/** A field that is left out where it has no value. */
export function given<K extends string, V>(name: K, value: V | undefined): { readonly [N in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in K]?: V })
}
