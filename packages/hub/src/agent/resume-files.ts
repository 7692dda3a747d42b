/**
 * What an agent's next process goes on from, written into the session's directory: the agent's own transcript as it was
 * mirrored into the log, and our messages for agents that cannot load one (docs/PROTOCOL.md, A-7).
 */
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { zstdDecompress } from "node:zlib"
import type { EventData } from "@holdfast/protocol/event"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { OpenSession } from "../session/OpenSession.ts"
import type { AgentCrew } from "./AgentCrew.ts"

const READ_BYTES = 1024 * 1024

const decompress = promisify(zstdDecompress)

/** Writes the files of a session that has something to go on from, and gives their paths. */
export async function writeResumeFiles(
  crew: AgentCrew,
  session: OpenSession,
  directory: string,
): Promise<{ readonly transcript?: string; readonly history?: string }> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  if (session.durable.agent?.lastTurn === undefined && session.durable.agent?.native === undefined) return {}
  const place = join(directory, "resume")
  await mkdir(place, { recursive: true, mode: 0o700 })
  const transcript = await write(crew, session, join(place, "transcript.jsonl"), "system", "transcript", transcriptLine)
  const history = await write(crew, session, join(place, "history.jsonl"), "message", "added", messageLine)
  return { ...(transcript === undefined ? {} : { transcript }), ...(history === undefined ? {} : { history }) }
}

/** Writes one line per event of a type; gives the path when there is any. The file is replaced as a whole. */
async function write(
  crew: AgentCrew,
  session: OpenSession,
  path: string,
  channel: string,
  type: string,
  lineOf: (data: unknown) => Promise<string>,
): Promise<string | undefined> {
  const draft = `${path}.new`
  const file = await open(draft, "w", 0o600)
  const lines = await writeLines(crew, session, file, { channel, type }, lineOf).finally(() => file.close())
  if (lines === 0) {
    await rm(draft, { force: true })
    return undefined
  }
  await rename(draft, path)
  return path
}

async function writeLines(
  crew: AgentCrew,
  session: OpenSession,
  file: FileHandle,
  filter: { readonly channel: string; readonly type: string },
  lineOf: (data: unknown) => Promise<string>,
): Promise<number> {
  let lines = 0
  let after = session.firstSeq - 1
  for (;;) {
    const { records, last, atHead } = await crew.run(crew.store.read(session.handle, { after, maxBytes: READ_BYTES, ...filter }))
    for (const bytes of records) {
      await file.write(`${await lineOf(decodeRecord(readRecord(bytes, 0)).data)}\n`)
      lines++
    }
    if (atHead || last <= after) return lines
    after = last
  }
}

const messageLine = (data: unknown): Promise<string> =>
  Promise.resolve(JSON.stringify((data as EventData["message/added"]).message))

async function transcriptLine(data: unknown): Promise<string> {
  const { key, base64 } = data as EventData["system/transcript"]
  const entries = (await decompress(Buffer.from(base64, "base64"))).toString()
  return `{"key":${JSON.stringify(key)},"entries":[${entries.replaceAll("\n", ",")}]}`
}
