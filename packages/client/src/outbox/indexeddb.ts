/**
 * An outbox's items in IndexedDB, shared by every tab of an origin.
 *
 * New items are written with `durability: "strict"`: they outlive a loss of power. The rest need not, as sending an item
 * again repeats nothing.
 */
import type { OutboxItem } from "./item.ts"
import type { Change, OutboxStore } from "./OutboxStore.ts"

const ITEMS = "items"

/** Has an entry for every item that is not completed. */
const KEPT = "kept"

/** What is stored: the item, and `kept` while it counts towards the limit. */
type Row = OutboxItem & { readonly kept?: 1 }

/** Opens the database `name`; rejects where the platform has none, as in some private windows. */
export async function indexedDbStore(factory: IDBFactory, name: string): Promise<OutboxStore> {
  let database = await open(factory, name)
  let isClosed = false
  /** A browser may end a connection at any time; the next use opens another. */
  const transaction = async (mode: IDBTransactionMode, durable: boolean): Promise<IDBTransaction> => {
    const begin = (on: IDBDatabase): IDBTransaction => on.transaction(ITEMS, mode, { durability: durable ? "strict" : "relaxed" })
    try {
      return begin(database)
    } catch (cause) {
      if (!(cause instanceof DOMException) || cause.name !== "InvalidStateError" || isClosed) throw cause
      database = await open(factory, name)
      return begin(database)
    }
  }
  return {
    kind: "indexeddb",
    read: async (ids) => {
      const rows = (await transaction("readonly", false)).objectStore(ITEMS)
      if (ids === undefined) return answer(rows.getAll() as IDBRequest<Array<Row>>)
      const found = await Promise.all(ids.map((id) => answer(rows.get(id) as IDBRequest<Row | undefined>)))
      return found.filter((row) => row !== undefined)
    },
    write: async (changes, most, durable) => {
      const whole = await transaction("readwrite", durable)
      const ended = settled(whole)
      const made = await make(whole.objectStore(ITEMS), changes, most).catch((cause: unknown) => {
        ended.catch(() => undefined)
        throw cause
      })
      await ended
      return made
    },
    close: () => {
      isClosed = true
      database.close()
    },
  }
}

/** Makes the changes within one transaction, one after the other. */
async function make(rows: IDBObjectStore, changes: ReadonlyArray<Change>, most: number): Promise<ReadonlyArray<boolean>> {
  const made: Array<boolean> = []
  for (const { item, gone } of changes) {
    const before = await answer(rows.get(item.id) as IDBRequest<Row | undefined>)
    const isNext = (before?.version ?? 0) === item.version - 1
    const isMade = isNext && (item.version > 1 || (await answer(rows.index(KEPT).count())) < most)
    made.push(isMade)
    if (!isMade) continue
    if (gone === true) rows.delete(item.id)
    else rows.put(item.status === "completed" ? item : { ...item, kept: 1 })
  }
  return made
}

function open(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  const request = factory.open(name, 1)
  request.onupgradeneeded = () => {
    request.result.createObjectStore(ITEMS, { keyPath: "id" }).createIndex(KEPT, "kept")
  }
  return answer(request).then((database) => {
    // Someone deletes the database, or opens a later version of it: this connection must not stand in the way.
    database.onversionchange = () => database.close()
    return database
  })
}

function answer<A>(request: IDBRequest<A>): Promise<A> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error as Error)
  })
}

function settled(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new DOMException("the transaction was aborted", "AbortError"))
  })
}
