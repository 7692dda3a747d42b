/** The log by pages over HTTP: a reader asks for the next page again and again. */
import { type AttachWith, type DoorItem, type DoorReader, DoorRefused, type DoorUnderTest } from "../door.ts"
import { eventItem, HubCalls, type HubUnderTest } from "../hub.ts"
import { cursorQuery, sendOverHttp, typeOverHttp } from "./over-http.ts"

/** Events of the first pages: few, so that a backlog takes several; and of later ones. */
const FEW = 20
const FEW_PAGES = 4
const MANY = 500
/** Milliseconds before a reader that has everything looks again. */
const LOOK_AGAIN = 30

interface Page {
  readonly events: ReadonlyArray<Parameters<typeof eventItem>[0]>
  readonly firstSeq: number
  readonly next: number
  readonly atHead: boolean
  readonly log: string
}

class PageReader implements DoorReader {
  readonly #calls: HubCalls
  readonly #request: AttachWith
  readonly #ready: Array<DoorItem> = []
  #after: number | undefined
  #log: string | undefined
  #synced = false
  #pages = 0
  #over = false
  #isPaused = false

  constructor(hub: HubUnderTest, request: AttachWith) {
    this.#calls = new HubCalls(hub)
    this.#request = request
    this.#after = request.after
    this.#log = request.log
  }

  async next(): Promise<DoorItem | undefined> {
    while (this.#ready.length === 0) {
      if (this.#over) return undefined
      await this.look()
    }
    const item = this.#ready.shift()
    if (item?.kind === "ended") this.#over = true
    return item
  }

  cut(): void {
    this.#end("ConnectionLost", "the connection was cut")
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
  }

  close(): void {
    this.#end("Detached", "the reader left")
  }

  /** Asks for the next page. */
  async look(): Promise<void> {
    if (this.#synced || this.#isPaused) {
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_AGAIN)
      })
    }
    if (this.#over || this.#isPaused) return
    const { session, token } = this.#request
    try {
      this.#after ??= await this.#present(session, token)
      const request = { ...this.#request, after: this.#after, ...(this.#log === undefined ? {} : { log: this.#log }) }
      const query = `limit=${this.#pages++ < FEW_PAGES ? FEW : MANY}&${cursorQuery(request)}`
      this.#take(await this.#calls.ok<Page>("GET", `/api/sessions/${session}/events?${query}`, undefined, token))
    } catch (error) {
      if (error instanceof DoorRefused) this.#end(error.tag, error.message)
      else this.#end("ConnectionLost", String(error))
    }
  }

  /** Without a cursor a reader begins with what the session is now. */
  async #present(session: string, token: string): Promise<number> {
    const { lastSeq } = await this.#calls.ok<{ readonly lastSeq: number }>("GET", `/api/sessions/${session}`, undefined, token)
    this.#ready.push({ kind: "snapshot", seq: lastSeq, reason: "fresh" })
    return lastSeq
  }

  #take({ events, firstSeq, next, atHead, log }: Page): void {
    if (this.#over) return
    if (firstSeq > (this.#after ?? 0) + 1) this.#ready.push({ kind: "snapshot", seq: firstSeq - 1, reason: "trimmed" })
    this.#ready.push(...events.map(eventItem))
    this.#after = next
    this.#log = log
    if (!atHead || this.#synced) return
    this.#synced = true
    this.#ready.push({ kind: "synced", seq: next })
  }

  #end(tag: string, message: string): void {
    if (this.#over) return
    this.#ready.splice(0)
    this.#ready.push({ kind: "ended", tag, message })
  }
}

/** The pages of events of a server. */
export function pagesDoor(hub: HubUnderTest): DoorUnderTest {
  return {
    name: "pages over HTTP",
    shows: "events",
    isAsked: true,
    entries: [{ method: "GET", path: "/api/sessions/:session/events?after=0" }],
    attach: async (request) => {
      const reader = new PageReader(hub, request)
      await reader.look()
      return reader
    },
    send: (request) => sendOverHttp(hub, request),
    type: (request) => typeOverHttp(hub, request),
    filters: true,
  }
}
