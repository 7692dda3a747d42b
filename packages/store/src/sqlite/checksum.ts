/** Checksums of what the SQLite store keeps; each covers the place of a thing as well as its content. */
import { crc32 } from "node:zlib"

/** Checksum of where a piece of a log lies and of which kinds it holds. */
export function placeCrc(session: number, from: number, to: number, kinds: string): number {
  return crc32(`${session}|${from}|${to}|${kinds}`)
}

/** Checksum of a piece's bytes on top of that of its place. */
export function pieceCrc(place: number, bytes: Uint8Array): number {
  return crc32(bytes, place)
}

/** Checksum of a session's stored state. */
export function stateCrc(handle: number, id: string, log: string, record: string, inner: string): number {
  return crc32(inner, crc32(record, crc32(`${handle}|${id}|${log}|`)))
}

/** Checksum of a journal position. */
export function journalCrc(session: number, runner: string, child: string, position: number): number {
  return crc32(`${session}|${runner}|${child}|${position}`)
}

/** Checksum of a key's use. */
export function keyCrc(session: number, key: string, hash: string, first: number, last: number): number {
  return crc32(`${session}|${key}|${hash}|${first}|${last}`)
}

/** Checksum of a checkpoint. */
export function checkpointCrc(session: number, seq: number, cols: number, rows: number, screen: Uint8Array): number {
  return crc32(screen, crc32(`${session}|${seq}|${cols}|${rows}`))
}
