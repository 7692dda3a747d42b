/**
 * What the page keeps of this server for a start without it: the list, the transcripts that were open last, the layout
 * (docs/protocol/app-rules.md, APP-6). Each is shown with its age until the server has said what is so now.
 */
import { openDB } from "idb"
import type { DBSchema, IDBPDatabase } from "idb"
import type { HubModel, SavedView } from "@holdfast/client/model"
import { readLayout } from "@holdfast/core/layout/read-layout"
import type { Session } from "@holdfast/protocol/session"
import { PROTOCOL_VERSION } from "@holdfast/protocol/version"
import { Store } from "../ui/store.ts"
import { placedTabs } from "../workspace/tabs.ts"
import { basePath } from "./base.ts"
import { openedOnce } from "./database.ts"

/** What is kept is of one version of the protocol; that of another is left aside. */
interface Kept<A> {
  readonly protocol: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly value: A
}

interface Database extends DBSchema {
  readonly list: { readonly key: string; readonly value: Kept<ReadonlyArray<Session>> }
  readonly views: { readonly key: string; readonly value: Kept<SavedView>; readonly indexes: { readonly at: number } }
}

/** Transcripts that are kept, and milliseconds between two looks at what has changed. */
const VIEWS = 32
const PAUSE = 10_000

/** When the list that is shown was so, in epoch milliseconds; `undefined` once it is that of this moment. */
export const listAge = new Store<number | undefined>(undefined)

/** The same of the transcripts of sessions. */
export const viewAges = new Store<ReadonlyMap<string, number>>(new Map())

const layoutItem = (): string => `holdfast-app-layout${basePath()}`

/** The layout as it was, at once. */
export function restoreLayout({ desk }: HubModel): void {
  try {
    const text = localStorage.getItem(layoutItem())
    const kept = text === null ? undefined : (JSON.parse(text) as { readonly layout?: unknown; readonly unsaved?: unknown })
    const layout = readLayout(kept?.layout)
    const unsaved = typeof kept?.unsaved === "number" ? kept.unsaved : undefined
    if (layout !== undefined) desk.layout.restore(layout, unsaved)
  } catch {
    // What cannot be read is as if nothing had been kept.
  }
}

/** Keeps the layout, and whether the server lacks it. */
function keepLayout({ desk: { layout } }: HubModel): void {
  try {
    localStorage.setItem(layoutItem(), JSON.stringify({ layout: layout.latest, unsaved: layout.unsaved }))
  } catch {
    // The server has it.
  }
}

/** Reads what was kept into a model, and keeps it up to date until the function that is returned is called. */
export function keepModel(hub: HubModel): () => void {
  let isOver = false
  const keeper = new Keeper(hub)
  void openKept()
    .then(async (opened) => {
      if (!isOver) await restore(hub, opened).finally(() => (keeper.isReady = true))
    })
    // A private window may keep nothing.
    .catch((cause: unknown) => console.warn("nothing is kept for a start without the server:", cause))
  const ends = [keeper.start(), hub.desk.layout.state.subscribe(() => keepLayout(hub))]
  return () => {
    isOver = true
    for (const end of ends) end()
  }
}

const openKept = openedOnce<IDBPDatabase<Database>>((closers) =>
  openDB<Database>(`holdfast-app${basePath()}`, 1, {
    ...closers,
    upgrade: (made) => {
      made.createObjectStore("list")
      made.createObjectStore("views").createIndex("at", "at")
    },
  }),
)

const isNow = (kept: Kept<unknown> | undefined): boolean => kept?.protocol === PROTOCOL_VERSION

async function restore(hub: HubModel, database: IDBPDatabase<Database>): Promise<void> {
  const sessions = new Set(placedTabs(hub.desk.layout.latest.root).flatMap(({ tab }) => tab.session ?? []))
  const [list, ...views] = await Promise.all([
    database.get("list", "list"),
    ...[...sessions].map(async (session) => [session, await database.get("views", session)] as const),
  ])
  if (list !== undefined && isNow(list) && hub.table.state.get()._tag === "Loading") {
    hub.table.restore(list.value)
    listAge.set(list.at)
  }
  const ages = new Map<string, number>()
  for (const [session, kept] of views) {
    const view = hub.view(session)
    if (kept === undefined || !isNow(kept) || view.record.get() !== undefined) continue
    view.restore(kept.value)
    ages.set(session, kept.at)
  }
  viewAges.set(ages)
}

/** Writes what has changed, now and then and when the page goes. */
class Keeper {
  readonly #hub: HubModel
  /** Whether what was kept has been read: nothing is written over it before. */
  isReady = false
  readonly #seqs = new Map<string, number>()
  #records: unknown

  constructor(hub: HubModel) {
    this.#hub = hub
  }

  start(): () => void {
    const { state } = this.#hub.table
    const synced = (): void => {
      if (state.get()._tag === "Synced") listAge.set(undefined)
    }
    const write = (): void =>
      void this.#write().catch((cause: unknown) => console.warn("what is shown could not be kept:", cause))
    const timer = setInterval(write, PAUSE)
    const hidden = (): void => {
      if (document.visibilityState === "hidden") write()
    }
    document.addEventListener("visibilitychange", hidden)
    addEventListener("pagehide", write)
    const end = state.subscribe(synced)
    return () => {
      clearInterval(timer)
      document.removeEventListener("visibilitychange", hidden)
      removeEventListener("pagehide", write)
      end()
    }
  }

  async #write(): Promise<void> {
    const { table } = this.#hub
    if (!this.isReady || table.state.get()._tag !== "Synced") return
    const database = await openKept()
    const records = table.list({}).sessions.get()
    const at = Date.now()
    if (records !== this.#records) {
      this.#records = records
      const value = records.filter((record) => record.status !== "offline")
      await database.put("list", { protocol: PROTOCOL_VERSION, at, value }, "list")
    }
    for (const { tab } of placedTabs(this.#hub.desk.layout.latest.root)) {
      if (tab.what === "session" && tab.session !== undefined) await this.#writeView(database, tab.session, at)
    }
    await this.#trim(database)
  }

  async #writeView(database: IDBPDatabase<Database>, session: string, at: number): Promise<void> {
    const view = this.#hub.view(session)
    if (view.status.get()._tag !== "Live") return
    const ages = viewAges.get()
    if (ages.has(session)) viewAges.set(new Map([...ages].filter(([id]) => id !== session)))
    const seq = view.record.get()?.lastSeq
    if (seq === undefined || this.#seqs.get(session) === seq) return
    const value = view.save()
    if (value === undefined) return
    this.#seqs.set(session, seq)
    await database.put("views", { protocol: PROTOCOL_VERSION, at, value }, session)
  }

  async #trim(database: IDBPDatabase<Database>): Promise<void> {
    const keys = await database.getAllKeysFromIndex("views", "at")
    for (const key of keys.slice(0, Math.max(0, keys.length - VIEWS))) await database.delete("views", key)
  }
}
