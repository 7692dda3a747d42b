/**
 * A process that works with a store until all is done or nothing succeeds any more: `power-child.ts ROOT SEED PAGES [leave]`.
 *
 * What it was told goes to the file ROOT/acks, which `faulty-disk.c` puts into its record at its place among the writes:
 * `+ SESSION SEQ` for an acknowledged append, `= SESSION SEQ` for a head that was read, `! TAG` for a failure, with `stats` and an error when it has that. With `leave`
 * it ends without closing the store. `ARM` follows the first background work. Its write-ahead log starts over after PAGES pages.
 */
import { openSync, writeSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Store } from "@holdfast/store/Store"
import { randomFrom } from "../sizes.ts"
import { sampleEvent, sampleId, sampleState, type StoreService } from "@holdfast/store/contract/sample"
import * as SqliteStore from "@holdfast/store/sqlite/SqliteStore"

const SESSIONS = 4
const WINDOW = 3
const APPENDS = 160
const CHORES_EVERY = 20
const FAILURES_MOST = 100

const [root = "", seed = "1", walPages = "60", leave = ""] = process.argv.slice(2)
const random = randomFrom(Number(seed))
const acks = openSync(join(root, "acks"), "a")
const tell = (line: string): void => void writeSync(acks, `${line}\n`)

let appended = 0
let failures = 0
let underWay = 0
let armed = false
/** What continues once the first background work is done; nothing else is under way then, so that no sync covers that work. */
const held: Array<() => void> = []
const over = (): boolean => appended >= APPENDS || failures >= FAILURES_MOST

/** Has the store fold, seal and sweep. */
const settle = (store: StoreService): void => {
  Effect.runCallback(store.settle, {
    onExit: () => {
      if (armed) return
      armed = true
      tell("ARM")
      for (const next of held.splice(0)) next()
    },
  })
}

/** Continues with `next` at once, or, when background work is to be first, after it. */
const proceed = (store: StoreService, next: () => void): void => {
  if (armed || appended < CHORES_EVERY) return next()
  held.push(next)
  if (underWay === 0) settle(store)
}

/** Appends to one session, `WINDOW` at a time, each seq until it is stored. */
const appendTo = (store: StoreService, n: number, session: number, epoch: number, nextSeq: number) =>
  Effect.callback<void>((resume) => {
    let seq = nextSeq
    let open = WINDOW
    const end = (): void => {
      if (--open === 0) resume(Effect.void)
    }
    const next = (): void => (over() ? end() : attempt(seq++))
    const attempt = (at: number): void => {
      const records = [sampleEvent(at, { text: "x".repeat(Math.floor(random() * 1500)) })]
      const key = { key: `key-${at}`, hash: `hash-${at}` }
      underWay++
      store.append({ session, epoch, records, key, journal: { runner: "r", child: "c", position: at } }, (outcome) => {
        underWay--
        if (outcome._tag === "Appended" || outcome._tag === "Repeated") {
          tell(`+ ${n} ${at}`)
          if (++appended % CHORES_EVERY === 0 && armed) settle(store)
          return proceed(store, next)
        }
        tell(`! ${outcome._tag}`)
        Effect.runCallback(store.stats, { onExit: (exit) => Exit.isFailure(exit) && tell(`stats ${String(exit.cause)}`) })
        if (outcome._tag !== "SeqConflict") failures++
        if (over()) return proceed(store, end)
        setTimeout(() => proceed(store, () => attempt(at)), outcome._tag === "SeqConflict" ? 5 : 50)
      })
    }
    for (let one = 0; one < WINDOW; one++) next()
  })

const look = (store: StoreService, n: number) =>
  Effect.gen(function* () {
    while (!over()) {
      const { lastSeq } = yield* store.head(sampleId(n))
      tell(`= ${n} ${lastSeq}`)
      yield* Effect.sleep(5)
    }
  })

const program = Effect.gen(function* () {
  const store = yield* Store
  const work = Effect.fnUntraced(function* (n: number) {
    const id = sampleId(n)
    yield* store.create({ id, records: [], state: sampleState(id), key: { key: `create-${n}`, hash: "h" } })
    const { session, epoch, nextSeq } = yield* store.claim(id)
    tell(`= ${n} ${nextSeq - 1}`)
    yield* appendTo(store, n, session, epoch, nextSeq)
  })
  yield* Effect.all(
    [...Array.from({ length: SESSIONS }, (_, at) => Effect.andThen(work(at + 1), Effect.void)), Effect.ignore(look(store, 1))],
    { concurrency: "unbounded" },
  )
  yield* Effect.ignore(store.settle)
  if (leave === "leave") process.exit(0)
})

const layer = SqliteStore.layer({ path: join(root, "data", "holdfast.db"), sealBytes: 4096, walPages: Number(walPages) })
const failed = (error: unknown) => Effect.sync(() => tell(`! ${String(error)}`))
await Effect.provide(program, layer).pipe(Effect.catch(failed), Effect.runPromise)
