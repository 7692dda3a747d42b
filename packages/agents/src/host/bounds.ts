/**
 * Bounds of what an agent tells, so that each note fits into a frame of the runner's protocol. Whatever is left out is
 * said in the agent's log.
 */
import { AGENT_EVENTS } from "@holdfast/protocol/agent/agent-events"
import { cutJson, cutText, jsonBytes } from "@holdfast/protocol/agent/cut"
import type { AgentInfo } from "@holdfast/protocol/agent/agent"
import type { ParsedSubject } from "@holdfast/protocol/agent/permission-rule"
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"

/** Longest entries of a transcript in one note, and alone, in bytes of JSON. */
const TRANSCRIPT_NOTE_BYTES = 4 * 1024 * 1024
const TRANSCRIPT_ENTRY_BYTES = 7 * 1024 * 1024
const ASK_CUT = AGENT_EVENTS["permission/asked"].cut
/** Longest input of a request, and the longest request, in bytes of JSON. */
const ASK_INPUT_BYTES = 1024 * 1024
const ASK_BYTES = 2 * 1024 * 1024
const PARSED_BYTES = 16 * 1024
/** What a record has of a request as it is: its questions in bytes of JSON, its options, and ids in characters. */
const QUESTIONS_BYTES = 16 * 1024
const OPTIONS_MAX = 16
const OPTION_ID_MAX = 256
const ID_MAX = 512
/** Longest description that an agent gives of itself, in bytes of JSON. */
const INFO_BYTES = 512 * 1024

type Say = (text: string) => void

/** What an agent reports about itself, without its lists when they are too long. */
export function boundedInfo(info: AgentInfo, say: Say): AgentInfo {
  if (jsonBytes(info) <= INFO_BYTES) return info
  const { models, modes, commands, loaded, ...rest } = info
  void loaded
  say(
    `left out: ${models?.length ?? 0} models, ${modes?.length ?? 0} modes, ${commands?.length ?? 0} commands, what was loaded: too long`,
  )
  return jsonBytes(rest) <= INFO_BYTES ? rest : {}
}

/** What was parsed of a subject, the beginning of it when it is long; no rule allows what is not whole. */
function boundedSubject(parsed: ParsedSubject, whole: boolean): ParsedSubject {
  if (jsonBytes(parsed) <= PARSED_BYTES) return whole ? parsed : { ...parsed, literal: false }
  let room = PARSED_BYTES
  const fits = (part: unknown): boolean => (room -= jsonBytes(part)) > 0
  return parsed.type === "commands"
    ? { ...parsed, commands: parsed.commands.filter(fits), literal: false }
    : { ...parsed, paths: parsed.paths.filter(fits), literal: false }
}

/** A request with its texts and input cut; nothing when it is too long anyway. */
export function boundedAsk(request: PermissionAsk, say: Say): PermissionAsk | undefined {
  // What is cut cannot be seen whole, and no rule may answer for it.
  const whole = request.subject.length <= ASK_CUT["request.subject"] && jsonBytes(request.input) <= ASK_INPUT_BYTES
  const cut = {
    ...request,
    title: cutText(request.title, ASK_CUT["request.title"]),
    subject: cutText(request.subject, ASK_CUT["request.subject"]),
    input: cutJson(request.input, ASK_INPUT_BYTES),
    ...(request.parsed === undefined ? {} : { parsed: boundedSubject(request.parsed, whole) }),
  }
  const size = jsonBytes(cut)
  const { questions, options } = cut
  const answerable =
    jsonBytes(questions ?? "") <= QUESTIONS_BYTES &&
    options.length <= OPTIONS_MAX &&
    options.every(({ id }) => id.length <= OPTION_ID_MAX) &&
    [cut.id, cut.tool, cut.toolCallId ?? ""].every((id) => id.length <= ID_MAX)
  if (size <= ASK_BYTES && answerable) return cut
  say(`a permission request of ${size} bytes cannot be shown and is refused`)
  return undefined
}

/** Entries of a transcript, as many together as fit into a note; one that is too long alone is left out. */
export function* transcriptBatches(entries: ReadonlyArray<unknown>, say: Say): Generator<ReadonlyArray<unknown>, void, void> {
  let batch: Array<unknown> = []
  let bytes = 0
  for (const entry of entries) {
    const size = jsonBytes(entry)
    if (size > TRANSCRIPT_ENTRY_BYTES) {
      say(`a transcript entry of ${size} bytes is too long to keep`)
      continue
    }
    if (batch.length > 0 && bytes + size > TRANSCRIPT_NOTE_BYTES) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(entry)
    bytes += size
  }
  if (batch.length > 0) yield batch
}
