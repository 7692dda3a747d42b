/** Files of messages that were shown in this browser, so that they are shown without the server too; the oldest go first. */
import { openDB } from "idb"
import type { DBSchema, IDBPDatabase } from "idb"
import { basePath } from "../../../app/base.ts"
import { openedOnce } from "../../../app/database.ts"

interface Database extends DBSchema {
  readonly files: { readonly key: string; readonly value: Blob }
  readonly sizes: {
    readonly key: string
    readonly value: { readonly hash: string; readonly bytes: number; readonly at: number }
    readonly indexes: { readonly at: number }
  }
}

/** Most bytes of all files. */
const MOST = 64 * 1024 * 1024

const database = openedOnce<IDBPDatabase<Database>>((closers) =>
  openDB<Database>(`holdfast-app-files${basePath()}`, 1, {
    ...closers,
    upgrade: (made) => {
      made.createObjectStore("files")
      made.createObjectStore("sizes", { keyPath: "hash" }).createIndex("at", "at")
    },
  }),
)

/** Keeps a file under its hash. */
export async function storeFile(hash: string, file: Blob): Promise<void> {
  const transaction = (await database()).transaction(["files", "sizes"], "readwrite")
  const [files, sizes] = [transaction.objectStore("files"), transaction.objectStore("sizes")]
  await files.put(file, hash)
  await sizes.put({ hash, bytes: file.size, at: Date.now() })
  const all = await sizes.index("at").getAll()
  let bytes = all.reduce((sum, one) => sum + one.bytes, 0)
  for (const oldest of all) {
    if (bytes <= MOST) break
    bytes -= oldest.bytes
    await files.delete(oldest.hash)
    await sizes.delete(oldest.hash)
  }
  await transaction.done
}

/** The file of a hash; `undefined` where none is kept. */
export async function storedFile(hash: string): Promise<Blob | undefined> {
  return (await database()).get("files", hash)
}
