/** What belongs to people, inside the writer's transaction: documents such as drafts, and up to where they have seen sessions. */
import { FORGET_STEP, type PutDocument, type SeenMark, type SeenPage, type StoredDocument } from "../People.ts"
import { type Row, type Statements, num, str } from "./statements.ts"
import type { WriterReply } from "./wire.ts"

/** The next number of a counter, stored with the transaction. */
function nextOf(statements: Statements, counter: "document" | "seen"): number {
  const row = statements.get("UPDATE counters SET value = value + 1 WHERE name = ? RETURNING value", counter)
  if (row === undefined) throw new Error(`the counter ${counter} is missing`)
  return num(row, "value")
}

const OF_KIND = "FROM documents WHERE person = ? AND kind = ?"

/** Puts or removes a document, unless it is not what was expected, or one too many. */
export function putDocument(statements: Statements, request: PutDocument): WriterReply {
  const { person, kind, name, value, time, expected, most, full } = request
  const row = statements.get(`SELECT version ${OF_KIND} AND name = ?`, person, kind, name)
  const before = row === undefined ? 0 : num(row, "version")
  if (expected !== undefined && expected !== before)
    return { _tag: "DocumentPut", outcome: { _tag: "Outdated", version: before } }
  if (value === undefined) {
    statements.run(`DELETE ${OF_KIND} AND name = ?`, person, kind, name)
    return { _tag: "DocumentPut", outcome: { _tag: "Put", version: 0 } }
  }
  if (before === 0) {
    const count = Number(statements.get(`SELECT count(*) AS n ${OF_KIND}`, person, kind)?.["n"] ?? 0)
    if (count >= most && full === "refuse") return { _tag: "DocumentPut", outcome: { _tag: "Full" } }
    const oldest = `SELECT rowid ${OF_KIND} ORDER BY version LIMIT ?`
    if (count >= most) statements.run(`DELETE FROM documents WHERE rowid IN (${oldest})`, person, kind, count - most + 1)
  }
  const version = nextOf(statements, "document")
  statements.run("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?)", person, kind, name, version, time, value)
  return { _tag: "DocumentPut", outcome: { _tag: "Put", version } }
}

/** The documents of a person and kind, or the one of a name; the newest first. */
export function readDocuments(
  statements: Statements,
  person: string,
  kind: string,
  name: string | undefined,
): ReadonlyArray<StoredDocument> {
  const columns = "SELECT name, version, time, value"
  const rows =
    name === undefined
      ? statements.all(`${columns} ${OF_KIND} ORDER BY version DESC`, person, kind)
      : statements.all(`${columns} ${OF_KIND} AND name = ?`, person, kind, name)
  return rows.map((row) => ({
    kind,
    name: str(row, "name"),
    value: str(row, "value"),
    version: num(row, "version"),
    time: num(row, "time"),
  }))
}

/** Sets a mark, never back unless that is wanted; what does not move it keeps its number. */
export function putSeen(statements: Statements, person: string, id: string, seq: number, back: boolean): WriterReply {
  const session = statements.get("SELECT handle FROM sessions WHERE id = ?", id)
  if (session === undefined) return { _tag: "NotFound" }
  const handle = num(session, "handle")
  const known = statements.get("SELECT seq, number FROM seen WHERE person = ? AND session = ?", person, handle)
  const isMoved = known === undefined || (back ? num(known, "seq") !== seq : num(known, "seq") < seq)
  if (!isMoved) return { _tag: "Seen", mark: { session: id, seq: num(known, "seq"), number: num(known, "number") } }
  const number = nextOf(statements, "seen")
  statements.run("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", person, handle, seq, number)
  return { _tag: "Seen", mark: { session: id, seq, number } }
}

const markOf = (row: Row): SeenMark => ({ session: str(row, "id"), seq: num(row, "seq"), number: num(row, "number") })

const MARKS = "SELECT s.id, m.seq, m.number FROM seen m JOIN sessions s ON s.handle = m.session WHERE m.person = ?"

/** A page of a person's marks. */
export function readSeen(statements: Statements, person: string, after: number, limit: number): SeenPage {
  const head = Number(statements.get("SELECT max(number) AS n FROM seen WHERE person = ?", person)?.["n"] ?? 0)
  return { marks: statements.all(`${MARKS} AND m.number > ? ORDER BY m.number LIMIT ?`, person, after, limit).map(markOf), head }
}

/** A person's marks of some sessions. */
export function readSeenOf(statements: Statements, person: string, ids: ReadonlyArray<string>): ReadonlyMap<string, number> {
  const rows = statements.all(`${MARKS} AND s.id IN (SELECT value FROM json_each(?))`, person, JSON.stringify(ids))
  return new Map(rows.map((row) => [str(row, "id"), num(row, "seq")]))
}

/** Removes what people keep of a session that is purged. */
export function forgetSession(statements: Statements, handle: number, id: string): void {
  statements.run("DELETE FROM seen WHERE session = ?", handle)
  statements.run("DELETE FROM documents WHERE name = ?", id)
}

const NEXT_PERSON = `SELECT min(person) AS person FROM (
  SELECT min(person) AS person FROM documents WHERE person > ?1 UNION ALL SELECT min(person) FROM seen WHERE person > ?1)`

/** Persons of whom something is kept, after a name: each is looked up, however much is kept of the one before. */
export function readPersons(statements: Statements, after: string, limit: number): ReadonlyArray<string> {
  const persons: Array<string> = []
  for (let at = after; persons.length < limit;) {
    const next = statements.get(NEXT_PERSON, at)?.["person"]
    if (typeof next !== "string") break
    persons.push((at = next))
  }
  return persons
}

/** Removes some of what is kept of a person; says whether something is left. */
export function forgetSome(statements: Statements, person: string): WriterReply {
  const { documents, marks } = FORGET_STEP
  statements.run("DELETE FROM documents WHERE rowid IN (SELECT rowid FROM documents WHERE person = ? LIMIT ?)", person, documents)
  const some = "SELECT session FROM seen WHERE person = ?1 LIMIT ?2"
  statements.run(`DELETE FROM seen WHERE person = ?1 AND session IN (${some})`, person, marks)
  const left = "SELECT 1 FROM documents WHERE person = ?1 UNION ALL SELECT 1 FROM seen WHERE person = ?1 LIMIT 1"
  return { _tag: "Forgotten", more: statements.get(left, person) !== undefined }
}
