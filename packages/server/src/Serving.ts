/**
 * What `serve` takes and gives: the contract between the hub's wiring and whoever starts it.
 */
/** What a starter passes in beside the settings. Nothing here is read from the process by itself. */
export interface ServeEnvironment {
  /** The environment that children inherit; what belongs to Holdfast itself is taken out (T-2). */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Path of the program that a detached runner is started from: `runner-main.ts` in a clone, the built one beside a bundle. */
  readonly runnerProgram: string
  /** Path of the player that goes into exported HTML files; without it there are none. */
  readonly player?: string
  /** The command line of this installation, with which agents are installed; without it the hub installs none. */
  readonly program?: { readonly command: string; readonly args: ReadonlyArray<string> }
  /** Folder of the built app. Without it a page says that there is none. */
  readonly app?: string
  /** Version shown to clients. */
  readonly version: string
  /** Receives each log line, one JSON object without a newline. Without it they go to `<data>/logs/hub.log`. */
  readonly log?: (line: string) => void
}

/** A hub that serves. */
export interface Serving {
  /** Address the hub answers on, without a slash at its end, for example `http://127.0.0.1:4653`. */
  readonly url: string
  readonly port: number
  /** Data directory in use. */
  readonly data: string
  /** File that holds the credential. */
  readonly credentialFile: string
  /** The credential was made by this start. */
  readonly firstStart: boolean
  /** Milliseconds from the call of `serve` to ready. */
  readonly startedIn: number
  /** A new one-time link: works once, within `linkExpiry`. */
  readonly link: () => string
  /** Writes a fault of ours to the log, with its stack and a fingerprint; gives the fingerprint. */
  readonly report: (fault: unknown) => string
  /** Ends gracefully within 10 s: tells the sockets, flushes appends, leaves the runner alone. Never fails; can be repeated. */
  readonly stop: () => Promise<void>
  /** Settles when the hub has stopped. */
  readonly stopped: Promise<void>
}

/** Why the hub could not start. `message` says what is wrong and what to do. */
export class ServeFailed extends Error {
  readonly _tag = "ServeFailed"
  readonly reason: "settings" | "data" | "port" | "locked" | "damaged" | "too-new" | "unprotected" | "failed"
  constructor(reason: ServeFailed["reason"], message: string, options?: { readonly cause: unknown }) {
    super(message, options)
    this.reason = reason
  }
}

/** Content of `<data>/hub.json` while a hub serves: how programs on this machine find it. */
export interface HubState {
  readonly pid: number
  readonly port: number
  readonly url: string
  /** Unix socket on which it serves programs of its user (G-11); there is none on Windows. */
  readonly socket?: string
  /** Epoch milliseconds. */
  readonly started: number
  readonly version: string
}
