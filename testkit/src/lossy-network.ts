/** A network between a client's calls over HTTP and the hub, which a test takes away, cuts, or has lose answers. */
import type { ConnectOptions } from "@holdfast/client"

/** A network that a test takes away. */
export class LossyNetwork {
  isAway = false
  #cut = new AbortController()
  /** Answers to POST that do not arrive. */
  lost = 0
  /** Calls of POST that were sent. */
  posted = 0
  /** In place of `fetch`. */
  readonly fetch: NonNullable<ConnectOptions["fetch"]> = async (url, sent) => {
    if (this.isAway) throw new TypeError("the network is away")
    if (sent.method === "POST") this.posted += 1
    const answer = await fetch(url, { ...sent, signal: AbortSignal.any([sent.signal, this.#cut.signal]) })
    if (sent.method !== "POST" || this.lost === 0) return answer
    this.lost -= 1
    throw new TypeError("the answer was lost")
  }

  /** Cuts every answer that is under way. */
  cut(): void {
    this.#cut.abort(new Error("cut"))
    this.#cut = new AbortController()
  }
}
