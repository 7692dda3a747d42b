/** The database of what the page keeps for a start without the server (docs/protocol/app-rules.md, APP-6). */
import { openDB } from "idb"
import type { DBSchema, IDBPDatabase } from "idb"
import type { SavedView } from "@holdfast/client/model"
import type { Session } from "@holdfast/protocol/session"
import { PROTOCOL_VERSION } from "@holdfast/protocol/version"
import { basePath } from "./base.ts"
import { openedOnce } from "./database.ts"

/** What is kept is of one version of the protocol; that of another is left aside. */
interface Kept<A> {
  readonly protocol: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly value: A
}

/** The list: records, and up to where this person had seen them. */
interface KeptList extends Kept<ReadonlyArray<Session>> {
  readonly seen?: ReadonlyArray<readonly [session: string, seq: number]>
}

interface KeptDatabase extends DBSchema {
  readonly list: { readonly key: string; readonly value: KeptList }
  readonly views: { readonly key: string; readonly value: Kept<SavedView>; readonly indexes: { readonly at: number } }
}

/** The database, opened. */
export type OpenedKept = IDBPDatabase<KeptDatabase>

/** Milliseconds between two looks at what has changed. */
const PAUSE = 10_000

/** Opens it. */
export const openKept = openedOnce<OpenedKept>((closers) =>
  openDB<KeptDatabase>(`holdfast-app${basePath()}`, 1, {
    ...closers,
    upgrade: (made) => {
      made.createObjectStore("list")
      made.createObjectStore("views").createIndex("at", "at")
    },
  }),
)

/** Whether this version can show what was kept. */
export function isNow(kept: Kept<unknown> | undefined): boolean {
  return kept?.protocol === PROTOCOL_VERSION
}

/** Warns of what could not be kept: a private window may keep nothing, and a disk may be full. */
export function warnNotKept(cause: unknown): void {
  console.warn("what is shown could not be kept:", cause)
}

/** Has something written now and then, and when the page goes, until the function that is returned is called. */
export function writeOften(write: () => Promise<void>): () => void {
  const now = (): void => void write().catch(warnNotKept)
  const timer = setInterval(now, PAUSE)
  const hidden = (): void => {
    if (document.visibilityState === "hidden") now()
  }
  document.addEventListener("visibilitychange", hidden)
  addEventListener("pagehide", now)
  return () => {
    clearInterval(timer)
    document.removeEventListener("visibilitychange", hidden)
    removeEventListener("pagehide", now)
  }
}
