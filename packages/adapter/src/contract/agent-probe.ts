/** An agent under test: its notes as they come, and waiting for them without sleeping. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { headOf } from "@holdfast/protocol/text-cut"
import type { ChildExit } from "../adapter.ts"
import type { AgentAdapter, AgentHandle } from "../agent-adapter.ts"
import { agentEnvironment } from "../process/agent-environment.ts"
import type { AgentInstruction, AgentNote, AgentStart, PermissionOutcome } from "@holdfast/link/agent-messages"

type Note<T extends AgentNote["type"]> = Extract<AgentNote, { readonly type: T }>

const WAIT_MILLIS = 15_000

/** A person's yes. */
export const YES: PermissionOutcome = { type: "answered", optionId: "allow", allow: true }

/** Directories of one agent: `cwd` to work in, `session` for its log. */
export interface AgentDirectories {
  readonly cwd: string
  readonly session: string
  readonly dispose: () => void
}

/** Makes them in the system's place for temporary files. */
export function agentDirectories(): AgentDirectories {
  const root = mkdtempSync(join(tmpdir(), "holdfast-agent-"))
  const [cwd, session] = [join(root, "work"), join(root, "session")]
  for (const path of [cwd, session]) mkdirSync(path)
  return { cwd, session, dispose: () => rmSync(root, { recursive: true, force: true }) }
}

/** A start in these directories, of the scripted agent unless `change` says another. */
export function probeStart({ cwd, session }: AgentDirectories, change: Partial<AgentStart> = {}): AgentStart {
  return {
    adapter: "scripted",
    name: "scripted",
    cwd,
    env: {},
    options: { permissions: "allow", pace: 0 },
    directory: session,
    interruptGrace: 10_000,
    startTimeout: 10_000,
    ...change,
  }
}

let probes = 0

/** One agent and what it reported. */
export class AgentProbe {
  readonly notes: Array<AgentNote> = []
  readonly marker = `probe:${process.pid}-${++probes}`
  readonly handle: AgentHandle
  exit: ChildExit | undefined
  /** Calls of the sink after the exit. */
  late = 0
  readonly #looks = new Set<() => void>()
  #messages = 0

  constructor(adapter: AgentAdapter, start: AgentStart) {
    const environment = agentEnvironment(process.env, "session", this.marker, start)
    this.handle = adapter.start(start, environment, {
      note: (note) => this.#heard(() => this.notes.push(note)),
      exit: (exit) => this.#heard(() => (this.exit = exit)),
    })
  }

  #heard(act: () => void): void {
    if (this.exit !== undefined) this.late += 1
    act()
    for (const look of this.#looks) look()
  }

  /** Resolves once `look` finds something in what was reported so far; fails with `what` after a while. */
  until<T>(what: string, look: () => T | undefined | false, millis = WAIT_MILLIS): Promise<T> {
    return new Promise((resolve, reject) => {
      const again = (): void => {
        const found = look()
        if (found === undefined || found === false) return
        clearTimeout(timer)
        this.#looks.delete(again)
        resolve(found)
      }
      const timer = setTimeout(() => {
        this.#looks.delete(again)
        reject(new Error(`not within ${millis} ms: ${what}; told: ${headOf(JSON.stringify(this.notes), 3000)}`))
      }, millis)
      this.#looks.add(again)
      again()
    })
  }

  of<T extends AgentNote["type"]>(type: T): ReadonlyArray<Note<T>> {
    return this.notes.filter((note): note is Note<T> => note.type === type)
  }

  /** Hands a message over as a new turn, or into `turn`; gives both ids. */
  send(text: string, turn?: string): { readonly id: string; readonly turn: string } {
    return this.sendParts([{ type: "text", text }], turn)
  }

  sendParts(
    parts: Extract<AgentInstruction, { type: "deliver" }>["parts"],
    turn?: string,
  ): { readonly id: string; readonly turn: string } {
    const number = ++this.#messages
    const ids = { id: `m${number}`, turn: turn ?? `t${number}` }
    this.handle.command({ type: "deliver", messageId: ids.id, turn: ids.turn, parts, steer: turn !== undefined })
    return ids
  }

  ready(): Promise<Note<"ready">> {
    return this.until("ready", () => this.of("ready")[0])
  }

  ended(turn: string, millis?: number): Promise<Note<"turn-ended">> {
    return this.until(`the end of ${turn}`, () => this.of("turn-ended").find((note) => note.turn === turn), millis)
  }

  gone(millis?: number): Promise<ChildExit> {
    return this.until("the exit", () => this.exit, millis)
  }

  /** The permission request with this place among all. */
  asked(index = 0): Promise<Note<"asked">["request"]> {
    return this.until(`request ${index}`, () => this.of("asked")[index]?.request)
  }

  chunks(turn?: string): ReadonlyArray<AgentChunk> {
    return this.of("chunks").flatMap((note) => (turn === undefined || note.turn === turn ? note.chunks : []))
  }

  /** Text of a turn, or of all. */
  text(turn?: string): string {
    return this.chunks(turn)
      .map((chunk) => (chunk.type === "text-delta" ? chunk.delta : ""))
      .join("")
  }

  /** Resolves once the text of a turn holds something. */
  says(text: string, turn?: string): Promise<true> {
    return this.until(`text ${JSON.stringify(text)}`, () => this.text(turn).includes(text))
  }
}
