/**
 * The limit of a list: a select over an index, 50 rows, read as text.
 */
import { DatabaseSync } from "node:sqlite"
import { timed } from "../load/pump.ts"
import type { Opened } from "../row.ts"
import { quantile } from "../statistics.ts"

const RECORD = JSON.stringify({
  id: "0".repeat(36),
  label: "a session",
  status: "active",
  command: "/bin/bash",
  padding: "=".repeat(600),
})

/** Fills a table of `rows` rows and measures the select `times` times per measurement. */
export function openIndexed(path: string, rows: number, times: number): Opened {
  const database = new DatabaseSync(path)
  database.exec(
    "PRAGMA journal_mode=WAL; CREATE TABLE sessions (handle INTEGER PRIMARY KEY, active INTEGER, record TEXT); CREATE INDEX by_active ON sessions (active)",
  )
  const insert = database.prepare("INSERT INTO sessions (active, record) VALUES (?, ?)")
  database.exec("BEGIN")
  for (let at = 0; at < rows; at++) insert.run((at * 7919) % rows, RECORD)
  database.exec("COMMIT")
  const select = database.prepare("SELECT handle, record FROM sessions ORDER BY active DESC LIMIT 50")
  return {
    measure: async () => ({
      p50: quantile(
        await timed(times, async () => {
          if (select.all().length !== 50) throw new Error("not 50 rows")
        }),
        0.5,
      ),
    }),
    close: async () => database.close(),
  }
}
