/**
 * One socket to the hub that comes back by itself (docs/protocol/rules.md, C-1, W-1, W-7).
 *
 * `Connection` opens the socket, says `Hello`, carries commands and hands frames to the attachments and the feed that
 * are registered as followers. After a loss it tries again with growing, jittered waits until it is closed or refused;
 * followers are told and resume from their own cursors. A credential that is a function is asked for at each attempt (C-33).
 */
import { decodeServerFrame, encodePing } from "@holdfast/protocol/frame"
import type { ServerFrame } from "@holdfast/protocol/frame"
import type { CreatedBy } from "@holdfast/protocol/session"
import { PROTOCOL_VERSION } from "@holdfast/protocol/version"
import { Attempt } from "./attempt.ts"
import type { AttemptOptions, RefusedCredential } from "./attempt.ts"
import { Calls } from "./calls.ts"
import type { CommandAnswer, CommandName, CommandPayload, Exit } from "./calls.ts"
import { makeClientId } from "./client-id.ts"
import { HoldfastError, reasonOf } from "./errors.ts"
import { given } from "./given.ts"
import { Liveness } from "./liveness.ts"
import { abortable } from "./signals.ts"
import type { CallOptions } from "./signals.ts"
import { StateHolder } from "./state.ts"
import type { ConnectionState, StateListener } from "./state.ts"
import { backoffDelay, defaultBackoff, platformTimers } from "./timers.ts"
import type { Backoff, Timers } from "./timers.ts"

/** What a connection needs. */
export interface ConnectionOptions extends AttemptOptions {
  /** What other viewers are shown, up to 100 characters. */
  readonly name: string
  /** Id of this client, such as `clientIdentity` keeps; another one for each connection when absent. */
  readonly client?: string
  /** Kind of client, which sessions that are created on this connection keep. */
  readonly createdBy?: CreatedBy
  readonly timers?: Timers
  readonly backoff?: Backoff
  /** Milliseconds from opening the socket to the answer to `Hello`; 10 s. */
  readonly connectTimeout?: number
}

/** Something that lives on a connection and outlives its losses. Frames without a handle go to every follower. */
export interface Follower {
  readonly connected: () => void
  readonly dropped: () => void
  readonly frame: (frame: ServerFrame) => void
  /** The connection was closed or refused for good; nothing follows. */
  readonly over: (error: HoldfastError) => void
}

const FATAL_TAGS = new Set(["Unauthorized", "Forbidden", "BadRequest", "ProtocolMismatch"])

/** Milliseconds after which a connection is one that lasts, however long it was waited for. */
const LASTING = 1000

/** Credentials in a row that the hub may refuse before a function that gives them is asked no more. */
const MOST_REFUSALS = 3

const NOTHING = (): void => undefined

/** A connection to a hub; opens at once. */
export class Connection {
  readonly timers: Timers
  /** Names this client to others. Several connections may have the same: inputs are numbered by what only each of them knows (C-3, R-20). */
  readonly client: string
  readonly #own = makeClientId()
  readonly #options: ConnectionOptions
  readonly #state = new StateHolder()
  readonly #followers = new Set<Follower>()
  readonly #byHandle = new Map<number, Follower>()
  /** Attaches under way, by session. */
  readonly #attaching = new Map<string, number>()
  /** What goes to one follower of a connection, by a name: a session's attachment, the feed. */
  readonly #claims = new Map<string, Follower>()
  #attempt: Attempt | undefined
  #calls: Calls | undefined
  #liveness: Liveness | undefined
  #cancelTimer = NOTHING
  #attempts = 0
  #refusals = 0
  #lostAt = 0
  #onlineAt = 0
  /** Milliseconds before the last attempt. */
  #wait = 0
  #input = 0

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.timers = options.timers ?? platformTimers
    this.client = options.client ?? makeClientId()
    this.#connect()
  }

  get state(): ConnectionState {
    return this.#state.current
  }

  /** Hears each change of the kind of state; gives the function that ends it. */
  onState(listener: StateListener): () => void {
    return this.#state.listen(listener)
  }

  /** Settles when the connection is online; fails when it is refused or closed, or with `TimedOut` after `within` ms. */
  online(within?: number, { signal }: CallOptions = {}): Promise<void> {
    let [stop, cancel] = [NOTHING, NOTHING]
    return abortable<void>(signal, (resolve, reject) => {
      const look = (): void => {
        const error = this.#overWith
        if (error !== undefined) reject(error)
        else if (this.#state.current._tag === "Online") resolve()
      }
      stop = this.#state.listen(look)
      if (within !== undefined)
        cancel = this.timers.after(within, () => {
          const { current } = this.#state
          const why = current._tag === "Reconnecting" ? current.reason : "no answer"
          reject(new HoldfastError("TimedOut", `no answer within ${within / 1000} s (${why})`))
        })
      look()
    }).finally(() => {
      stop()
      cancel()
    })
  }

  /** Sends a command. Fails with the hub's error, `Unreachable` while offline, `ConnectionLost` when the answer is unknown. */
  call<T extends CommandName>(tag: T, payload: CommandPayload<T>, { signal }: CallOptions = {}): Promise<CommandAnswer<T>> {
    return abortable(signal, (resolve, reject) =>
      this.request(tag, payload, (exit) => (exit.ok ? resolve(exit.value) : reject(exit.error))),
    )
  }

  /** Like `call`, but `done` is called within the delivery of the answer, before any frame behind it. */
  request<T extends CommandName>(tag: T, payload: CommandPayload<T>, done: (exit: Exit<CommandAnswer<T>>) => void): void {
    if (this.#state.current._tag === "Online" && this.#calls !== undefined) this.#calls.start(tag, payload, done)
    else done({ ok: false, error: new HoldfastError("Unreachable", "there is no connection to the hub") })
  }

  /** Asks to attach; `done` as of `request`. */
  attach(payload: CommandPayload<"Attach">, done: (exit: Exit<CommandAnswer<"Attach">>) => void): void {
    const { session } = payload
    this.#attaching.set(session, (this.#attaching.get(session) ?? 0) + 1)
    this.request("Attach", payload, (exit) => {
      const others = (this.#attaching.get(session) ?? 1) - 1
      if (others === 0) this.#attaching.delete(session)
      else this.#attaching.set(session, others)
      done(exit)
    })
  }

  /** The hub attached a session for a follower that has left meanwhile: it is detached, unless another one is there or on its way. */
  abandon(session: string): void {
    const owner = this.#claims.get(session)
    if (owner !== undefined) {
      // The hub has ended its attachment for the one that no one wants.
      owner.dropped()
      owner.connected()
    } else if (!this.#attaching.has(session)) this.request("Detach", { session }, () => undefined)
  }

  /** Sends a frame; false when there is no connection and nothing was sent. */
  send(frame: Uint8Array): boolean {
    if (this.#state.current._tag !== "Online" || this.#attempt === undefined) return false
    this.#calls?.flush()
    this.#attempt.send(frame)
    this.#liveness?.sent()
    return true
  }

  /** A number for an input to any session: each is higher than the one before, and none comes twice (C-3, R-9). */
  inputNumber(): number {
    return ++this.#input
  }

  /** Registers a follower; gives the function that removes it. Of a connection that is over it hears that, soon. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower)
    const over = this.#overWith
    if (this.#state.current._tag === "Online") follower.connected()
    else if (over !== undefined) queueMicrotask(() => this.#followers.has(follower) && follower.over(over))
    return () => {
      this.#followers.delete(follower)
      for (const [name, owner] of this.#claims) if (owner === follower) this.#claims.delete(name)
    }
  }

  /** Gives `name`, a session's id or the feed, to the first follower that claims it, until it no longer follows; answers whose it is (C-13). */
  claim(name: string, follower: Follower): Follower {
    const owner = this.#claims.get(name) ?? follower
    this.#claims.set(name, owner)
    return owner
  }

  /** Sends the frames of a handle to one follower; gives the function that ends it. A lost connection ends it too. */
  bind(handle: number, follower: Follower): () => void {
    this.#byHandle.set(handle, follower)
    return () => {
      if (this.#byHandle.get(handle) === follower) this.#byHandle.delete(handle)
    }
  }

  /** Checks the connection now: for when a page is shown again or the network is back. */
  wake(): void {
    if (this.#state.current._tag === "Reconnecting" && this.#attempt === undefined) {
      this.#cancelTimer()
      this.#connect()
    } else this.#liveness?.probe(5000)
  }

  /** Opens another socket in place of the present one: for when that may be dead without a sign. */
  renew(reason: string): void {
    if (this.#overWith !== undefined) return
    this.#lost(reason)
    this.wake()
  }

  /** Ends the connection for good. */
  close(reason = "closed by the client"): void {
    if (this.#overWith !== undefined) return
    const error = closed(reason)
    this.#drop(error, 1000)
    this.#state.set({ _tag: "Closed", reason })
    this.#over(error)
  }

  /** Closes it, for `using`. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** Closes it, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  /** What ended the connection for good. */
  get #overWith(): HoldfastError | undefined {
    const { current } = this.#state
    if (current._tag === "Refused") return current.error
    return current._tag === "Closed" ? closed(current.reason) : undefined
  }

  /** Tries once; `refused` is the credential that the hub has just refused. */
  #connect(refused?: RefusedCredential): void {
    this.#cancelTimer = this.timers.after(this.#options.connectTimeout ?? 10_000, () =>
      this.#lost("the hub did not answer in time"),
    )
    this.#attempt = new Attempt(this.#options, {
      open: () => this.#hello(),
      text: (text) => this.#guarded(() => this.#calls?.receive(text)),
      bytes: (bytes) => this.#guarded(() => this.#frame(decodeServerFrame(bytes))),
      lost: (reason) => this.#lost(reason),
      denied: (denied) => this.#denied(denied),
      refused: (error) => this.#refuse(error),
    })
    this.#attempt.start(refused)
  }

  /** The hub refused the credential: a function may have a better one by now. */
  #denied(denied: RefusedCredential): void {
    if (typeof this.#options.credential !== "function" || this.#refusals >= MOST_REFUSALS) return this.#refuse(denied.error)
    this.#refusals += 1
    this.#drop(denied.error, undefined)
    this.#connect(denied)
  }

  #hello(): void {
    const calls = new Calls((text) => {
      this.#attempt?.send(text)
      this.#liveness?.sent()
    })
    this.#calls = calls
    const { name, createdBy } = this.#options
    const said = { protocol: PROTOCOL_VERSION, client: this.client, connection: this.#own, name }
    calls.start("Hello", { ...said, ...given({ createdBy }) }, (exit) => {
      if (this.#calls !== calls) return
      if (!exit.ok) {
        if (FATAL_TAGS.has(exit.error.tag)) this.#refuse(exit.error)
        else this.#lost(exit.error.message)
        return
      }
      this.#cancelTimer()
      this.#refusals = 0
      this.#onlineAt = this.timers.now()
      this.#liveness = new Liveness(this.timers, exit.value.silence, {
        ping: () => this.#attempt?.send(encodePing(Math.round(this.timers.now()))),
        dead: () => this.#lost("the hub fell silent"),
      })
      this.#state.set({ _tag: "Online", hub: exit.value.hub, version: exit.value.version })
      for (const follower of [...this.#followers]) follower.connected()
    })
  }

  #frame(frame: ServerFrame): void {
    if ("handle" in frame) this.#byHandle.get(frame.handle)?.frame(frame)
    else for (const follower of this.#followers) follower.frame(frame)
  }

  /** A message that is not understood ends this socket; what was consumed is kept, the rest comes again. */
  #guarded(f: () => void): void {
    const attempt = this.#attempt
    try {
      this.#liveness?.heard()
      f()
    } catch (cause) {
      if (attempt === this.#attempt) this.#lost(`a message from the hub could not be read: ${reasonOf(cause)}`)
    }
  }

  #lost(reason: string): void {
    if (this.#overWith !== undefined) return
    const before = this.#state.current._tag
    this.#drop(new HoldfastError("ConnectionLost", `the connection was lost: ${reason}`), undefined)
    if (this.#overWith !== undefined) return
    const now = this.timers.now()
    if (before !== "Reconnecting") this.#lostAt = now
    // What is lost at once, such as to a hub that sends what cannot be read, is waited for longer.
    if (before === "Online" && now - this.#onlineAt >= Math.min(this.#wait, LASTING)) this.#attempts = 0
    this.#attempts += 1
    this.#wait = backoffDelay(this.#options.backoff ?? defaultBackoff, this.#attempts, this.timers.random())
    this.#cancelTimer = this.timers.after(this.#wait, () => this.#connect())
    this.#state.set({ _tag: "Reconnecting", attempt: this.#attempts, since: this.#lostAt, reason, retryAt: now + this.#wait })
  }

  #refuse(error: HoldfastError): void {
    if (this.#overWith !== undefined) return
    this.#drop(error, 1000)
    this.#state.set({ _tag: "Refused", error })
    this.#over(error)
  }

  #over(error: HoldfastError): void {
    for (const follower of [...this.#followers]) follower.over(error)
  }

  #drop(error: HoldfastError, code: number | undefined): void {
    const online = this.#state.current._tag === "Online"
    this.#cancelTimer()
    this.#liveness?.stop()
    this.#liveness = undefined
    const [attempt, calls] = [this.#attempt, this.#calls]
    this.#attempt = this.#calls = undefined
    this.#byHandle.clear()
    attempt?.stop(code)
    calls?.fail(error)
    if (online) for (const follower of [...this.#followers]) follower.dropped()
  }
}

const closed = (reason: string): HoldfastError => new HoldfastError("Closed", reason)
