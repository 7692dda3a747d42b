/** What one test has opened: hubs, readers and the like, closed behind it, the last one first. */
import { startHub, type HubOptions, type HubProcess } from "./hub-process.ts"
import { startReader, type Reader, type ReaderOptions } from "./reader.ts"

/** Everything that a test opens through it is closed by `close`. */
export class Opened {
  readonly #closes: Array<() => Promise<void> | void> = []

  /** Has something done at the end, before what was opened until now is closed. */
  closing(close: () => Promise<void> | void): void {
    this.#closes.unshift(close)
  }

  /** A hub of its own. */
  async hub(options: HubOptions = {}): Promise<HubProcess> {
    const hub = await startHub(options)
    this.closing(() => hub.stop())
    return hub
  }

  reader(options: ReaderOptions): Reader {
    const reader = startReader(options)
    this.closing(() => reader.close())
    return reader
  }

  /** Behind a test. */
  async close(): Promise<void> {
    for (const close of this.#closes.splice(0)) await close()
  }
}
