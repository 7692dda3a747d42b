/**
 * A worker thread: appends pieces of output to SQLite, durable, one commit for all that waited.
 */
import { DatabaseSync } from "node:sqlite"
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from "node:worker_threads"

interface Piece {
  readonly seq: number
  readonly bytes: Uint8Array
}

const { port, path } = workerData as { readonly port: MessagePort; readonly path: string }
const database = new DatabaseSync(path)
database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS events (seq INTEGER, bytes BLOB)")
const insert = database.prepare("INSERT INTO events (seq, bytes) VALUES (?, ?)")

port.on("message", (first: Piece) => {
  database.exec("BEGIN")
  let last = 0
  for (
    let piece: Piece | undefined = first;
    piece !== undefined;
    piece = receiveMessageOnPort(port)?.message as Piece | undefined
  ) {
    insert.run(piece.seq, piece.bytes)
    last = piece.seq
  }
  database.exec("COMMIT")
  port.postMessage(last)
})
parentPort?.on("message", () => {
  database.close()
  process.exit(0)
})
