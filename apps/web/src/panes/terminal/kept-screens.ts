/**
 * The screens that terminals showed last in this browser, for a start without the server (docs/protocol/app-rules.md, APP-6). The
 * hub's own screen replaces one as soon as it is there.
 */
import { openDB } from "idb"
import type { DBSchema, IDBPDatabase } from "idb"
import { basePath } from "../../app/base.ts"
import { openedOnce } from "../../app/database.ts"

/** A screen as it was. */
export interface KeptScreen {
  readonly cols: number
  readonly rows: number
  readonly text: string
  /** Epoch milliseconds. */
  readonly at: number
}

interface Database extends DBSchema {
  readonly screens: { readonly key: string; readonly value: KeptScreen; readonly indexes: { readonly at: number } }
}

/** Most screens that are kept; the oldest go first. */
const MOST = 64

const database = openedOnce<IDBPDatabase<Database>>((closers) =>
  openDB<Database>(`holdfast-app-screens${basePath()}`, 1, {
    ...closers,
    upgrade: (made) => void made.createObjectStore("screens").createIndex("at", "at"),
  }),
)

/** Keeps the screen of a session. */
export async function keepScreen(session: string, screen: KeptScreen): Promise<void> {
  const transaction = (await database()).transaction("screens", "readwrite")
  await transaction.store.put(screen, session)
  const keys = await transaction.store.index("at").getAllKeys()
  for (const key of keys.slice(0, Math.max(0, keys.length - MOST))) await transaction.store.delete(key)
  await transaction.done
}

/** The screen that a session had when it was shown last; `undefined` where none was kept. */
export async function keptScreen(session: string): Promise<KeptScreen | undefined> {
  return (await database()).get("screens", session)
}
