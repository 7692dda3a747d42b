/**
 * A station: the SQLite store, filled and loaded without a hub.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { encodeEvent } from "@holdfast/protocol/record"
import * as SqliteStore from "@holdfast/store/sqlite/SqliteStore"
import { type AppendOutcome, type Claimed, Store } from "@holdfast/store/Store"
import { MARK_TEXT } from "../load/payload.ts"
import { drain, pump, timed } from "../load/pump.ts"
import { answer } from "../process/station.ts"
import { quantile } from "../statistics.ts"
import { sessionSeed } from "@holdfast/testkit/session-seed"

interface Open {
  readonly store: Store["Service"]
  readonly scope: Scope.Closeable
  readonly sessions: Array<{ readonly claimed: Claimed; next: number }>
}
let opened: Open | undefined

function open(): Open {
  if (opened === undefined) throw new Error("the store is not open")
  return opened
}

/** Appends `count` marks to a session in one request; resolves when they are durable. */
const append = ({ store, sessions }: Open, at: number, count: number): Promise<void> =>
  new Promise((done, fail) => {
    const session = sessions[at % sessions.length]
    if (session === undefined) return fail(new Error("no session"))
    const time = Date.now()
    const records = Array.from({ length: count }, () =>
      encodeEvent({ seq: session.next++, time, channel: "session", type: "marked", by: "owner", data: { text: MARK_TEXT } }),
    )
    store.append({ session: session.claimed.session, epoch: session.claimed.epoch, records }, (outcome: AppendOutcome) => {
      if (outcome._tag === "Appended") done()
      else fail(new Error(`append: ${JSON.stringify(outcome)}`))
    })
  })

answer({
  open: async (fields) => {
    const directory = String(fields["directory"])
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const scope = await Effect.runPromise(Scope.make())
    const context = await Effect.runPromise(
      Layer.buildWithScope(SqliteStore.layer({ path: join(directory, "holdfast.sqlite") }), scope),
    )
    opened = { store: Context.get(context, Store), scope, sessions: [] }
    return {}
  },
  sessions: async (fields) => {
    const { store, sessions } = open()
    let last = ""
    await drain(1000, Number(fields["count"]), async (at) => {
      const seed = sessionSeed(at)
      const made = await Effect.runPromise(store.create(seed))
      if (made._tag !== "Created") throw new Error(`create: ${made._tag}`)
      sessions.push({ claimed: made.claimed, next: made.claimed.nextSeq })
      last = seed.id
    })
    return { last }
  },
  /** A long log in the session that was made last. */
  log: async (fields) => {
    const all = open()
    const count = Number(fields["count"])
    const last = all.sessions.at(-1)
    if (last === undefined) throw new Error("no session")
    const one: Open = { ...all, sessions: [last] }
    await drain(8, Math.ceil(count / 500), () => append(one, 0, 500))
    await Effect.runPromise(all.store.settle)
    return {}
  },
  batches: async (fields) => {
    const all = open()
    const batch = Number(fields["batch"])
    let at = 0
    const { done, milliseconds } = await pump(1, Number(fields["milliseconds"]), async () => {
      await Promise.all(Array.from({ length: batch }, () => append(all, at++, 1)))
    })
    return { rate: (done * batch * 1000) / milliseconds }
  },
  singles: async (fields) => ({ p50: quantile(await timed(Number(fields["count"]), () => append(open(), 0, 1)), 0.5) }),
  close: async () => {
    await Effect.runPromise(Scope.close(open().scope, Exit.void))
    return {}
  },
})
