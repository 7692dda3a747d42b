/**
 * A session of Claude Code as one of ours: its messages for people, its entries for Claude to continue from (row:A10).
 *
 * A transcript is a tree: going back in Claude Code leaves a branch. What leads to its last entry is imported, with all
 * results of the tools called on the way; where a link is missing, everything before it.
 */
import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { type Accumulator, emptyMessage } from "@holdfast/core/agent/accumulator"
import { jsonBytes } from "@holdfast/protocol/agent/cut"
import type { Message, TurnOutcome } from "@holdfast/protocol/agent/message"
import { MessageStream } from "../MessageStream.ts"
import { asJson, at, listAt, textAt } from "../read.ts"
import { isInterrupt, isPrompt, promptParts } from "./entries.ts"
import { readEntries, type ReadProgress } from "../json-lines.ts"
import type { ClaudeSession } from "./sessions.ts"

/** Most bytes of JSON in one batch of entries, unless one alone is longer. */
const BATCH_BYTES = 4 * 1024 * 1024

/** Entries for `system/transcript` under this key. */
export interface TranscriptBatch {
  readonly key: string
  readonly entries: ReadonlyArray<unknown>
}

/** What leads to the last entry; `undefined` members mean that all entries up to `from` belong to it. */
interface Path {
  readonly uuids: ReadonlySet<string>
  /** Entries before this number belong to it too: the links end there. */
  readonly from: number
}

async function pathOf({ path, size }: ClaudeSession): Promise<Path> {
  const parents = new Map<string, { readonly parent: string | undefined; readonly number: number }>()
  let last: string | undefined
  let number = 0
  for await (const entry of readEntries(path, size)) {
    number++
    const uuid = textAt(entry, "uuid")
    if (uuid === undefined || at(entry, "isSidechain") === true) continue
    parents.set(uuid, { parent: textAt(entry, "parentUuid") ?? textAt(entry, "logicalParentUuid"), number })
    if (["user", "assistant"].includes(textAt(entry, "type") ?? "")) last = uuid
  }
  const uuids = new Set<string>()
  let place: string | undefined = last
  let from = 0
  while (place !== undefined && !uuids.has(place)) {
    const known = parents.get(place)
    if (known === undefined) break
    uuids.add(place)
    from = known.parent !== undefined && !parents.has(known.parent) ? known.number : 0
    place = known.parent
  }
  return { uuids, from }
}

/** One turn while it is read. */
interface Turn {
  readonly accumulator: Accumulator
  readonly stream: MessageStream
  readonly calls: Set<string>
  readonly replies: Set<string>
  outcome: TurnOutcome
}

const timeOf = (entry: unknown, otherwise: number): number => {
  const time = Date.parse(textAt(entry, "timestamp") ?? "")
  return Number.isFinite(time) ? time : otherwise
}

function beginTurn(id: string, createdAt: number): Turn {
  const accumulator = emptyMessage(id, createdAt)
  const stream = new MessageStream(
    (chunk) => accumulator.tell(chunk),
    () => false,
  )
  stream.begin()
  return { accumulator, stream, calls: new Set(), replies: new Set(), outcome: "completed" }
}

/** A session's messages in order, people's and Claude's, one at a time; `progress` reports how far the file was read. Rejects with what reading throws. */
export async function* claudeMessages(
  session: ClaudeSession,
  progress?: (progress: ReadProgress) => void,
): AsyncGenerator<Message, void> {
  const { uuids, from } = await pathOf(session)
  let turn: Turn | undefined
  let number = 0
  for await (const entry of readEntries(session.path, session.size, progress)) {
    number++
    const uuid = textAt(entry, "uuid")
    if (uuid === undefined || at(entry, "isSidechain") === true) continue
    if (!uuids.has(uuid) && number >= from && !belongs(turn, entry)) continue
    if (isPrompt(entry)) {
      if (turn !== undefined && !turn.accumulator.isEmpty) yield ended(turn)
      turn = undefined
      yield { id: uuid, role: "user", parts: asJsonParts(promptParts(entry)), createdAt: timeOf(entry, session.modified) }
    } else if (textAt(entry, "type") === "assistant") {
      turn ??= beginTurn(uuid, timeOf(entry, session.modified))
      takeReply(turn, entry)
    } else if (turn !== undefined && textAt(entry, "type") === "user") takeResults(turn, entry)
  }
  if (turn !== undefined && !turn.accumulator.isEmpty) yield ended(turn)
}

const asJsonParts = (parts: ReadonlyArray<unknown>): Message["parts"] => parts.map(asJson)

/** Results of calls that are on the way, and the other blocks of such a reply, are on branches of their own. */
function belongs(turn: Turn | undefined, entry: unknown): boolean {
  if (turn === undefined) return false
  if (turn.replies.has(textAt(entry, "message", "id") ?? "")) return true
  return listAt(entry, "message", "content").some((block) => turn.calls.has(textAt(block, "tool_use_id") ?? ""))
}

function takeReply(turn: Turn, entry: unknown): void {
  const message = at(entry, "message")
  turn.replies.add(textAt(message, "id") ?? "")
  for (const block of listAt(message, "content")) {
    const id = textAt(block, "id")
    if (id !== undefined) turn.calls.add(id)
  }
  turn.outcome = at(entry, "isApiErrorMessage") === true ? "error" : "completed"
  turn.stream.assistant(message)
}

function takeResults(turn: Turn, entry: unknown): void {
  if (isInterrupt(entry)) turn.outcome = "interrupted"
  for (const block of listAt(entry, "message", "content")) {
    if (textAt(block, "type") === "tool_result") turn.stream.result(block, undefined)
  }
}

function ended({ accumulator, stream, outcome }: Turn): Message {
  stream.end()
  return accumulator.ended(outcome)
}

/** What Claude needs to continue from a session, as `system/transcript` events keep it: its own entries, then its subagents'. Rejects with what reading throws. */
export async function* claudeTranscript(
  session: ClaudeSession,
  progress?: (progress: ReadProgress) => void,
): AsyncGenerator<TranscriptBatch, void> {
  const key = `${session.project}/${session.id}`
  yield* batches(key, readEntries(session.path, session.size, progress))
  const beside = session.path.replace(/\.jsonl$/, "")
  const names = await readdir(beside, { recursive: true }).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return []
    throw error
  })
  for (const name of names.filter((found) => found.endsWith(".jsonl")).sort()) {
    const path = join(beside, name)
    const part = name.replace(/\.jsonl$/, "").replaceAll("\\", "/")
    yield* batches(`${key}/${part}`, readEntries(path, (await stat(path)).size))
  }
}

async function* batches(key: string, entries: AsyncIterable<unknown>): AsyncGenerator<TranscriptBatch, void> {
  let batch: Array<unknown> = []
  let bytes = 0
  for await (const entry of entries) {
    const size = jsonBytes(entry)
    if (batch.length > 0 && bytes + size > BATCH_BYTES) {
      yield { key, entries: batch }
      batch = []
      bytes = 0
    }
    batch.push(entry)
    bytes += size
  }
  if (batch.length > 0) yield { key, entries: batch }
}
