/** Commands for a session's loop; those with a key are carried out once (docs/protocol/rules.md, S-6). */
import { createHash } from "node:crypto"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Command } from "@holdfast/core/decide"
import { decide } from "@holdfast/core/decide"
import type { DoorError } from "@holdfast/protocol/errors"
import type { EventDraft } from "@holdfast/protocol/events"
import type { AppendKey } from "@holdfast/store/Store"
import { keeperOf, type Principal } from "../Hub.ts"
import { fromCallback } from "./Fork.ts"
import type { OpenSession } from "./OpenSession.ts"
import { failureOf, keyConflict } from "./store-problem.ts"
import { doneAs, type Work, type WorkResult } from "./Work.ts"

/** Hash of a command's body: equal bodies have equal hashes. */
export function bodyHash(body: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(body, (_, value: unknown) => sorted(value)))
    .digest("base64url")
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

interface InFlight {
  readonly hash: string
  readonly waiters: Array<(result: WorkResult) => void>
}

/** Keyed commands under way, per session; entries leave when their command is answered. */
const underWay = new WeakMap<OpenSession, Map<string, InFlight>>()

/** A caller's key as it is kept: the same text of another credential is another key (H-22). Keys of the hub's own have no blank in them. */
export function keptKey(by: Pick<Principal, "credential" | "holder">, key: string): string {
  return `${keeperOf(by)} ${key}`
}

/** A command with who gave it and, for one that may be sent again, its key and what the key stands for. */
export interface Order {
  readonly command: Command
  readonly by: Principal
  readonly key?: string | undefined
  /** The command itself when absent. */
  readonly body?: unknown
}

/** Carries out an order in the session's loop; with a key once, ever. It continues although its caller went away. */
export function carryOut(session: OpenSession, { command, by, key, body = command }: Order, done: Done): void {
  const step: Step = { decide: (state) => decide(state, command), by: by.name }
  if (key === undefined) session.submit({ ...step, done })
  else once(session, step, { key: keptKey(by, key), hash: bodyHash(body) }, done)
}

/** What is durable of an order. */
export type Carried = Extract<WorkResult, { readonly _tag: "Done" }>

/** The same as an effect. */
export function carried(session: OpenSession, order: Order): Effect.Effect<Carried, DoorError> {
  return fromCallback((answer) => carryOut(session, order, (result) => answer(result._tag === "Refused" ? result.error : result)))
}

/** Appends events as they are, once, ever, under a key. */
export function appendOnce(
  session: OpenSession,
  events: ReadonlyArray<EventDraft>,
  key: AppendKey,
  by: string,
): Effect.Effect<void, DoorError> {
  return fromCallback((answer) =>
    once(session, { decide: () => ({ _tag: "Accepted", events }), by }, key, (result) =>
      answer(result._tag === "Refused" ? result.error : undefined),
    ),
  )
}

type Done = (result: WorkResult) => void
type Step = Pick<Work, "decide" | "by">

/** Work with a key: what is under way with the same key is waited for, what was done is not done again. */
function once(session: OpenSession, step: Step, key: AppendKey, done: Done): void {
  let keys = underWay.get(session)
  if (keys === undefined) underWay.set(session, (keys = new Map()))
  const flight = keys.get(key.key)
  if (flight !== undefined) {
    if (flight.hash === key.hash) flight.waiters.push(done)
    else done({ _tag: "Refused", error: keyConflict(key.key) })
    return
  }
  const waiters = [done]
  const map = keys
  map.set(key.key, { hash: key.hash, waiters })
  const answer = (result: WorkResult): void => {
    map.delete(key.key)
    for (const waiter of waiters) waiter(result)
  }
  const { context, handle } = session
  context.fork(context.store.keyed(handle, key.key), (exit) => {
    if (Exit.isFailure(exit)) return answer({ _tag: "Refused", error: failureOf(exit, context.report, session.id) })
    const known = exit.value
    if (known === undefined) session.submit({ ...step, key, done: answer })
    else if (known.hash !== key.hash) answer({ _tag: "Refused", error: keyConflict(key.key) })
    else answer(doneAs(known.first, known.last, undefined))
  })
}
