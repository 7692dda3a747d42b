/** What the model server keeps of each request, for assertions. */
import type { IncomingHttpHeaders } from "node:http"

/** Most requests that are kept; older ones leave first. */
const MOST_KEPT = 2000
/** Most characters of bodies that are kept; older requests leave first. */
const MOST_CHARACTERS = 128 * 1024 * 1024

/** How a request went: the client went away before the end; answered to the end; an error; cut off by the script. */
export type Outcome = "open" | "aborted" | "finished" | "error" | "cut"

/** A request as it was received. */
export interface ReceivedRequest {
  /** Counts from 1 over all requests. */
  readonly number: number
  readonly at: number
  readonly method: string
  readonly path: string
  /** Headers without credentials; their values are "***". */
  readonly headers: Readonly<Record<string, string>>
  /** Whether a header that may hold a credential contains this text. */
  readonly carries: (secret: string) => boolean
  readonly body: unknown
  readonly dialect: string | undefined
  /** Names of the tools on offer. */
  readonly tools: ReadonlyArray<string>
  /** The text a person typed that is answered, and which reply to it this is, from 0; undefined for side requests. */
  readonly prompt: string | undefined
  readonly step: number | undefined
  readonly outcome: () => Outcome
}

const SECRET = /authorization|api-key|token|cookie/i

/** Headers that may be shown, and those that may hold a credential. */
export function sortHeaders(headers: IncomingHttpHeaders): {
  readonly shown: Readonly<Record<string, string>>
  readonly secrets: ReadonlyArray<string>
} {
  const all = Object.entries(headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")] as const)
  return {
    shown: Object.fromEntries(all.map(([name, value]) => [name, SECRET.test(name) ? "***" : value])),
    secrets: all.filter(([name]) => SECRET.test(name)).map(([, value]) => value),
  }
}

/** The latest requests, oldest first, bounded. */
export class ReceivedRequests {
  readonly #kept: Array<{ readonly request: ReceivedRequest; readonly characters: number }> = []
  #characters = 0

  /** Keeps a request whose body has this many characters. */
  add(request: ReceivedRequest, characters: number): void {
    this.#kept.push({ request, characters })
    this.#characters += characters
    while (this.#kept.length > MOST_KEPT || (this.#characters > MOST_CHARACTERS && this.#kept.length > 1))
      this.#characters -= this.#kept.shift()?.characters ?? 0
  }

  /** Those that are kept. */
  all(): ReadonlyArray<ReceivedRequest> {
    return this.#kept.map(({ request }) => request)
  }
}
