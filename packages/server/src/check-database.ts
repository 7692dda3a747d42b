/** Checks a database that no server has open: its pages, then every log in it. Nothing is changed. */
import { DatabaseSync } from "node:sqlite"
import { isLocked, type StoreVerdict, verifyStore } from "@holdfast/store/sqlite/verify-store"

/** What SQLite says of its pages where that is not "ok", or what was found in the logs; `inUse`: another program has it locked. */
export type DatabaseVerdict = { readonly broken: string } | { readonly inUse: true } | StoreVerdict

/** Checks the database at `path`, its logs for at most `milliseconds`. Rejects when it cannot be read at all. */
export async function checkDatabase(path: string, milliseconds: number): Promise<DatabaseVerdict> {
  return checked(path, milliseconds).catch((cause: unknown) => {
    if (isLocked(cause, path)) return { inUse: true }
    throw cause
  })
}

async function checked(path: string, milliseconds: number): Promise<DatabaseVerdict> {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const row = database.prepare("PRAGMA quick_check(1)").get()
    const verdict = String(Object.values(row ?? {})[0])
    if (verdict !== "ok") return { broken: verdict }
  } finally {
    database.close()
  }
  return verifyStore(path, milliseconds)
}
