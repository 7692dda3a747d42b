/**
 * What a terminal showed after an event of its log: drawn again from the nearest picture before it, as a player needs it
 * (docs/protocol/rules.md, T-59). Nothing of the running terminal is asked, so that looking at the past disturbs no one.
 */
import * as Effect from "effect/Effect"
import { EMPTY_SCREEN } from "@holdfast/core/terminal/empty-screen"
import { type DoorError, SessionNotReady, Unavailable, Unprocessable } from "@holdfast/protocol/errors"
import { decodeRecord, RECORD_OUTPUT, readRecord } from "@holdfast/protocol/record"
import type { PastScreen } from "@holdfast/protocol/history"
import type { Session } from "@holdfast/protocol/session"
import type { Head } from "@holdfast/store/Store"
import type { RequestContext } from "../child/KindContext.ts"
import { Gate } from "../session/Gate.ts"
import { READ_BYTES } from "../session/read-sizes.ts"
import { type AnyStoreError, storeProblem } from "../session/store-problem.ts"
import type { PastScreens, Redrawn } from "./PastScreens.ts"
import { type PictureAt, PictureCache } from "./PictureCache.ts"

/** Bytes of output after which a picture is kept on the way. */
const KEEP_EVERY = 256 * 1024

/** Bytes that are read at a time: others get their turn in between. */
const STEP_BYTES = Math.min(READ_BYTES, KEEP_EVERY)

/** Pasts that are drawn at a time, and milliseconds for one: a long one does not keep the others waiting. */
const AT_ONCE = 3
const TIME_LIMIT = 20_000

const EMPTY = new Uint8Array(0)

/** The past of terminals. */
export class PastTerminals {
  readonly #core: RequestContext
  readonly #screens: PastScreens
  readonly #cache = new PictureCache()
  readonly #gate = new Gate(AT_ONCE)

  constructor(core: RequestContext, screens: PastScreens) {
    this.#core = core
    this.#screens = screens
  }

  /** The screen of a terminal after an event, the last one that is there when `seq` is beyond it. */
  at(id: string, seq: number): Effect.Effect<PastScreen, DoorError> {
    const { store } = this.#core
    const draw = Effect.gen({ self: this }, function* () {
      const record = yield* store.get(id)
      const head = yield* store.head(id)
      if (record.terminal === undefined) return yield* noTerminal(record)
      const to = Math.min(seq, head.lastSeq)
      const picture = yield* this.#draw(record, head, to)
      const { cols, rows, time, screen } = picture
      return { seq: to, time, cols, rows, base64: Buffer.from(screen).toString("base64") }
    }).pipe(
      Effect.mapError((error) =>
        error instanceof SessionNotReady || error instanceof Unavailable || error instanceof Unprocessable
          ? error
          : storeProblem(error),
      ),
    )
    const enter = Effect.callback<void>((resume) => this.#gate.enter(() => resume(Effect.void)))
    const tooLong = new Unavailable({ message: "the past screen took too long; ask again: what was drawn on the way is kept" })
    return Effect.acquireUseRelease(
      enter,
      () => Effect.timeoutOrElse(draw, { duration: TIME_LIMIT, orElse: () => Effect.fail(tooLong) }),
      () => Effect.sync(() => this.#gate.leave()),
    )
  }

  /** Draws from the nearest picture to a seq. */
  #draw(record: Session, head: Head, to: number): Effect.Effect<PictureAt, AnyStoreError | Unavailable | Unprocessable> {
    const cache = this.#cache
    const { store } = this.#core
    const screens = this.#screens
    return Effect.gen({ self: this }, function* () {
      cache.forget(head.log, head.firstSeq - 1)
      const known = cache.before(head.log, to)
      const stored = yield* store.checkpoint(head.session, to)
      const near: PictureAt | undefined = stored !== undefined && stored.seq > (known?.seq ?? 0) ? stored : known
      if ((near?.seq ?? 0) < head.firstSeq - 1) return yield* trimmed(head)
      const { terminal, createdAt } = record
      const begin = near ?? { seq: 0, time: createdAt, cols: terminal?.cols ?? 80, rows: terminal?.rows ?? 24, screen: EMPTY }
      if (begin.seq === to && begin === known) return begin
      const picture = yield* Effect.acquireUseRelease(
        drawing(() => screens.redraw(begin)),
        (redrawn) => this.#forward(redrawn, begin, head, to),
        (redrawn) => Effect.sync(() => redrawn.end()),
      )
      const now = yield* store.head(record.id)
      if (begin.seq >= now.firstSeq - 1) return picture
      // It was trimmed meanwhile: something of what follows the first picture may be missing in all that came after.
      cache.forget(head.log, Number.POSITIVE_INFINITY)
      return yield* this.#draw(record, now, to)
    })
  }

  /** Draws what follows a picture, and keeps pictures on the way. */
  #forward(redrawn: Redrawn, begin: PictureAt, { session, log }: Head, to: number) {
    const cache = this.#cache
    const { store } = this.#core
    return Effect.gen(function* () {
      let { seq, time } = begin
      let since = 0
      for (let isDone = seq >= to; !isDone;) {
        const page = yield* store.read(session, { after: seq, maxBytes: STEP_BYTES, channel: "terminal" })
        isDone = page.atHead || page.last >= to || page.last <= seq
        for (const bytes of page.records) {
          const view = readRecord(bytes, 0)
          if (view.seq > to) break
          time = drawn(redrawn, bytes) ?? time
          since += bytes.length
        }
        seq = Math.min(page.last, to)
        if (isDone || since < KEEP_EVERY) continue
        cache.keep(log, { seq, time, ...(yield* drawing(() => redrawn.picture())) })
        since = 0
      }
      const picture = { seq: to, time, ...(yield* drawing(() => redrawn.picture())) }
      if (since > 0) cache.keep(log, picture)
      return picture
    })
  }
}

/** Draws one record; gives its time. */
function drawn(redrawn: Redrawn, bytes: Uint8Array): number | undefined {
  const view = readRecord(bytes, 0)
  if (view.kind === RECORD_OUTPUT) {
    redrawn.output(view.body)
    return view.time
  }
  const { type, time, data } = decodeRecord(view)
  const { cols, rows } = (data ?? {}) as { readonly cols?: unknown; readonly rows?: unknown }
  const isSized = type === "started" || type === "starting" || type === "resize"
  if (isSized && typeof cols === "number" && typeof rows === "number") redrawn.resize(cols, rows)
  if (type === "starting") redrawn.output(Buffer.from(EMPTY_SCREEN))
  return time
}

const drawing = <A>(draw: () => Promise<A>): Effect.Effect<A, Unavailable> =>
  Effect.tryPromise({
    try: draw,
    catch: (cause) => new Unavailable({ message: `the past screen could not be drawn: ${String(cause)}` }),
  })

const noTerminal = ({ kind, status }: Session): SessionNotReady =>
  new SessionNotReady({ message: `a session of kind ${kind} has no terminal; read its events instead`, status })

const trimmed = ({ firstSeq }: Head): Unprocessable =>
  new Unprocessable({ message: `the log was trimmed; the first event that is there is ${firstSeq}`, field: "seq" })
