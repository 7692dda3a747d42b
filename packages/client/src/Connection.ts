/**
 * One socket to the hub that comes back by itself (docs/protocol/rules.md, C-1, W-1, W-7).
 *
 * `Connection` opens the socket, says `Hello`, carries commands and hands frames to the attachments and the feed that
 * are registered as followers. After a loss it tries again with growing, jittered waits until it is closed or refused;
 * followers are told and resume from their own cursors.
 */
import { decodeServerFrame, encodePing } from "@holdfast/protocol/frame"
import type { ServerFrame } from "@holdfast/protocol/frame"
import { PROTOCOL_VERSION } from "@holdfast/protocol/version"
import { Calls } from "./calls.ts"
import type { CommandAnswer, CommandName, CommandPayload, Exit } from "./calls.ts"
import { makeClientId } from "./client-id.ts"
import { HoldfastError, invalidCall, isTransient } from "./errors.ts"
import { Liveness } from "./liveness.ts"
import type { OpenSocket, Probe, Socket, SocketEvents } from "./socket.ts"
import { StateHolder } from "./state.ts"
import type { ConnectionState, StateListener } from "./state.ts"
import { backoffDelay, defaultBackoff, platformTimers } from "./timers.ts"
import type { Backoff, Timers } from "./timers.ts"

/** What a connection needs. */
export interface ConnectionOptions {
  readonly open: OpenSocket
  /** What other viewers are shown, up to 100 characters. */
  readonly name: string
  readonly timers?: Timers
  readonly backoff?: Backoff
  /** Milliseconds from opening the socket to the answer to `Hello`; 10 s. */
  readonly connectTimeout?: number
  /** In place of the opener's own. */
  readonly probe?: Probe
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

/** A connection to a hub; opens at once. */
export class Connection {
  readonly timers: Timers
  /** Names this client to the hub, over all its reconnects. No other connection ever has it, so none counts its inputs again (C-3). */
  readonly client = makeClientId()
  /** What only this connection knows: others see `client`, and must not type under its numbers. */
  readonly #own = makeClientId()
  readonly #options: ConnectionOptions
  readonly #state = new StateHolder()
  readonly #followers = new Set<Follower>()
  readonly #byHandle = new Map<number, Follower>()
  /** What goes to one follower of a connection, by a name: a session's attachment, the feed. */
  readonly #claims = new Map<string, Follower>()
  #socket: Socket | undefined
  #calls: Calls | undefined
  #liveness: Liveness | undefined
  #cancelTimer: () => void = () => undefined
  #attempt = 0
  #lostAt = 0
  /** Grows with every socket, so that what a former one still reports is ignored. */
  #generation = 0
  #input = 0

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.timers = options.timers ?? platformTimers
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
  online(within?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let cancel = (): void => undefined
      const look = (state: ConnectionState): boolean => {
        if (state._tag === "Online") resolve()
        else if (state._tag === "Refused") reject(state.error)
        else if (state._tag === "Closed") reject(new HoldfastError("Closed", state.reason))
        else return false
        stop()
        cancel()
        return true
      }
      const stop = this.#state.listen(look)
      if (look(this.#state.current) || within === undefined) return
      cancel = this.timers.after(within, () => {
        stop()
        const { current } = this.#state
        const why = current._tag === "Reconnecting" ? current.reason : "no answer"
        reject(new HoldfastError("TimedOut", `no answer within ${within / 1000} s (${why})`))
      })
    })
  }

  /** Sends a command. Fails with the hub's error, `Unreachable` while offline, `ConnectionLost` when the answer is unknown. */
  async call<T extends CommandName>(tag: T, payload: CommandPayload<T>): Promise<CommandAnswer<T>> {
    const exit = await new Promise<Exit<CommandAnswer<T>>>((resolve) => this.request(tag, payload, resolve))
    if (exit.ok) return exit.value
    throw exit.error
  }

  /** Like `call`, but `done` is called within the delivery of the answer, before any frame behind it. */
  request<T extends CommandName>(tag: T, payload: CommandPayload<T>, done: (exit: Exit<CommandAnswer<T>>) => void): void {
    if (this.#state.current._tag === "Online" && this.#calls !== undefined) this.#calls.start(tag, payload, done)
    else done({ ok: false, error: new HoldfastError("Unreachable", "there is no connection to the hub") })
  }

  /** Sends a frame; false when there is no connection and nothing was sent. */
  send(frame: Uint8Array): boolean {
    if (this.#state.current._tag !== "Online" || this.#socket === undefined) return false
    this.#calls?.flush()
    this.#socket.send(frame as Uint8Array<ArrayBuffer>)
    this.#liveness?.sent()
    return true
  }

  /** A number for an input to any session: each is higher than the one before, and none comes twice (C-3, R-9). */
  inputNumber(): number {
    return ++this.#input
  }

  /** Registers a follower; gives the function that removes it. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower)
    if (this.#state.current._tag === "Online") follower.connected()
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
    if (this.#state.current._tag === "Reconnecting" && this.#socket === undefined) {
      this.#cancelTimer()
      this.#connect()
    } else this.#liveness?.probe(5000)
  }

  /** Ends the connection for good. */
  close(reason = "closed by the client"): void {
    if (this.#ended()) return
    const error = new HoldfastError("Closed", reason)
    this.#drop(error, 1000)
    this.#state.set({ _tag: "Closed", reason })
    this.#over(error)
  }

  #ended(): boolean {
    const { _tag } = this.#state.current
    return _tag === "Closed" || _tag === "Refused"
  }

  #connect(): void {
    const generation = ++this.#generation
    const current = (): boolean => generation === this.#generation
    let opened = false
    this.#cancelTimer = this.timers.after(this.#options.connectTimeout ?? 10_000, () =>
      this.#lost("the hub did not answer in time"),
    )
    this.#socket = this.#opened({
      open: () => {
        opened = true
        if (current()) this.#hello()
      },
      text: (text) => {
        if (current()) this.#guarded(() => this.#calls?.receive(text))
      },
      bytes: (bytes) => {
        if (current()) this.#guarded(() => this.#frame(decodeServerFrame(bytes)))
      },
      closed: (code, reason, status) => {
        if (!current()) return
        const why = reason === "" ? `the connection ended (${code})` : reason
        if (status === 401 || status === 403)
          this.#refuse(new HoldfastError(status === 401 ? "Unauthorized" : "Forbidden", why, {}, status))
        else if (!opened && status === undefined) this.#unopened(why, generation)
        else this.#lost(why)
      },
    })
  }

  /** Opens the socket. What cannot be opened at all, such as a credential no header can hold, is refused and not tried again. */
  #opened(events: SocketEvents): Socket | undefined {
    const { open } = this.#options
    try {
      return open(events)
    } catch (cause) {
      this.#refuse(invalidCall(cause))
      return undefined
    }
  }

  /** A platform that hides why a socket did not open: ask over HTTP whether the credential is good. */
  #unopened(why: string, generation: number): void {
    const { open, probe = open.probe } = this.#options
    if (probe === undefined) return this.#lost(why)
    const settle = (error: HoldfastError | undefined): void => {
      if (generation !== this.#generation) return
      if (error === undefined || isTransient(error)) this.#lost(error?.message ?? why)
      else this.#refuse(error)
    }
    probe().then(settle, () => settle(undefined))
  }

  #hello(): void {
    const calls = new Calls((text) => {
      this.#socket?.send(text)
      this.#liveness?.sent()
    })
    this.#calls = calls
    const { client } = this
    const hello = { protocol: PROTOCOL_VERSION, client, connection: this.#own, name: this.#options.name }
    calls.start("Hello", hello, (exit) => {
      if (this.#calls !== calls) return
      if (!exit.ok) {
        if (FATAL_TAGS.has(exit.error.tag)) this.#refuse(exit.error)
        else this.#lost(exit.error.message)
        return
      }
      this.#cancelTimer()
      this.#attempt = 0
      this.#liveness = new Liveness(this.timers, exit.value.silence, {
        ping: () => this.#socket?.send(encodePing(Math.round(this.timers.now())) as Uint8Array<ArrayBuffer>),
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
    const generation = this.#generation
    try {
      this.#liveness?.heard()
      f()
    } catch (cause) {
      if (generation === this.#generation)
        this.#lost(`a message from the hub could not be read: ${cause instanceof Error ? cause.message : String(cause)}`)
    }
  }

  #lost(reason: string): void {
    if (this.#ended()) return
    const before = this.#state.current._tag
    this.#drop(new HoldfastError("ConnectionLost", `the connection was lost: ${reason}`), undefined)
    if (this.#ended()) return
    this.#attempt += 1
    if (before !== "Reconnecting") this.#lostAt = this.timers.now()
    const wait = backoffDelay(this.#options.backoff ?? defaultBackoff, this.#attempt, this.timers.random())
    this.#cancelTimer = this.timers.after(wait, () => this.#connect())
    const retryAt = this.timers.now() + wait
    this.#state.set({ _tag: "Reconnecting", attempt: this.#attempt, since: this.#lostAt, reason, retryAt })
  }

  #refuse(error: HoldfastError): void {
    if (this.#ended()) return
    this.#drop(error, 1000)
    this.#state.set({ _tag: "Refused", error })
    this.#over(error)
  }

  #over(error: HoldfastError): void {
    for (const follower of [...this.#followers]) follower.over(error)
  }

  #drop(error: HoldfastError, code: number | undefined): void {
    const online = this.#state.current._tag === "Online"
    this.#generation += 1
    this.#cancelTimer()
    this.#liveness?.stop()
    this.#liveness = undefined
    const [socket, calls] = [this.#socket, this.#calls]
    this.#socket = this.#calls = undefined
    this.#byHandle.clear()
    socket?.close(code)
    calls?.fail(error)
    if (online) for (const follower of [...this.#followers]) follower.dropped()
  }
}
