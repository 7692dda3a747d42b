/** SQLite stores in temporary directories. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Place } from "../src/contract/subject.ts"
import * as SqliteStore from "../src/sqlite/SqliteStore.ts"

/** A place for a SQLite store, with the path of its database. */
export async function sqlitePlace(
  options: Omit<SqliteStore.SqliteStoreOptions, "path"> = {},
): Promise<Place & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-store-"))
  const path = join(folder, "data", "holdfast.db")
  return {
    path,
    layer: SqliteStore.layer({ path, ...options }),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
