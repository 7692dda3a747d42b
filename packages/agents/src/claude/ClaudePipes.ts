/**
 * Claude's process between the host, which owns it, and the SDK, which speaks with it.
 *
 * Its output is cut into lines before the SDK sees it: a line without an end is bounded, what is no JSON goes to the log,
 * U+2028 and U+2029 are escaped because the SDK's reader would cut lines there, and the lines that mirror the transcript
 * are taken here, whatever home directory the process has.
 */
import { PassThrough } from "node:stream"
import { headOf } from "@holdfast/protocol/text-cut"
import { LINE_MAX } from "@holdfast/adapter/agent-adapter"
import type { AgentHost } from "../host/AgentHost.ts"
import { LineReader } from "../host/lines.ts"
import { listAt, textAt } from "./read.ts"
import { transcriptKey } from "./transcript.ts"

/** What the SDK wants to be started. */
export interface SpawnRequest {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly cwd?: string
  readonly env: Readonly<Record<string, string | undefined>>
}

const MIRROR = '{"type":"transcript_mirror"'
const SEPARATORS = /[\u2028\u2029]/
const LOGGED_MAX = 500

function escapeSeparators(line: string): string {
  return SEPARATORS.test(line) ? line.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029") : line
}

function mirror(host: AgentHost, line: string): void {
  try {
    const frame: unknown = JSON.parse(line)
    const key = transcriptKey(textAt(frame, "filePath") ?? "")
    if (key !== undefined) host.transcript(key, listAt(frame, "entries"))
  } catch (error) {
    host.log.say(`a part of the transcript cannot be read: ${headOf(String(error), LOGGED_MAX)}`)
  }
}

/** Starts Claude for the SDK; the object is what the SDK calls a spawned process. Throws `AdapterRefused`. */
export function spawnClaude(host: AgentHost, { command, args, cwd, env }: SpawnRequest): object {
  const set = Object.entries(env).flatMap(([name, value]): ReadonlyArray<[string, string]> =>
    value === undefined ? [] : [[name, value]],
  )
  const program = { command, args, cwd: cwd ?? host.start.cwd, environment: Object.fromEntries(set) }
  const { child } = host.spawn(program)
  const output = new PassThrough()
  const lines = new LineReader(LINE_MAX, {
    line: (line) => {
      if (line.startsWith(MIRROR)) mirror(host, line)
      else if (line.startsWith("{")) output.write(`${escapeSeparators(line)}\n`)
      else host.log.say(`a line that is not JSON is left out: ${headOf(line, LOGGED_MAX)}`)
    },
    tooLong: () => host.crash("AgentMalformed", `the agent sent a line of more than ${LINE_MAX} bytes`),
  })
  child.stdout.on("data", (bytes: Buffer) => lines.push(bytes))
  child.stdout.on("end", () => {
    if (lines.rest > 0) host.log.say(`the agent's last line is incomplete: ${lines.rest} bytes were dropped`)
    output.end()
  })
  child.stdout.on("close", () => output.end())
  return {
    stdin: child.stdin,
    stdout: output,
    get killed() {
      return child.killed
    },
    get exitCode() {
      return child.exitCode
    },
    get signalCode() {
      return child.signalCode
    },
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    on: child.on.bind(child),
    once: child.once.bind(child),
    off: child.off.bind(child),
  }
}
