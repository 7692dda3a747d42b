/** What is imported of a session of Claude Code, as events in batches: the same ones whenever it is read. */
import { promisify } from "node:util"
import { zstdCompress } from "node:zlib"
import { jsonBytes } from "@holdfast/protocol/agent/cut"
import type { EventDraft } from "@holdfast/protocol/events"
import type { ClaudeSession } from "./sessions.ts"
import { claudeMessages, claudeTranscript, type TranscriptBatch } from "./transcripts.ts"

/** Most bytes of a batch, about, unless one event alone is longer. */
const BATCH_BYTES = 1024 * 1024

const compress = promisify(zstdCompress)

/** Messages for people first, then entries for Claude. Rejects with what reading throws. */
export async function* importBatches(source: ClaudeSession, by: string): AsyncGenerator<ReadonlyArray<EventDraft>, void> {
  let batch: Array<EventDraft> = []
  let bytes = 0
  for await (const draft of drafts(source, by)) {
    const size = jsonBytes(draft.data)
    if (batch.length > 0 && bytes + size > BATCH_BYTES) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(draft)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

async function* drafts(source: ClaudeSession, by: string): AsyncGenerator<EventDraft, void> {
  for await (const message of claudeMessages(source)) {
    const author = message.role === "user" ? { by } : {}
    yield { name: "message/added", data: { message: { ...message, ...author } }, isQuiet: true }
  }
  for await (const batch of claudeTranscript(source)) yield await transcriptDraft(batch)
}

async function transcriptDraft({ key, entries }: TranscriptBatch): Promise<EventDraft> {
  const bytes = await compress(entries.map((entry) => JSON.stringify(entry)).join("\n"))
  return { name: "system/transcript", data: { key, encoding: "zstd", entries: entries.length, base64: bytes.toString("base64") } }
}
