/**
 * Sessions in memory, changed by the rules of a hub: what is asked is decided, and what was decided evolves the state
 * (`@holdfast/core`). Nothing runs.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Random from "effect/Random"
import { type Command, decide } from "@holdfast/core/decide"
import { evolve } from "@holdfast/core/evolve"
import { type SessionState, toSession } from "@holdfast/core/state"
import type { Channel, Event } from "@holdfast/protocol/event"
import type { EventData } from "@holdfast/protocol/events"
import { uuidV7 } from "@holdfast/protocol/ids"
import type { CreateSession, Session } from "@holdfast/protocol/session"
import { HoldfastError } from "../errors.ts"
import { type SessionsError, sessionsError } from "./errors.ts"
import type { BatchChange } from "./sessions-shape.ts"

/** An event as a test appends it. */
export interface TestEvent {
  readonly channel: Channel
  readonly type: string
  readonly data?: Event["data"]
  readonly turn?: string
}

/** Something that happened. */
export interface Happened {
  readonly session: string
  readonly event: Event
}

/** One session with its log. */
export interface Kept {
  state: SessionState
  readonly events: Array<Event>
}

/** Milliseconds that a session stays in the trash. */
const PURGE_AFTER = 30 * 24 * 60 * 60 * 1000

/** The sessions. */
export class MemorySessions {
  readonly happened: PubSub.PubSub<Happened>
  readonly #kept = new Map<string, Kept>()
  readonly #keys = new Map<string, string>()
  #change = 0
  #failing: { times: number; readonly tag: string; readonly message: string } | undefined
  /** Calls so far. */
  calls = 0

  constructor(happened: PubSub.PubSub<Happened>) {
    this.happened = happened
  }

  /** Every session by its id. */
  get all(): ReadonlyMap<string, Kept> {
    return this.#kept
  }

  /** The record of a session. */
  shown({ state }: Kept): Session {
    return toSession(state, { firstSeq: 1, lastSeq: state.lastSeq, change: this.#change })
  }

  /** Has the next calls fail. */
  failNext(times: number, tag: string, message: string): void {
    this.#failing = { times, tag, message }
  }

  /** Counts a call; it fails if it is one of those that are to. */
  called(session?: string): Effect.Effect<void, SessionsError> {
    return Effect.suspend(() => {
      this.calls++
      const failing = this.#failing
      if (failing === undefined || failing.times === 0) return Effect.void
      failing.times--
      return Effect.fail(sessionsError(new HoldfastError(failing.tag, failing.message), session))
    })
  }

  /** Finds a session. */
  found(session: string): Effect.Effect<Kept, SessionsError> {
    return Effect.suspend(() => {
      const one = this.#kept.get(session)
      if (one !== undefined) return Effect.succeed(one)
      return Effect.fail(sessionsError(new HoldfastError("SessionNotFound", "there is no session with this id", { session })))
    })
  }

  /** Makes a session, once for each key. */
  create(request: CreateSession, key: string): Effect.Effect<Session> {
    return Effect.suspend(() => {
      const known = this.#kept.get(this.#keys.get(key) ?? "")
      if (known !== undefined) return Effect.succeed(this.shown(known))
      return Effect.gen({ self: this }, function* () {
        const random = yield* Effect.all(Array.from({ length: 10 }, () => Random.nextIntBetween(0, 256)))
        const id = uuidV7(yield* Clock.currentTimeMillis, Uint8Array.from(random))
        this.#keys.set(key, id)
        yield* this.append(id, { channel: "session", type: "created", data: createdOf(request) as unknown as Event["data"] })
        return yield* Effect.orDie(Effect.map(this.found(id), (one) => this.shown(one)))
      })
    })
  }

  /** Changes a session; says whether there was anything to change. */
  change(session: string, to: BatchChange): Effect.Effect<boolean, SessionsError> {
    return Effect.gen({ self: this }, function* () {
      const { state } = yield* this.found(session)
      const decision = decide(state, commandOf(to, yield* Clock.currentTimeMillis))
      if (decision._tag === "Rejected") {
        const { _tag: tag, message } = decision.rejection
        return yield* Effect.fail(sessionsError(new HoldfastError(tag, message), session))
      }
      for (const { name, data } of decision.events) {
        const [channel, type = ""] = name.split("/")
        yield* this.append(session, { channel: channel as Channel, type, data: data as Event["data"] })
      }
      return decision.events.length > 0
    })
  }

  /** Appends an event to a session's log. */
  append(session: string, { data = {}, ...event }: TestEvent): Effect.Effect<Event> {
    return Effect.flatMap(Clock.currentTimeMillis, (time) => {
      const one = this.#kept.get(session)
      const made: Event = { seq: (one?.state.lastSeq ?? 0) + 1, time, ...event, data }
      const state = evolve(one?.state, made, session)
      if (state === undefined) return Effect.succeed(made)
      this.#change++
      if (one === undefined) this.#kept.set(session, { state, events: [made] })
      else {
        one.state = state
        one.events.push(made)
      }
      return Effect.as(PubSub.publish(this.happened, { session, event: made }), made)
    })
  }
}

function commandOf(to: BatchChange, now: number): Command {
  if (!("status" in to)) {
    const { key: _, ...fields } = to
    return { _tag: "Update", ...fields }
  }
  if (to.status === "archived") return { _tag: "Archive" }
  return to.status === "deleted" ? { _tag: "Delete", purgeAt: now + PURGE_AFTER } : { _tag: "Restore" }
}

/** What a create comes to where nothing is started. */
function createdOf(request: CreateSession): EventData["session/created"] {
  const { kind, label, tags = [], agent = "scripted", command = "sh", args = [], cwd = "/", options = {} } = request
  const about = { kind, label: label ?? (kind === "agent" ? agent : command), tags, owner: "test" }
  if (kind === "agent") return { ...about, agent: { name: agent, adapter: "scripted", cwd, env: [], options } }
  const { cols = 80, rows = 24, term = "xterm-256color" } = request
  return { ...about, terminal: { command, args, cwd, env: [], term, cols, rows } }
}
