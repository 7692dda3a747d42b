/** What Claude's process begins with: its own session, what was said as context, or nothing. */
import { randomUUID } from "node:crypto"
import type { Resumed } from "@holdfast/protocol/agent/agent"
import type { AgentHost } from "../agent/AgentHost.ts"
import { historyContext } from "../agent/history.ts"
import type { ClaudeOptions } from "./options.ts"
import { bringHome, claudeHome, hasSession, readTranscript, type Transcript } from "./transcript.ts"

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
const storeOf = (transcript: Transcript | undefined): object => ({
  append: () => Promise.resolve(),
  load: ({ subpath }: { readonly subpath?: string }) => Promise.resolve(transcript?.parts.get(subpath ?? "") ?? null),
  listSubkeys: () => Promise.resolve([...(transcript?.parts.keys() ?? [])].filter((part) => part !== "")),
})

/** The transcript that was mirrored, when it can be used; the log says why not. */
function mirrored({ start, log }: AgentHost, native: string): Transcript | undefined {
  const path = start.resume?.transcript
  if (path === undefined) return undefined
  try {
    return readTranscript(path, native)
  } catch (error) {
    log.say(`the transcript cannot be read: ${String(error)}`)
    return undefined
  }
}

function isHome(host: AgentHost, home: string, native: string, transcript: Transcript): boolean {
  try {
    return bringHome(home, native, host.start.cwd, transcript)
  } catch (error) {
    host.log.say(`Claude's directory cannot be used for the transcript: ${String(error)}`)
    return false
  }
}

/** Decides how a process begins. */
export function beginningOf(host: AgentHost, options: ClaudeOptions): Beginning {
  const { start, environment } = host
  const home = claudeHome(environment)
  const native = start.resume?.native
  if (native !== undefined) {
    const transcript = mirrored(host, native)
    const given = transcript !== undefined && !isHome(host, home, native, transcript) ? transcript : undefined
    if (transcript !== undefined || hasSession(home, native, start.cwd)) {
      return { resumed: "resumed", native, options: { resume: native, sessionStore: storeOf(given) } }
    }
  }
  const id = randomUUID()
  const history = start.resume?.history
  const context = history === undefined ? undefined : historyContext(history)
  if (context !== undefined) {
    return { resumed: "replayed", native: id, context, options: { sessionId: id, sessionStore: storeOf(undefined) } }
  }
  const { resume, fork } = options
  if (resume === undefined) return { resumed: "new", native: id, options: { sessionId: id, sessionStore: storeOf(undefined) } }
  const own = { resume, sessionStore: storeOf(undefined) }
  if (fork === true) return { resumed: "resumed", native: id, options: { ...own, forkSession: true, sessionId: id } }
  return { resumed: "resumed", native: resume, options: own }
}
