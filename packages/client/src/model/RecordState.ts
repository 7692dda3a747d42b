/**
 * A session's record, kept up to date by the session's own events (docs/protocol/rules.md, E-5, U-3).
 *
 * The feed brings records too, but at its own time: a message could be in the queue and in the transcript at once, or in
 * neither. So an attached session takes the record of its attach and evolves it with the hub's own function.
 */
import { evolve, evolveOutput } from "@holdfast/core/evolve"
import { sizeWith, EMPTY_QUEUE } from "@holdfast/core/agent/queue-item"
import type { AgentFacts } from "@holdfast/core/agent/agent-facts"
import { toSession } from "@holdfast/core/state"
import type { SessionState } from "@holdfast/core/state"
import type { Event } from "@holdfast/protocol/event"
import type { Session } from "@holdfast/protocol/session"

/** A record and what became of it. */
export class RecordState {
  readonly #bounds: Pick<Session, "firstSeq" | "change">
  /** Fields of a later version, which this one does not evolve, stay as they were. */
  readonly #later: Readonly<Record<string, unknown>>
  #state: SessionState
  #shown: Session | undefined

  constructor(record: Session) {
    const { firstSeq, change } = record
    this.#bounds = { firstSeq, change }
    this.#state = stateOf(record)
    const known = this.#made()
    const later = Object.entries(record).filter(([field]) => !Object.hasOwn(known, field) && !PASSING.has(field))
    this.#later = Object.fromEntries(later)
    this.#shown = record
  }

  /** Last seq that it reflects. */
  get seq(): number {
    return this.#state.lastSeq
  }

  /** The record as of that seq; the same object until something changes. */
  get record(): Session {
    this.#shown ??= Object.freeze(Object.assign(this.#made(), this.#later))
    return this.#shown
  }

  /** Takes an event; one that it reflects already changes nothing. */
  apply(event: Event): void {
    if (event.seq <= this.#state.lastSeq) return
    this.#become(evolve(this.#state, event, this.#state.id))
  }

  /** Takes output of a terminal. */
  applyOutput(seq: number, time: number): void {
    if (seq > this.#state.lastSeq) this.#become(evolveOutput(this.#state, seq, time))
  }

  #made(): Session {
    return toSession(this.#state, { ...this.#bounds, lastSeq: this.#state.lastSeq })
  }

  #become(state: SessionState | undefined): void {
    if (state === undefined) return
    this.#state = state
    this.#shown = undefined
  }
}

/** Fields that a record has only at times: an event may take them away. */
const PASSING = new Set(["archivedAt", "deletedAt", "purgeAt", "exitCode", "signal", "problem", "activity", "tasks"])

/** A state from which a record evolves as the hub's does. What a record does not show is absent. */
function stateOf(record: Session): SessionState {
  const { terminal, agent, ...rest } = record
  return {
    ...rest,
    unknown: 0,
    ...(terminal === undefined
      ? {}
      : {
          terminal: {
            spec: { ...terminal, env: [] },
            cols: terminal.cols,
            rows: terminal.rows,
            title: terminal.title,
            ...(terminal.resizedAt === undefined ? {} : { resizedAt: terminal.resizedAt }),
            ...(terminal.pid === undefined ? {} : { pid: terminal.pid }),
            ...(terminal.typist === undefined ? {} : { typist: terminal.typist }),
            ...(terminal.program === undefined ? {} : { program: terminal.program }),
            ...(terminal.lastCommand === undefined ? {} : { lastCommand: terminal.lastCommand }),
          },
        }),
    ...(agent === undefined ? {} : { agent: factsOf(record, agent) }),
  }
}

function factsOf({ turn, queue, permissions, tasks = [] }: Session, agent: NonNullable<Session["agent"]>): AgentFacts {
  const { name, adapter, cwd, options, ...shown } = agent
  return {
    ...shown,
    spec: { name, adapter, cwd, options, env: [] },
    wanted: agent.wanted ?? {},
    queue,
    queueSize: queue.reduce(sizeWith, EMPTY_QUEUE),
    permissions,
    tasks: tasks.map(({ status, waitsFor: _waitsFor, ...task }) => ({
      ...task,
      ...(status === "stopping" ? { stopping: 1 } : {}),
    })),
    rules: [],
    ...(turn.id === undefined ? {} : { turn: turnOf(turn.id, turn) }),
  }
}

const turnOf = (id: string, { startedAt = 0, interrupting, silentSince }: Session["turn"]): NonNullable<AgentFacts["turn"]> => ({
  id,
  from: 0,
  startedAt,
  ...(interrupting === true ? { interrupting: "person" } : {}),
  ...(silentSince === undefined ? {} : { silentSince }),
})
