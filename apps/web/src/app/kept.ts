/**
 * What the page keeps of this server for a start without it: the list, the transcripts that were open last, the layout
 * (docs/protocol/app-rules.md, APP-6). Each is shown with its age until the server has said what is so now.
 */
import type { HubModel } from "@holdfast/client/model"
import { readLayout } from "@holdfast/core/layout/read-layout"
import { PROTOCOL_VERSION } from "@holdfast/protocol/version"
import { Store } from "../ui/store.ts"
import { basePath } from "./base.ts"
import { isNow, openKept, type OpenedKept, writeOften } from "./kept-database.ts"
import { ViewKeeper } from "./kept-views.ts"

/** When the list that is shown was so, in epoch milliseconds; `undefined` once it is that of this moment. */
export const listAge = new Store<number | undefined>(undefined)

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
  const views = new ViewKeeper(hub, openKept)
  void openKept()
    .then(async (opened) => {
      if (!isOver) await restore(hub, opened).finally(() => (keeper.isReady = true))
    })
    // A private window may keep nothing.
    .catch((cause: unknown) => console.warn("nothing is kept for a start without the server:", cause))
  const ends = [keeper.start(), views.start(), hub.desk.layout.state.subscribe(() => keepLayout(hub))]
  return () => {
    isOver = true
    for (const end of ends) end()
  }
}

async function restore(hub: HubModel, database: OpenedKept): Promise<void> {
  const list = await database.get("list", "list")
  if (list !== undefined && isNow(list) && hub.table.state.get()._tag === "Loading") {
    hub.table.restore(list.value)
    for (const [session, seq] of list.seen ?? []) hub.beside.expect(session, seq)
    listAge.set(list.at)
  }
}

/** Writes what has changed, now and then and when the page goes. */
class Keeper {
  readonly #hub: HubModel
  /** Whether what was kept has been read: nothing is written over it before. */
  isReady = false
  #records: unknown
  #unread: unknown

  constructor(hub: HubModel) {
    this.#hub = hub
  }

  start(): () => void {
    const { state } = this.#hub.table
    const synced = (): void => {
      if (state.get()._tag === "Synced") listAge.set(undefined)
    }
    const ends = [writeOften(() => this.#write()), state.subscribe(synced)]
    return () => {
      for (const end of ends) end()
    }
  }

  async #write(): Promise<void> {
    const { table, beside } = this.#hub
    if (!this.isReady || table.state.get()._tag !== "Synced") return
    const database = await openKept()
    const records = table.list({}).sessions.get()
    const unread = beside.unread.get()
    const at = Date.now()
    if (records !== this.#records || unread !== this.#unread) {
      this.#records = records
      this.#unread = unread
      const value = records.filter((record) => record.status !== "offline")
      const seen = value.flatMap(({ id, news }) => (news === undefined ? [] : [[id, beside.seen(id).get()] as const]))
      await database.put("list", { protocol: PROTOCOL_VERSION, at, value, seen }, "list")
    }
  }
}
