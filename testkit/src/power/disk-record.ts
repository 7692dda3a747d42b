/** The record that `faulty-disk.c` writes: what a process asked of its files, in the order it took effect. */
import { readFileSync } from "node:fs"

/** One operation; `failed` when its caller was told an error. */
export interface DiskOperation {
  readonly kind: "write" | "sync" | "truncate" | "unlink" | "mkdir" | "create"
  readonly failed: boolean
  readonly path: string
  /** Where a write begins, or the size that a truncation leaves. */
  readonly offset: number
  readonly data: Buffer
}

const KINDS = ["", "write", "sync", "truncate", "unlink", "mkdir", "create"] as const
const HEAD = 24

/** Reads a record. Throws when the process did what the record does not describe. An entry that was cut off is left out. */
export function readDiskRecord(path: string): Array<DiskOperation> {
  const bytes = readFileSync(path)
  const operations: Array<DiskOperation> = []
  let at = 0
  while (at + HEAD <= bytes.length) {
    const pathLength = bytes.readUInt32LE(at + 8)
    const dataLength = bytes.readUInt32LE(at + 12)
    const end = at + HEAD + pathLength + dataLength
    if (end > bytes.length) break
    const name = bytes.toString("utf8", at + HEAD, at + HEAD + pathLength)
    const kind = KINDS[bytes.readUInt32LE(at)]
    if (kind === undefined || kind === "") throw new Error(`an operation on ${name} that no replay knows`)
    const failed = bytes.readUInt32LE(at + 4) !== 0
    const offset = Number(bytes.readBigUInt64LE(at + 16))
    operations.push({ kind, failed, path: name, offset, data: bytes.subarray(at + HEAD + pathLength, end) })
    at = end
  }
  return operations
}
