/**
 * A permission request as a record holds it (docs/protocol/rules.md, P-13): what people need to know which one it is and to answer it.
 *
 * Bounded whatever the agent asked: a record is stored and sent with every change. The whole request lies in its event, `seq`.
 */
import { jsonBytes } from "@holdfast/protocol/agent/cut"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { EventData } from "@holdfast/protocol/events"
import { headOf, headOfBytes } from "@holdfast/protocol/text-cut"

/** Most bytes of a subject, and of what was parsed of it, in a record. */
const EXCERPT = 2048
/** The same when the requests of a session together hold more than `EXCERPTS`. */
const SHORT_EXCERPT = 256
const EXCERPTS = 64 * 1024
/** Longest title, and label of an option, in characters. */
const TITLE = 300
const LABEL = 120

const encoder = new TextEncoder()

const cut = (text: string, length: number): string => (text.length <= length ? text : `${headOf(text, length - 1)}…`)

const held = ({ subject, parsed, questions }: PermissionRequest): number =>
  jsonBytes(subject) + jsonBytes(parsed ?? "") + jsonBytes(questions ?? "")

/** The request of a `permission/asked` event beside the others of its session. */
export function toRequest(
  { request, turn, expiresAt }: EventData["permission/asked"],
  { seq, time }: { readonly seq: number; readonly time: number },
  others: ReadonlyArray<PermissionRequest>,
): PermissionRequest {
  const { input, subject, parsed, title, options, ...rest } = request
  const room = others.reduce((sum, other) => sum + held(other), 0) > EXCERPTS ? SHORT_EXCERPT : EXCERPT
  const shown = headOfBytes(subject, room)
  return {
    ...rest,
    title: cut(title, TITLE),
    subject: shown,
    ...(shown.length === subject.length ? {} : { subjectBytes: encoder.encode(subject).length }),
    ...(parsed === undefined || jsonBytes(parsed) > room ? {} : { parsed }),
    options: options.map((option) => ({ ...option, label: cut(option.label, LABEL) })),
    inputBytes: jsonBytes(input),
    seq,
    ...(turn === undefined ? {} : { turn }),
    askedAt: time,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
}
