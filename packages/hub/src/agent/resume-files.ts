/**
 * What an agent's next process continues from, written into the session's directory: the agent's own transcript as it was
 * mirrored into the log, and our messages for agents that cannot load one (docs/protocol/rules.md, A-7).
 *
 * The files stay and grow, so that an agent that is started again waits for what is new and not for all that was ever said.
 */
import { type FileHandle, mkdir, open, readFile, rename, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { zstdDecompress } from "node:zlib"
import type { LeftOut } from "@holdfast/core/agent/agent-facts"
import { type KnownEvent, knownEvent } from "@holdfast/protocol/events"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { OpenSession } from "../session/OpenSession.ts"
import type { AgentContext } from "./AgentContext.ts"
import { READ_BYTES } from "../session/read-sizes.ts"

/** Ending of the file that says how far another one was written. */
const REACH = ".reach"

const decompress = promisify(zstdDecompress)

/** Writes the files of a session that has something to continue from, and gives their paths. */
export async function writeResumeFiles(
  context: AgentContext,
  session: OpenSession,
  directory: string,
): Promise<{ readonly transcript?: string; readonly history?: string }> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const { agent } = session.durable
  if (agent === undefined) return {}
  // What was imported has a memory of its own, what was forked begins with messages of another session.
  if (agent.lastTurn === undefined && agent.native === undefined && agent.renewed === undefined) return {}
  const place = join(directory, "resume")
  await mkdir(place, { recursive: true, mode: 0o700 })
  const { renewed } = agent
  const own = { channel: "system", type: "transcript", lineOf: transcriptLine, leftOut: [] }
  const ours = { channel: "message", type: "added", lineOf: messageLine, leftOut: renewed?.leftOut ?? [] }
  const transcript = await write(context, session, join(place, "transcript.jsonl"), own)
  const history = await write(context, session, join(place, "history.jsonl"), ours)
  return { ...(transcript === undefined ? {} : { transcript }), ...(history === undefined ? {} : { history }) }
}

/** How far a file was written: its lines and bytes are those of the events of a log up to a seq. */
interface Reach {
  readonly log: string
  /** Ranges of seqs that are left out of it, as JSON. */
  readonly leftOut: string
  readonly seq: number
  readonly bytes: number
  readonly lines: number
}

/** What a file is made of. */
interface Contents {
  readonly channel: string
  readonly type: string
  /** The line of an event; none for one that this version cannot read. */
  readonly lineOf: (event: KnownEvent | undefined) => Promise<string | undefined>
  readonly leftOut: ReadonlyArray<LeftOut>
}

/** Adds a line per event of a type that is not in the file yet; gives the path when there is any. */
async function write(context: AgentContext, session: OpenSession, path: string, contents: Contents): Promise<string | undefined> {
  const leftOut = JSON.stringify(contents.leftOut)
  const before = await reachOf(path, session, leftOut)
  const file = await open(path, before === undefined ? "w" : "r+", 0o600)
  try {
    const reach = before ?? { log: session.log, leftOut, seq: session.firstSeq - 1, bytes: 0, lines: 0 }
    await file.truncate(reach.bytes)
    const now = await writeLines(context, session, file, contents, reach)
    if (now.seq > reach.seq) await keepReach(path, file, now)
    return now.lines === 0 ? undefined : path
  } finally {
    await file.close()
  }
}

/** How far a file reaches, when it is one of this log, without just what is left out now, and whole. */
async function reachOf(path: string, { log, durableSeq }: OpenSession, leftOut: string): Promise<Reach | undefined> {
  try {
    const [text, { size }] = await Promise.all([readFile(`${path}${REACH}`, "utf8"), stat(path)])
    const { log: of, leftOut: without, seq, bytes, lines } = (JSON.parse(text) ?? {}) as Partial<Reach>
    if (of !== log || without !== leftOut || seq === undefined || bytes === undefined || lines === undefined) return undefined
    return seq <= durableSeq && bytes <= size ? { log, leftOut, seq, bytes, lines } : undefined
  } catch (error) {
    // Not there, or damaged: then it is written again.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}

/** Says how far a file reaches once what it says is on disk; until then it reaches as far as before. */
async function keepReach(path: string, file: FileHandle, reach: Reach): Promise<void> {
  await file.datasync()
  const draft = `${path}${REACH}.new`
  await writeFile(draft, JSON.stringify(reach), { mode: 0o600 })
  await rename(draft, `${path}${REACH}`)
}

async function writeLines(
  context: AgentContext,
  session: OpenSession,
  file: FileHandle,
  { channel, type, lineOf, leftOut }: Contents,
  { seq, bytes, lines, ...kept }: Reach,
): Promise<Reach> {
  for (;;) {
    const range = { after: seq, maxBytes: READ_BYTES, channel, type }
    const { records, last, atHead } = await context.run(context.store.read(session.handle, range))
    for (const record of records) {
      const view = readRecord(record, 0)
      if (leftOut.some(({ from, to }) => view.seq >= from && view.seq <= to)) continue
      const text = await lineOf(knownEvent(decodeRecord(view)))
      if (text === undefined) continue
      const line = Buffer.from(`${text}\n`)
      await file.write(line, 0, line.length, bytes)
      bytes += line.length
      lines++
    }
    if (last <= seq) return { ...kept, seq, bytes, lines }
    seq = last
    if (atHead) return { ...kept, seq, bytes, lines }
  }
}

async function messageLine(known: KnownEvent | undefined): Promise<string | undefined> {
  return known?.name === "message/added" ? JSON.stringify(known.data.message) : undefined
}

async function transcriptLine(known: KnownEvent | undefined): Promise<string | undefined> {
  if (known?.name !== "system/transcript") return undefined
  const { key, base64 } = known.data
  const entries = (await decompress(Buffer.from(base64, "base64"))).toString()
  return `{"key":${JSON.stringify(key)},"entries":[${entries.replaceAll("\n", ",")}]}`
}
