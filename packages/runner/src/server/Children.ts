/** The children of a runner: started once per id, found by number, ended and forgotten. */
import { AdapterRefused } from "@holdfast/adapter/adapter"
import { OutputPool } from "../journal/OutputPool.ts"
import type { Emulators } from "../emulator/Emulators.ts"
import type { PtySpec } from "../pty/PtyAdapter.ts"
import type { Adapter } from "@holdfast/adapter/adapter"
import { agentEnvironment } from "@holdfast/adapter/process/agent-environment"
import type { AgentHosts } from "@holdfast/adapter/AgentHosts"
import type { ChildStatus, HubMessage, RunnerFailure } from "@holdfast/link/messages"
import type { RunnerSettings } from "@holdfast/link/settings"
import { Child } from "./Child.ts"

/** Ids of children become names of directories. */
const CHILD_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** What children need, and where they report. */
export interface ChildrenOptions {
  readonly generation: string
  readonly journalDirectory: string
  readonly settings: RunnerSettings
  readonly terminals: Adapter<PtySpec>
  readonly agents: AgentHosts
  readonly emulators: Emulators | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly grew: (child: number) => void
  readonly input: (child: number, client: string, number: number, failure: RunnerFailure | undefined) => void
  readonly problem: (tag: string, message: string | undefined, child?: number) => void
  readonly changed: () => void
}

const codeOf = (error: Error): string => ("code" in error ? String(error.code) : "")

/** The children. */
export class Children {
  readonly #options: ChildrenOptions
  readonly #byNumber = new Map<number, Child>()
  readonly #byId = new Map<string, Child>()
  /** Children whose journal cannot be written now. */
  readonly #troubled = new Set<number>()
  readonly #pool = new OutputPool()
  #last = 0

  constructor(options: ChildrenOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#byNumber.size
  }

  byNumber(number: number): Child | undefined {
    return this.#byNumber.get(number)
  }

  byId(id: string): Child | undefined {
    return this.#byId.get(id)
  }

  /** The child with a number; throws `AdapterRefused`. */
  need(number: number): Child {
    const child = this.#byNumber.get(number)
    if (child === undefined) throw new AdapterRefused("SessionNotReady", "this runner has no such child")
    return child
  }

  /** Starts a child; throws `AdapterRefused`, and then nothing ran and nothing is left. */
  start(message: Extract<HubMessage, { type: "start" }>): Child {
    const { settings, generation, emulators, terminals, environment } = this.#options
    if (!CHILD_ID.test(message.id)) throw new AdapterRefused("BadRequest", "a child's id has 1 to 64 letters, digits, - and _")
    if (this.#byNumber.size >= settings.childrenMax) {
      throw new AdapterRefused(
        "Busy",
        `this runner has its ${settings.childrenMax} children (setting childrenMax): end one first`,
      )
    }
    const number = this.#last + 1
    const child = new Child({
      number,
      id: message.id,
      session: message.session,
      kind: message.kind,
      emulators: message.kind === "agent" ? undefined : emulators,
      journal: {
        directory: this.#options.journalDirectory,
        memoryMax: settings.journalMemory,
        diskMax: settings.journalDisk,
        pool: this.#pool,
      },
      grew: () => this.#options.grew(number),
      input: (client, input, failure) => this.#options.input(number, client, input, failure),
      damaged: (error) => this.#options.problem("journal-damaged", error.message, number),
      trouble: (error) => this.#trouble(number, error),
      exited: () => this.#options.changed(),
    })
    const marker = `${generation}:${message.id}`
    const { session, environment: inherited = environment } = message
    if (message.kind === "agent") {
      const { agent } = message
      child.startAgent((journal) =>
        this.#options.agents.start(number, agent, agentEnvironment(inherited, session, marker, agent), journal),
      )
    } else {
      const { terminal } = message
      const spec = { terminal, session, marker, inputMax: settings.inputQueueMax, environment: inherited }
      child.start(terminal, message.scrollback, (sink) => terminals.start(spec, sink))
    }
    this.#last = number
    this.#byNumber.set(number, child)
    this.#byId.set(message.id, child)
    this.#options.changed()
    return child
  }

  #trouble(number: number, error: Error | undefined): void {
    if (error === undefined) {
      if (this.#troubled.delete(number) && this.#troubled.size === 0) this.#options.problem("Journal", undefined)
      return
    }
    this.#troubled.add(number)
    const full = codeOf(error) === "ENOSPC" || codeOf(error) === "EDQUOT"
    this.#options.problem(
      full ? "StorageFull" : "JournalUnwritable",
      full
        ? "the disk is full: children that print wait until the journal can be written again"
        : `the journal cannot be written (${error.message}): children that print wait`,
    )
  }

  /** Drops an ended child of which nothing is needed any more; others stay. */
  forget(number: number): void {
    const child = this.#byNumber.get(number)
    if (child === undefined || !child.done) return
    this.#byNumber.delete(number)
    this.#byId.delete(child.id)
    child.close(true).then(
      () => {
        this.#trouble(number, undefined)
        this.#options.changed()
      },
      (error: unknown) => this.#trouble(number, error instanceof Error ? error : new Error(String(error))),
    )
  }

  /** Ends every child and all they started; resolves with how many could not be ended. */
  async endAll(graceMillis: number): Promise<number> {
    const ends = await Promise.allSettled(Array.from(this.#byNumber.values(), (child) => child.end(graceMillis)))
    return ends.filter(({ status }) => status === "rejected").length
  }

  /**
   * Closes every journal: what the hub does not have yet is written to the files first; gives whether anything was left there. Without
   * `here` the directory is gone, or another's: then nothing is written there and nothing removed.
   */
  async leave(here: boolean): Promise<boolean> {
    let left = false
    for (const child of this.#byNumber.values()) {
      const keep = here && child.journal.acknowledged < child.journal.head
      try {
        if (keep) await child.journal.persist()
      } finally {
        await child.close(here && !keep)
      }
      left ||= keep
    }
    return left
  }

  statuses(): ReadonlyArray<ChildStatus> {
    return Array.from(this.#byNumber.values(), ({ status }) => status)
  }

  journalBytes(): { readonly memoryBytes: number; readonly diskBytes: number } {
    let memoryBytes = 0
    let diskBytes = 0
    for (const { journal } of this.#byNumber.values()) {
      memoryBytes += journal.memoryBytes
      diskBytes += journal.diskBytes
    }
    return { memoryBytes, diskBytes }
  }
}
