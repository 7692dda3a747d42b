/**
 * What happened in a session that a person would look for: messages, commands, requests and their answers, marks, ends
 * (docs/protocol/app-rules.md, APP-75). Pure.
 */
import type { InputPart } from "@holdfast/protocol/agent/message"
import { knownEvent } from "@holdfast/protocol/events"
import type { Event } from "@holdfast/protocol/event"
import { headOf } from "@holdfast/protocol/text-cut"

/** What a moment is. */
export type MomentKind = "message" | "command" | "asked" | "allowed" | "refused" | "cancelled" | "failed" | "mark" | "process"

/** One of them. */
export interface Moment {
  readonly seq: number
  /** Epoch milliseconds. */
  readonly time: number
  readonly kind: MomentKind
  /** One line. */
  readonly text: string
  readonly by?: string
  /** Id of the permission request that it is about. */
  readonly request?: string
}

/** Types of the events that are asked for; they are on several channels. */
export const MOMENT_TYPES: ReadonlyArray<string> = [
  "added",
  "edited",
  "taken",
  "asked",
  "answered",
  "cancelled",
  "ended",
  "command",
  "marked",
  "exit",
  "lost",
  "starting",
  "failed",
  "agent-lost",
  "agent-failed",
]

/** Their channels. */
export const MOMENT_CHANNELS: ReadonlyArray<string> = ["queue", "permission", "turn", "terminal", "session"]

const TEXT_MAX = 200

/** Makes moments of events in order. A message is one when the agent took it, with the words that it was queued with. */
export class MomentReader {
  readonly #queued = new Map<string, { readonly text: string; readonly by: string }>()
  readonly #asked = new Map<string, string>()

  /** The moment of the next event, if it is one. */
  take(event: Event): Moment | undefined {
    const known = knownEvent(event)
    const at = { seq: event.seq, time: event.time }
    switch (known?.name) {
      case "queue/added": {
        const { id, parts, by } = known.data.item
        this.#queued.set(id, { text: textOf(parts), by })
        return undefined
      }
      case "queue/edited": {
        const { messageId, parts } = known.data
        const queued = this.#queued.get(messageId)
        if (queued !== undefined) this.#queued.set(messageId, { ...queued, text: textOf(parts) })
        return undefined
      }
      case "queue/taken": {
        const message = this.#queued.get(known.data.messageId)
        this.#queued.delete(known.data.messageId)
        return {
          ...at,
          kind: "message",
          text: message?.text ?? "a message",
          ...(message === undefined ? {} : { by: message.by }),
        }
      }
      case "permission/asked": {
        const { id, title, subject } = known.data.request
        const text = lineOf(subject === "" ? title : subject)
        this.#asked.set(id, text)
        return { ...at, kind: "asked", text, request: id }
      }
      case "permission/answered": {
        const { requestId, decision } = known.data
        const kind = decision.allow ? "allowed" : "refused"
        const text =
          decision.allow && decision.subject !== undefined
            ? `${lineOf(decision.subject)} (edited)`
            : (this.#asked.get(requestId) ?? "a request")
        return { ...at, kind, text, by: decision.by, request: requestId }
      }
      case "permission/cancelled": {
        const { requestId } = known.data
        return { ...at, kind: "cancelled", text: this.#asked.get(requestId) ?? "a request", request: requestId }
      }
      case "turn/ended": {
        const { outcome, error } = known.data
        if (outcome === "completed") return undefined
        if (outcome === "interrupted") return { ...at, kind: "process", text: "stopped" }
        return { ...at, kind: "failed", text: lineOf(error?.message ?? "the turn failed") }
      }
      case "terminal/command": {
        const { line, milliseconds, exitCode = 0 } = known.data
        if (milliseconds === undefined) return { ...at, kind: "command", text: lineOf(line ?? "a command") }
        return exitCode === 0
          ? undefined
          : { ...at, kind: "failed", text: lineOf(`${line ?? "the command"}: exit code ${exitCode}`) }
      }
      case "session/marked":
        return { ...at, kind: "mark", text: lineOf(known.data.text), ...(event.by === undefined ? {} : { by: event.by }) }
      case "terminal/exit":
        return { ...at, kind: known.data.code === 0 ? "process" : "failed", text: `exited ${known.data.code}` }
      case "terminal/starting":
        return { ...at, kind: "process", text: "started again" }
      case "terminal/failed":
      case "terminal/lost":
      case "session/agent-lost":
      case "session/agent-failed":
        return { ...at, kind: "failed", text: lineOf(known.data.message) }
      default:
        return undefined
    }
  }
}

/** Requests that wait for an answer after an event. */
export function openAt(moments: ReadonlyArray<Moment>, seq: number): ReadonlyArray<Moment> {
  const open = new Map<string, Moment>()
  for (const moment of moments) {
    if (moment.seq > seq) break
    if (moment.request === undefined) continue
    if (moment.kind === "asked") open.set(moment.request, moment)
    else open.delete(moment.request)
  }
  return [...open.values()]
}

/** The message or command before a seq, or after it. */
export function messageBeside(moments: ReadonlyArray<Moment>, seq: number, step: 1 | -1): Moment | undefined {
  const said = ({ kind }: Moment): boolean => kind === "message" || kind === "command"
  return step === 1
    ? moments.find((moment) => said(moment) && moment.seq > seq)
    : moments.findLast((moment) => said(moment) && moment.seq < seq)
}

/** What a person wrote, in one line. */
function textOf(parts: ReadonlyArray<InputPart>): string {
  return lineOf(parts.map((part) => (part.type === "text" ? part.text : "")).join(" "))
}

/** Text in one line, cut where it is long. */
function lineOf(text: string): string {
  const line = text.replace(/\s+/g, " ").trim()
  return line.length > TEXT_MAX ? `${headOf(line, TEXT_MAX).trimEnd()}…` : line
}
