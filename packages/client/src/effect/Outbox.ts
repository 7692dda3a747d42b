/**
 * The outbox as an Effect service (docs/protocol/rules.md, F-6): commands that are kept until the hub has carried them out, once each.
 *
 * The box itself is the client's (`openOutbox` of `@holdfast/client/outbox`); what is needed of it is `OutboxPort`. `layerTest`
 * is one in memory that a test sends or refuses by hand.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { SendMessage } from "@holdfast/protocol/agent/message"
import type { CreateSession } from "@holdfast/protocol/session"
import { HoldfastError } from "../errors.ts"
import { MemoryOutbox } from "./MemoryOutbox.ts"
import type { OutboxEntry, OutboxPort, OutboxState } from "./outbox-port.ts"

/** The outbox did not take a command, or a command in it failed. `reason` is the tag of the error, such as `OutboxFull`. */
export class OutboxError extends Schema.TaggedError<OutboxError>()("OutboxError", {
  message: Schema.String,
  reason: Schema.String,
  cause: Schema.optionalKey(Schema.Defect()),
}) {}

/** A session that is to be created: shown at once, with an id that other commands may name. */
export interface OfflineSession {
  readonly id: string
  /** The key of its create, by which the real one is recognised. */
  readonly key: string
  readonly kind: string
  readonly label: string
  readonly status: "offline"
  readonly syncPending: true
}

/** What commands take beside their input. */
export interface OutboxOptions {
  /** Sessions with a command of a higher priority are served first; 0. */
  readonly priority?: number
  /** Milliseconds after which it is not sent any more. */
  readonly expiresIn?: number
}

/** What a test does with the box in memory. */
export class TestOutbox extends Context.Service<
  TestOutbox,
  {
    /** The hub has carried a command out. */
    readonly complete: (id: string, answer: unknown) => void
    /** The hub refuses a command. */
    readonly refuse: (id: string, tag: string, message: string) => void
  }
>()("@holdfast/client/effect/TestOutbox") {}

/** Commands on their way to the hub. */
export class Outbox extends Context.Service<
  Outbox,
  {
    /** Puts a command into the box, by the name of its operation. Succeeds with its id, which is its key, once it is stored. */
    readonly add: (operation: string, input: object, options?: OutboxOptions) => Effect.Effect<string, OutboxError>
    /** Creates a session as soon as the hub is there; with the key of an attempt that may have got through, still once. */
    readonly createSession: (request: CreateSession, options?: OutboxOptions) => Effect.Effect<OfflineSession, OutboxError>
    /** Sends a message as soon as the hub is there; the session may be one that is to be created. */
    readonly send: (session: string, message: SendMessage, options?: OutboxOptions) => Effect.Effect<string, OutboxError>
    /** The hub's answer to a command: waits for one that this service took, and gives that of one the box still has. */
    readonly answer: (id: string) => Effect.Effect<unknown, OutboxError>
    readonly state: Effect.Effect<OutboxState>
    /** The state now, and after each change. */
    readonly changes: Stream.Stream<OutboxState>
    /** Tries failed commands again, or one of them; gives how many. */
    readonly retryFailed: (id?: string) => Effect.Effect<number, OutboxError>
    /** Removes failed commands, or one of them; gives how many. */
    readonly clearFailed: (id?: string) => Effect.Effect<number, OutboxError>
    readonly cancel: (id: string) => Effect.Effect<"cancelled" | "uncertain" | "settled", OutboxError>
    /** Tries now. */
    readonly wake: Effect.Effect<void>
  }
>()("@holdfast/client/effect/Outbox") {
  /** The service over a box that is opened with the layer and closed with it, such as `openOutbox` opens. */
  static readonly layer = (open: () => Promise<OutboxPort>): Layer.Layer<Outbox, OutboxError> =>
    Layer.effect(
      Outbox,
      Effect.map(
        Effect.acquireRelease(Effect.tryPromise({ try: open, catch: outboxError }), (box) => Effect.sync(() => box.close())),
        (box) => Outbox.of(serve(box)),
      ),
    )

  /** A box in memory that sends nothing by itself; `TestOutbox` answers what is in it. */
  static readonly layerTest: Layer.Layer<Outbox | TestOutbox> = Layer.effectContext(
    Effect.sync(() => {
      const box = new MemoryOutbox()
      return Context.make(Outbox, Outbox.of(serve(box))).pipe(Context.add(TestOutbox, TestOutbox.of(box)))
    }),
  )
}

function serve(box: OutboxPort): Outbox["Service"] {
  const entries = new Map<string, OutboxEntry>()
  const stored = (entry: OutboxEntry): Effect.Effect<string, OutboxError> => {
    entries.set(entry.id, entry)
    const forget = (): void => void entries.delete(entry.id)
    // What is waited for is answered; what no one waits for is in the state.
    entry.done.then(forget, forget)
    return Effect.as(Effect.tryPromise({ try: () => entry.stored, catch: outboxError }), entry.id)
  }
  const add = (operation: string, input: object, options?: OutboxOptions) =>
    Effect.flatMap(Effect.try({ try: () => box.add(operation, input, options), catch: outboxError }), stored)
  return {
    add,
    createSession: ({ key: known, ...request }, options) =>
      Effect.try({
        try: () => box.create(request, { ...options, ...(known === undefined ? {} : { key: known }) }),
        catch: outboxError,
      }).pipe(Effect.flatMap((entry) => Effect.map(stored(entry), (key) => offline(entry.session, key, request)))),
    send: (session, message, options) => add("messages.send", { ...message, session }, options),
    answer: (id) =>
      Effect.suspend(() => {
        const entry = entries.get(id)
        return entry === undefined ? settled(box, id) : Effect.tryPromise({ try: () => entry.done, catch: outboxError })
      }),
    state: Effect.sync(() => box.state),
    changes: Stream.callback<OutboxState>(
      (queue) =>
        Effect.acquireRelease(
          Effect.sync(() => {
            Queue.offerUnsafe(queue, box.state)
            return box.listen(() => void Queue.offerUnsafe(queue, box.state))
          }),
          (end) => Effect.sync(end),
        ),
      // A slow reader misses states in between, never the last one.
      { bufferSize: 1, strategy: "sliding" },
    ),
    retryFailed: (id) => Effect.tryPromise({ try: () => box.retry(id), catch: outboxError }),
    clearFailed: (id) => Effect.tryPromise({ try: () => box.clear(id), catch: outboxError }),
    cancel: (id) => Effect.tryPromise({ try: () => box.cancel(id), catch: outboxError }),
    wake: Effect.sync(() => box.wake()),
  }
}

/** How a command ended that no one waited for. */
function settled({ state }: OutboxPort, id: string): Effect.Effect<unknown, OutboxError> {
  const item = state.items.find((one) => one.id === id)
  if (item?.status === "completed") return Effect.succeed(item.answer)
  const { tag: reason, message } = item?.error ?? { tag: "Settled", message: `the outbox has no outcome of the command ${id}` }
  return Effect.fail(new OutboxError({ message, reason }))
}

const offline = (id: string, key: string, { kind, label, agent, command }: CreateSession): OfflineSession => ({
  id,
  key,
  kind,
  label: label ?? agent ?? command ?? kind,
  status: "offline",
  syncPending: true,
})

function outboxError(failure: unknown): OutboxError {
  const error = failure instanceof HoldfastError ? failure : new HoldfastError("OutboxNotStored", String(failure))
  return new OutboxError({ message: error.message, reason: error.tag, cause: error })
}
