/**
 * The transcripts that were open last, kept for a start without the server (docs/protocol/app-rules.md, APP-6): each is read when
 * its session is opened and nothing is known of it, and written now and then, when its pane is left, and when the page goes.
 */
import type { HubModel, SessionView } from "@holdfast/client/model"
import { PROTOCOL_VERSION } from "@holdfast/protocol/version"
import { Store } from "../ui/store.ts"
import { placedTabs } from "../workspace/tabs.ts"
import { isNow, type OpenedKept, warnNotKept, writeOften } from "./kept-database.ts"

/** Transcripts that are kept. */
const VIEWS = 32

/** By session: since when the transcript that is shown was so, in epoch milliseconds; absent once it is that of this moment. */
export const viewAges = new Store<ReadonlyMap<string, number>>(new Map())

const isLive = (view: Pick<SessionView, "status">): boolean => view.status.get()._tag === "Live"

/** Since when what a view shows was so; `undefined` where it is of this moment, or nothing is known. */
export function ageOf(
  ages: ReadonlyMap<string, number>,
  session: string,
  status: ReturnType<SessionView["status"]["get"]>,
): number | undefined {
  return status._tag === "Live" ? undefined : ages.get(session)
}

/** What is shown of a session is of this moment, by whichever view. */
export function forgetAge(session: string): void {
  if (viewAges.get().has(session)) viewAges.set(new Map([...viewAges.get()].filter(([id]) => id !== session)))
}

/** Reads and writes them. */
export class ViewKeeper {
  readonly #hub: HubModel
  readonly #open: () => Promise<OpenedKept>
  /** Up to which seq each is kept. */
  readonly #seqs = new Map<string, number>()
  #placed: ReadonlySet<string> = new Set()

  constructor(hub: HubModel, open: () => Promise<OpenedKept>) {
    this.#hub = hub
    this.#open = open
  }

  /** Does it until the function that is returned is called. */
  start(): () => void {
    const { state } = this.#hub.desk.layout
    this.#changed()
    const ends = [writeOften(() => this.#writeAll()), state.subscribe(() => this.#changed())]
    return () => {
      for (const end of ends) end()
    }
  }

  /** Sessions in panes have come or gone. */
  #changed(): void {
    const before = this.#placed
    const shown = placedTabs(this.#hub.desk.layout.latest.root)
    this.#placed = new Set(shown.flatMap(({ tab }) => (tab.what === "session" && tab.session !== undefined ? [tab.session] : [])))
    for (const session of this.#placed) {
      if (!before.has(session) && this.#hub.view(session).record.get() === undefined) this.#restore(session).catch(warnNotKept)
    }
    for (const session of before) if (!this.#placed.has(session)) this.#write(session).catch(warnNotKept)
  }

  async #restore(session: string): Promise<void> {
    const kept = await (await this.#open()).get("views", session)
    const view = this.#hub.view(session)
    // What was kept never replaces what was shown since.
    if (kept === undefined || !isNow(kept) || view.record.get() !== undefined) return
    view.restore(kept.value)
    viewAges.set(new Map(viewAges.get()).set(session, kept.at))
    const end = view.status.subscribe(() => {
      if (!isLive(view)) return
      end()
      forgetAge(session)
    })
  }

  async #writeAll(): Promise<void> {
    for (const session of this.#placed) await this.#write(session)
    const database = await this.#open()
    const keys = await database.getAllKeysFromIndex("views", "at")
    for (const key of keys.slice(0, Math.max(0, keys.length - VIEWS))) await database.delete("views", key)
  }

  async #write(session: string): Promise<void> {
    const view = this.#hub.view(session)
    const record = view.record.get()
    if (isLive(view)) forgetAge(session)
    // What was kept and is not followed yet is as old as it was.
    if (viewAges.get().has(session) || record === undefined || this.#seqs.get(session) === record.lastSeq) return
    const value = view.save()
    if (value === undefined) return
    const at = isLive(view) ? Date.now() : record.lastActiveAt
    await (await this.#open()).put("views", { protocol: PROTOCOL_VERSION, at, value }, session)
    this.#seqs.set(session, record.lastSeq)
  }
}
