/**
 * The write-ahead log as a file (sqlite.org/walformat.html): checking its frames and writing them again where they lie.
 *
 * After a failed sync the system takes the pages it covered for clean, whether they reached the disk or not, and the next sync
 * succeeds without them. Writing the same bytes again makes them dirty, so that a sync of them says something.
 */
import { closeSync, existsSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from "node:fs"

const FRAME_HEADER = 24
/** Bytes of a page in the log, with its header. */
export const FRAME = 4096 + FRAME_HEADER

const HEADER = 32
const MAGIC = 0x377f0682
/** Frames that are read and written at once. */
const STEP = 256

/** The log does not hold the frames that it held: the system has lost some of them. */
export class LogLost extends Error {
  readonly _tag = "LogLost"
}

/** Sums up what it is given, as SQLite does: two sums over 32-bit words, each of which takes in the other. */
class FrameSum {
  #one = 0
  #two = 0
  readonly #little: boolean

  constructor(little: boolean) {
    this.#little = little
  }

  add(view: DataView, from: number, to: number): void {
    let one = this.#one,
      two = this.#two
    for (let at = from; at < to; at += 8) {
      one = (one + view.getUint32(at, this.#little) + two) | 0
      two = (two + view.getUint32(at + 4, this.#little) + one) | 0
    }
    this.#one = one
    this.#two = two
  }

  /** Whether the sums are those that are stored at a place. */
  equals(view: DataView, at: number): boolean {
    return this.#one >>> 0 === view.getUint32(at) && this.#two >>> 0 === view.getUint32(at + 4)
  }
}

const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function readAt(file: number, length: number, from: number): Buffer {
  const bytes = Buffer.alloc(length)
  let done = 0
  while (done < length) {
    const read = readSync(file, bytes, done, length - done, from + done)
    if (read === 0) throw new LogLost("the write-ahead log is shorter than it was")
    done += read
  }
  return bytes
}

function writeAt(file: number, bytes: Buffer, from: number): void {
  let done = 0
  while (done < bytes.length) done += writeSync(file, bytes, done, bytes.length - done, from + done)
}

/**
 * Writes the header and the first `frames` frames of a log again, as they are, and syncs it; what lies after them counts no
 * more. Throws `LogLost` when they do not hold together any more, and the system's error.
 */
export function writeLogAgain(path: string, frames: number): void {
  if (!existsSync(path)) return
  const file = openSync(path, "r+")
  try {
    const isCut = cutBehind(file, frames)
    if (frames > 0) writeFrames(file, frames)
    if (frames > 0 || isCut) fdatasyncSync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * A commit whose sync failed stands after the frames that count, whole. Whoever asked for it is told that it failed, so the
 * next process must not find it. False when nothing lies there.
 */
function cutBehind(file: number, frames: number): boolean {
  const from = HEADER + frames * FRAME
  const isLonger = fstatSync(file).size > from
  if (isLonger) writeAt(file, Buffer.alloc(FRAME_HEADER), from)
  return isLonger
}

function writeFrames(file: number, frames: number): void {
  const header = readAt(file, HEADER, 0)
  const about = viewOf(header)
  const sum = new FrameSum(about.getUint32(0) === MAGIC)
  sum.add(about, 0, 24)
  if (!sum.equals(about, 24)) throw new LogLost("the header of the write-ahead log is missing")
  for (let frame = 0; frame < frames; frame += STEP) {
    const from = HEADER + frame * FRAME
    const bytes = readAt(file, Math.min(STEP, frames - frame) * FRAME, from)
    checkFrames(bytes, about, sum)
    writeAt(file, bytes, from)
  }
  writeAt(file, header, 0)
}

/** Throws unless the frames carry the log's salts and continue its sums. */
function checkFrames(bytes: Buffer, header: DataView, sum: FrameSum): void {
  const view = viewOf(bytes)
  for (let at = 0; at < bytes.length; at += FRAME) {
    sum.add(view, at, at + 8)
    sum.add(view, at + 24, at + FRAME)
    const salted = view.getUint32(at + 8) === header.getUint32(16) && view.getUint32(at + 12) === header.getUint32(20)
    if (!salted || !sum.equals(view, at + 16)) throw new LogLost("a part of the write-ahead log is missing")
  }
}
