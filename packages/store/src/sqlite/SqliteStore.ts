/**
 * The SQLite store: one database file in write-ahead mode.
 *
 * A worker thread owns the write connection and commits in groups; reads run here, on a connection of their own, each
 * bounded. What a read sees is durable: SQLite shows a commit only after its sync.
 */
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { SETTINGS } from "@holdfast/protocol/settings"
import {
  type AppendOutcome,
  type Claimed,
  type CreateOutcome,
  type CreateRequest,
  DataDamaged,
  NoSuchSession,
  Store,
  type StoreError,
  StoreFull,
  StoreTooNew,
  StoreUnusable,
} from "../Store.ts"
import { createEffect } from "../create-effect.ts"
import type { People, SeenMark } from "../People.ts"
import { NoteListeners } from "../NoteListeners.ts"
import { WAL_PAGES } from "./database.ts"
import { StoreReader } from "./store-reader.ts"
import type { OpenRefusal, WriterReply, WriterRequest } from "./wire.ts"
import { WriterClient, WriterRefused } from "./writer-client.ts"

/** How a SQLite store is opened. */
export interface SqliteStoreOptions {
  /** Path of the database file; its directory is made when it is missing. */
  readonly path: string
  /** What a durable event outlasts: `power` (a sync per commit, the default) or `process`. */
  readonly durability?: "power" | "process"
  /** Size of sealed pieces in bytes. */
  readonly sealBytes?: number
  /** Milliseconds each commit is held back; shows in tests that nothing is seen before it. */
  readonly commitDelay?: number
  /** Largest database file in pages of 4 KiB; makes a full disk in tests. */
  readonly maxPages?: number
  /** Pages of 4 KiB in the write-ahead log after which it is moved into the database; small in tests. */
  readonly walPages?: number
}

const opened = (refusal: OpenRefusal): StoreTooNew | StoreError => {
  switch (refusal._tag) {
    case "TooNew":
      return new StoreTooNew({ found: refusal.found, known: refusal.known, message: refusal.message })
    case "Full":
      return new StoreFull({ message: refusal.message })
    case "Unusable":
      return new StoreUnusable({ reason: refusal.reason, message: refusal.message })
  }
}

const openWriter = (options: SqliteStoreOptions): Effect.Effect<WriterClient, StoreTooNew | StoreError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: () =>
        WriterClient.open({
          path: options.path,
          durability: options.durability ?? "power",
          sealBytes: options.sealBytes ?? SETTINGS.sealBytes.default,
          commitDelay: options.commitDelay ?? 0,
          maxPages: options.maxPages ?? 0,
          walPages: options.walPages ?? WAL_PAGES,
        }),
      catch: (cause) =>
        cause instanceof WriterRefused ? opened(cause.refusal) : new StoreUnusable({ reason: "failed", message: String(cause) }),
    }),
    (writer) => Effect.promise(() => writer.close()),
  )

const openReader = (path: string): Effect.Effect<StoreReader, StoreUnusable, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => new StoreReader(new DatabaseSync(path, { readOnly: true, timeout: 5000 }), path),
      catch: (cause) => new StoreUnusable({ reason: "unreadable", message: `${path}: ${String(cause)}` }),
    }),
    (reader) => Effect.sync(() => reader.close()),
  )

/** The error a reply stands for when it is none of those the request expects. */
const unexpected = (reply: WriterReply): StoreError => {
  if (reply !== 0 && reply._tag === "StorageFull") return new StoreFull({ message: reply.message })
  const closed = reply !== 0 && reply._tag === "Failed" && reply.message === "the store is closed"
  return new StoreUnusable({
    reason: closed ? "closed" : "failed",
    message: reply !== 0 && "message" in reply ? reply.message : `unexpected answer ${JSON.stringify(reply)}`,
  })
}

const appended: AppendOutcome = { _tag: "Appended" }

function outcomeOf(reply: WriterReply): AppendOutcome {
  if (reply === 0) return appended
  switch (reply._tag) {
    case "Created":
    case "Exists":
    case "Claimed":
    case "Damaged":
    case "Purged":
    case "Leased":
    case "Noted":
    case "DocumentPut":
    case "Seen":
    case "Forgotten":
    case "Done":
      return { _tag: "Failed", message: `unexpected answer ${reply._tag}` }
    default:
      return reply
  }
}

/** How a creation ended, from what was asked for and what the writer says. */
function madeOf({ id, records, state }: CreateRequest, reply: WriterReply): CreateOutcome | StoreError {
  if (reply === 0) return unexpected(reply)
  if (reply._tag !== "Created") return reply._tag === "Exists" || reply._tag === "KeyConflict" ? reply : unexpected(reply)
  const { session, change, log } = reply
  const { record, inner } = state
  let bytes = 0
  for (const one of records) bytes += one.bytes.length
  const nextSeq = (records.at(-1)?.seq ?? 0) + 1
  return {
    _tag: "Created",
    claimed: { session, id, epoch: 1, firstSeq: 1, nextSeq, change, log, record, inner, bytes },
  }
}

/** Asks the writer for something; `take` is what its answer comes to, if it is one of those expected. */
type Ask = <A, E = never>(
  request: WriterRequest,
  take: (reply: WriterReply) => Effect.Effect<A, E> | undefined,
) => Effect.Effect<A, E | StoreError>

const asking =
  (writer: WriterClient): Ask =>
  <A, E = never>(request: WriterRequest, take: (reply: WriterReply) => Effect.Effect<A, E> | undefined) =>
    Effect.flatMap(
      Effect.callback<WriterReply>((resume) => writer.request(request, (reply) => resume(Effect.succeed(reply)))),
      (reply): Effect.Effect<A, E | StoreError> => take(reply) ?? Effect.fail(unexpected(reply)),
    )

const done = (reply: WriterReply): Effect.Effect<void> | undefined =>
  reply !== 0 && reply._tag === "Done" ? Effect.void : undefined

/** Notes and their readers. */
const notesOf = (ask: Ask, listeners: NoteListeners): Pick<Store["Service"], "openNotes" | "moveNotes" | "onNotes"> => ({
  openNotes: (reader) =>
    ask({ op: "openNotes", reader }, (reply) =>
      reply !== 0 && reply._tag === "Noted" ? Effect.succeed(reply.cursor) : undefined,
    ),
  moveNotes: (reader, cursor) => ask({ op: "moveNotes", reader, cursor }, done),
  onNotes: (listener) => listeners.add(listener),
})

/** What belongs to people. */
const peopleOf = (ask: Ask): Pick<People, "putDocument" | "putSeen" | "forgetPerson"> => ({
  putDocument: (request) =>
    ask({ op: "putDocument", request }, (reply) =>
      reply !== 0 && reply._tag === "DocumentPut" ? Effect.succeed(reply.outcome) : undefined,
    ),
  putSeen: (person, id, seq, back) =>
    ask({ op: "putSeen", person, id, seq, back }, (reply): Effect.Effect<SeenMark, NoSuchSession> | undefined => {
      if (reply === 0) return undefined
      if (reply._tag === "NotFound") return Effect.fail(new NoSuchSession({ session: id }))
      return reply._tag === "Seen" ? Effect.succeed(reply.mark) : undefined
    }),
  forgetPerson: (person) =>
    ask({ op: "forgetPerson", person }, (reply) =>
      reply !== 0 && reply._tag === "Forgotten" ? Effect.succeed(reply.more) : undefined,
    ),
})

const make = (options: SqliteStoreOptions) =>
  Effect.gen(function* () {
    const writer = yield* openWriter(options)
    const reader = yield* openReader(options.path)
    let appends = 0
    const listeners = new NoteListeners()

    const ask = asking(writer)

    const createThen: Store["Service"]["createThen"] = (request, tell) => {
      const { id, records, state, key, notes, trace } = request
      writer.requestWith(
        records,
        (piece) => ({ op: "create", id, piece, state, key, notes, trace }),
        (reply) => {
          const outcome = madeOf(request, reply)
          tell(outcome)
          if (notes !== undefined && outcome._tag === "Created") listeners.tell()
        },
      )
    }

    return Store.of({
      ...reader.effects,
      append: (request, tell) => {
        writer.append(request, (reply) => {
          const outcome = outcomeOf(reply)
          if (outcome._tag === "Appended") appends++
          tell(outcome)
          if (request.notes !== undefined && outcome._tag === "Appended") listeners.tell()
        })
      },
      create: createEffect(createThen),
      createThen,
      claim: (id) =>
        ask({ op: "claim", id }, (reply): Effect.Effect<Claimed, NoSuchSession | DataDamaged> | undefined => {
          if (reply === 0) return undefined
          if (reply._tag === "Claimed") return Effect.succeed(reply.claimed)
          if (reply._tag === "NotFound") return Effect.fail(new NoSuchSession({ session: id }))
          return reply._tag === "Damaged" ? Effect.fail(new DataDamaged({ session: id, message: reply.message })) : undefined
        }),
      putCheckpoint: (session, epoch, checkpoint) => ask({ op: "putCheckpoint", session, epoch, checkpoint }, done),
      trim: (session, epoch, through, notice) =>
        Effect.map(
          Effect.callback<WriterReply>((resume) =>
            writer.requestWith(
              [notice],
              (piece) => ({ op: "trim", session, epoch, through, piece }),
              (reply) => resume(Effect.succeed(reply)),
            ),
          ),
          outcomeOf,
        ),
      fold: (session, epoch, records) => {
        const ranges = records.map(({ from, seq, bytes }) => ({ from, seq, bytes })).sort((a, b) => a.from - b.from)
        return Effect.map(
          Effect.callback<WriterReply>((resume) =>
            writer.request({ op: "fold", session, epoch, ranges }, (reply) => resume(Effect.succeed(reply))),
          ),
          outcomeOf,
        )
      },
      purge: (now, limit) =>
        ask({ op: "purge", now, limit }, (reply) =>
          reply !== 0 && reply._tag === "Purged" ? Effect.succeed(reply.ids) : undefined,
        ),
      lease: (name, owner, now, ttl) =>
        ask({ op: "lease", name, owner, now, ttl }, (reply) =>
          reply !== 0 && reply._tag === "Leased" ? Effect.succeed(reply.token) : undefined,
        ),
      putSetting: (name, value) => ask({ op: "putSetting", name, value }, done),
      ...notesOf(ask, listeners),
      ...peopleOf(ask),
      stats: Effect.suspend(() =>
        writer.problem === undefined
          ? Effect.map(reader.totals, (totals) => ({ ...totals, commits: writer.commits, appends, waiting: writer.waiting }))
          : Effect.fail(new StoreUnusable({ reason: "failed", message: writer.problem })),
      ),
      settle: Effect.flatMap(
        Effect.callback<string | undefined>((resume) => writer.settle((problem) => resume(Effect.succeed(problem)))),
        (problem) =>
          problem === undefined ? Effect.void : Effect.fail(new StoreUnusable({ reason: "failed", message: problem })),
      ),
    })
  })

/** A SQLite store as a layer. Fails with `StoreTooNew`, `StoreFull` or `StoreUnusable` when it cannot be opened. */
export function layer(options: SqliteStoreOptions): Layer.Layer<Store, StoreTooNew | StoreError> {
  return Layer.effect(Store, make(options))
}
