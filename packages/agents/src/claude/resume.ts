/** What Claude's process begins with: its own session, what was said as context, or nothing. */
import { randomUUID } from "node:crypto"
import type { Resumed } from "@holdfast/protocol/agent/agent"
import type { AgentHost } from "../host/AgentHost.ts"
import { historyContext } from "../host/history.ts"
import type { ClaudeOptions } from "./options.ts"
import { bringHome, claudeHome, hasSession } from "./claude-home.ts"
import { lookThrough, type ClaudeTranscript, transcriptPieces } from "./transcript.ts"

/** Longest transcript that the SDK is given, in bytes, as it takes all of it at once. */
const GIVEN_MAX = 64 * 1024 * 1024

/** How it begins. */
export interface Beginning {
  readonly resumed: Resumed
  /** Claude's id of the session, from now on. */
  readonly native: string
  /** Options of the SDK for it. */
  readonly options: Readonly<Record<string, unknown>>
  /** What the first message is preceded by. */
  readonly context?: string
}

/** What the SDK asks for a transcript; it writes through the process's own output, so that nothing is appended here. */
const storeOf = (transcript: ClaudeTranscript | undefined): object => ({
  append: () => Promise.resolve(),
  load: ({ subpath = "" }: { readonly subpath?: string }) =>
    transcript?.parts.has(subpath) === true ? entriesOf(transcript, subpath) : Promise.resolve(null),
  listSubkeys: () => Promise.resolve([...(transcript?.parts ?? [])].filter((part) => part !== "")),
})

async function entriesOf(transcript: ClaudeTranscript, part: string): Promise<ReadonlyArray<unknown>> {
  const all: Array<ReadonlyArray<unknown>> = []
  for await (const piece of transcriptPieces(transcript)) if (piece.part === part) all.push(piece.entries)
  return all.flat()
}

/** The transcript that was mirrored, when it can be used; the log says why not. */
async function mirrored({ start, log }: AgentHost, native: string): Promise<ClaudeTranscript | undefined> {
  const path = start.resume?.transcript
  if (path === undefined) return undefined
  try {
    return await lookThrough(path, native)
  } catch (error) {
    log.say(`the transcript cannot be read: ${String(error)}`)
    return undefined
  }
}

async function isHome(host: AgentHost, home: string, transcript: ClaudeTranscript): Promise<boolean> {
  try {
    return await bringHome(home, host.start.cwd, transcript)
  } catch (error) {
    host.log.say(`Claude's directory cannot be used for the transcript: ${String(error)}`)
    return false
  }
}

/** Whether the SDK can be given a transcript; the log says why not. */
function fits({ log }: AgentHost, { size }: ClaudeTranscript): boolean {
  if (size <= GIVEN_MAX) return true
  log.say(`the transcript of ${size} bytes is not where Claude looks for it, and too long to be given to it`)
  return false
}

/** Decides how a process begins. */
export async function beginningOf(host: AgentHost, options: ClaudeOptions): Promise<Beginning> {
  const { start, environment } = host
  const home = claudeHome(environment)
  const native = start.resume?.native
  if (native !== undefined) {
    const transcript = await mirrored(host, native)
    const given = transcript !== undefined && !(await isHome(host, home, transcript)) ? transcript : undefined
    const can = given === undefined ? transcript !== undefined || hasSession(home, native, start.cwd) : fits(host, given)
    if (can) return { resumed: "resumed", native, options: { resume: native, sessionStore: storeOf(given) } }
  }
  const id = randomUUID()
  const history = start.resume?.history
  const context = history === undefined ? undefined : await historyContext(history, start.cwd)
  if (context !== undefined) {
    return { resumed: "replayed", native: id, context, options: { sessionId: id, sessionStore: storeOf(undefined) } }
  }
  const { resume, fork } = options
  if (resume === undefined || start.anew === true)
    return { resumed: "new", native: id, options: { sessionId: id, sessionStore: storeOf(undefined) } }
  const own = { resume, sessionStore: storeOf(undefined) }
  if (fork === true) return { resumed: "resumed", native: id, options: { ...own, forkSession: true, sessionId: id } }
  return { resumed: "resumed", native: resume, options: own }
}
