/**
 * The one reading of bytes as characters: UTF-8 as the WHATWG Encoding Standard decodes it. Each maximal part that is no
 * character is one U+FFFD, in the emulator, before a viewer's terminal and in a recording alike.
 */
import { isUtf8 } from "node:buffer"

const needed = (lead: number): number =>
  lead >= 0xf0 && lead <= 0xf4 ? 4 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xc2 && lead < 0xe0 ? 2 : 1

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/** The largest cut up to `end` that leaves no character begun; bytes that are not UTF-8 are cut anywhere. */
export function wholeCharacters(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    return needed(byte) > back ? end - back : end
  }
  return end
}

/** Whole characters as text. */
export function decodeCharacters(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** Whole characters in the form that the library reads as we do: it would drop what is not UTF-8. */
export function forLibrary(bytes: Uint8Array): Uint8Array | string {
  return isUtf8(bytes) ? bytes : decodeCharacters(bytes)
}

const REPLACEMENT = 0xfffd

/** Whole characters as code points into `to`, which has room for one a byte; how many. The same as `decodeCharacters`. */
export function decodeCodePoints(bytes: Uint8Array, to: Uint32Array): number {
  let length = 0
  let at = 0
  while (at < bytes.length) {
    const byte = bytes[at++] ?? 0
    if (byte < 0x80) {
      to[length++] = byte
      continue
    }
    const count = needed(byte)
    let code = count === 1 ? REPLACEMENT : byte & (0x7f >> count)
    for (let left = count - 1; left > 0; left--) {
      const next = bytes[at] ?? 0
      const isFirst = left === count - 1
      const from = isFirst && byte === 0xe0 ? 0xa0 : isFirst && byte === 0xf0 ? 0x90 : 0x80
      const last = isFirst && byte === 0xed ? 0x9f : isFirst && byte === 0xf4 ? 0x8f : 0xbf
      if (at >= bytes.length || next < from || next > last) {
        code = REPLACEMENT
        break
      }
      code = (code << 6) | (next & 0x3f)
      at++
    }
    to[length++] = code
  }
  return length
}

const EMPTY = new Uint8Array(0)

/** Cuts a stream into whole characters: a begun one waits for its rest. */
export class CharacterCutter {
  #begun: Uint8Array = EMPTY

  /** Whether the stream so far ends in the middle of a character. */
  get isInCharacter(): boolean {
    return this.#begun.length > 0
  }

  /** The whole characters up to the end of `bytes`. */
  take(bytes: Uint8Array): Uint8Array {
    const all = this.#begun.length === 0 ? bytes : Buffer.concat([this.#begun, bytes])
    const end = wholeCharacters(all, all.length)
    this.#begun = end === all.length ? EMPTY : new Uint8Array(all.subarray(end))
    return all.subarray(0, end)
  }

  /** Forgets a begun character. */
  reset(): void {
    this.#begun = EMPTY
  }
}
