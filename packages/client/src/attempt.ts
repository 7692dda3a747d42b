/**
 * One attempt to open the socket: it asks for the credential, opens, and finds out why a socket did not open.
 *
 * Whatever comes after `stop` is ignored.
 */
import { askCredential } from "./credential.ts"
import type { Credential } from "./credential.ts"
import { HoldfastError, invalidCall, isTransient } from "./errors.ts"
import type { OpenSocket, Probe, Socket, SocketEvents } from "./socket.ts"

/** How to open a socket. */
export interface AttemptOptions {
  readonly open: OpenSocket
  /** In place of the opener's own. */
  readonly credential?: Credential
  /** In place of the opener's own. */
  readonly probe?: Probe
}

/** A credential that the hub refused, and how. */
export interface RefusedCredential {
  readonly credential: string | undefined
  readonly error: HoldfastError
}

/** What an attempt reports. `lost` may be tried again, `denied` with another credential, `refused` not. */
export interface AttemptEvents {
  readonly open: () => void
  readonly text: (text: string) => void
  readonly bytes: (bytes: Uint8Array) => void
  readonly lost: (reason: string) => void
  readonly denied: (refused: RefusedCredential) => void
  readonly refused: (error: HoldfastError) => void
}

/** The attempt, and the socket that it opened. */
export class Attempt {
  readonly #options: AttemptOptions
  readonly #events: AttemptEvents
  #socket: Socket | undefined
  #opened = false
  #over = false

  constructor(options: AttemptOptions, events: AttemptEvents) {
    this.#options = options
    this.#events = events
  }

  /** Begins; a credential that was refused is not shown again. */
  start(refused?: RefusedCredential): void {
    const { credential } = this.#options
    if (typeof credential !== "function") return this.#open(credential)
    askCredential(credential).then(
      (given) => {
        if (this.#over) return
        if (refused !== undefined && given === refused.credential) this.#events.refused(refused.error)
        else this.#open(given)
      },
      (error: HoldfastError) => {
        if (this.#over) return
        if (isTransient(error)) this.#events.lost(error.message)
        else this.#events.refused(error)
      },
    )
  }

  /** Sends on the socket, if there is one. */
  send(data: string | Uint8Array): void {
    this.#socket?.send(data as string | Uint8Array<ArrayBuffer>)
  }

  /** Ends it; nothing more is reported. */
  stop(code: number | undefined): void {
    this.#over = true
    this.#socket?.close(code)
  }

  #open(credential: string | undefined): void {
    const events: SocketEvents = {
      open: () => {
        if (this.#over) return
        this.#opened = true
        this.#events.open()
      },
      text: (text) => {
        if (!this.#over) this.#events.text(text)
      },
      bytes: (bytes) => {
        if (!this.#over) this.#events.bytes(bytes)
      },
      closed: (code, reason, status) => {
        if (!this.#over) this.#closed(credential, code, reason, status)
      },
    }
    try {
      this.#socket = this.#options.open(events, credential)
    } catch (cause) {
      // What cannot be opened at all, such as a credential no header can hold, is not tried again.
      this.#events.refused(invalidCall(cause))
    }
  }

  #closed(credential: string | undefined, code: number, reason: string, status: number | undefined): void {
    const why = reason === "" ? `the connection ended (${code})` : reason
    if (status === 401) this.#events.denied({ credential, error: new HoldfastError("Unauthorized", why, {}, status) })
    else if (status === 403) this.#events.refused(new HoldfastError("Forbidden", why, {}, status))
    else if (!this.#opened && status === undefined) this.#unopened(credential, why)
    else this.#events.lost(why)
  }

  /** A platform that hides why a socket did not open: ask over HTTP whether the credential is good. */
  #unopened(credential: string | undefined, why: string): void {
    const { open, probe = open.probe } = this.#options
    if (probe === undefined) return this.#events.lost(why)
    const settle = (error: HoldfastError | undefined): void => {
      if (this.#over) return
      if (error === undefined || isTransient(error)) this.#events.lost(error?.message ?? why)
      else if (error.status === 401) this.#events.denied({ credential, error })
      else this.#events.refused(error)
    }
    probe(credential).then(settle, () => settle(undefined))
  }
}
