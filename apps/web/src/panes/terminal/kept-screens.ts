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

/** What the names of screens begin with that wait in the page's own storage. */
const waiting = (): string => `holdfast-app-screen${basePath()} `

/** Keeps the screen of a session while the page goes, when nothing that takes time is certain to be done. */
export function keepScreenNow(session: string, screen: KeptScreen): void {
  try {
    localStorage.setItem(waiting() + session, JSON.stringify(screen))
  } catch {
    // There is no more room: it is kept like any other.
    void keepScreen(session, screen).catch((cause: unknown) => console.warn("a terminal's screen could not be kept:", cause))
  }
}

/** One after the other, so that each reads what the one before has put there. */
let takingIn: Promise<void> = Promise.resolve()

/** Puts what was kept as the page went where the others are. */
async function takeIn(): Promise<void> {
  const begin = waiting()
  const names = Object.keys(localStorage).filter((name) => name.startsWith(begin))
  for (const name of names) {
    const text = localStorage.getItem(name)
    localStorage.removeItem(name)
    if (text !== null) await keepScreen(name.slice(begin.length), JSON.parse(text) as KeptScreen)
  }
}

/** The screen that a session had when it was shown last; `undefined` where none was kept. */
export async function keptScreen(session: string): Promise<KeptScreen | undefined> {
  takingIn = takingIn.then(takeIn, takeIn)
  await takingIn
  return (await database()).get("screens", session)
}
