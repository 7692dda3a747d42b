/**
 * Claude's own transcript, as it was mirrored into the session's log and written to a file for the next process.
 *
 * The key of an entry is `PROJECT/SESSION` for the session itself and `PROJECT/SESSION/SUBPATH` for its subagents, as the
 * files are named below `projects` of Claude's directory. It may be long: it is read piece by piece, and never held.
 */
import { stat } from "node:fs/promises"
import { LINE_MAX } from "@holdfast/adapter/agent-adapter"
import { readEntries } from "./json-lines.ts"
import { listAt, textAt } from "./read.ts"

/** Longest transcript that is loaded, in bytes. */
export const TRANSCRIPT_MAX = 512 * 1024 * 1024
/** Longest line of the file, in bytes: a batch of entries with its key. */
const BATCH_MAX = LINE_MAX + 64 * 1024

/** The key for one of Claude's files; `undefined` for another file. */
export function transcriptKey(path: string): string | undefined {
  const found = /[\\/]projects[\\/]([^\\/]+(?:[\\/].+)?)\.jsonl$/.exec(path)
  return found?.[1]?.replaceAll("\\", "/")
}

/** A mirrored transcript in its file. */
export interface ClaudeTranscript {
  readonly path: string
  readonly size: number
  readonly session: string
  readonly project: string
  /** Parts of the keys after the session; empty for the session itself. */
  readonly parts: ReadonlySet<string>
  /** Id of the session's last entry that has one. */
  readonly last: string | undefined
}

/** Entries that were mirrored together. */
export interface TranscriptPiece {
  readonly part: string
  readonly entries: ReadonlyArray<unknown>
}

/** The pieces of a session's transcript in order. Rejects with what reading throws, and when a line cannot be read. */
export async function* transcriptPieces({
  path,
  size,
  session,
}: Pick<ClaudeTranscript, "path" | "size" | "session">): AsyncGenerator<TranscriptPiece & { readonly project: string }, void> {
  let badLines = 0
  const pieces = readEntries(path, size, (progress) => (badLines = progress.badLines), BATCH_MAX)
  for await (const piece of pieces) {
    const [project = "", second, ...rest] = (textAt(piece, "key") ?? "").split("/")
    if (second === session && isInside(project)) yield { project, part: rest.join("/"), entries: listAt(piece, "entries") }
  }
  if (badLines > 0) throw new Error(`${badLines} of its lines cannot be read`)
}

/** Reads through the mirrored transcript of a session; `undefined` when there is nothing to continue from. Rejects with what reading throws. */
export async function lookThrough(path: string, session: string): Promise<ClaudeTranscript | undefined> {
  const { size } = await stat(path)
  if (size > TRANSCRIPT_MAX) return undefined
  const parts = new Set<string>()
  let project = ""
  let last: string | undefined
  let isSpoken = false
  for await (const piece of transcriptPieces({ path, size, session })) {
    project = piece.project
    parts.add(piece.part)
    if (piece.part !== "") continue
    last =
      textAt(
        piece.entries.findLast((entry) => textAt(entry, "uuid") !== undefined),
        "uuid",
      ) ?? last
    isSpoken ||= piece.entries.some((entry) => ["user", "assistant"].includes(textAt(entry, "type") ?? ""))
  }
  return isSpoken ? { path, size, session, project, parts, last } : undefined
}

/** Whether a part of a path leads nowhere else. */
export function isInside(part: string): boolean {
  return part.split(/[\\/]/).every((name) => name !== "" && name !== "." && name !== "..")
}
