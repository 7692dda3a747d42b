/**
 * Skipping of plain text. When much text without any control sequence waits, only its last lines can be seen: what
 * scrolls out again needs no parsing. Text is plain when it holds printable characters, CR, LF, tab, backspace and bell.
 */

const OTHER = 1
const MAYBE = 2
const KIND = new Uint8Array(256).fill(0)
KIND.fill(OTHER, 0, 0x20)
for (const allowed of [0x07, 0x08, 0x09, 0x0a, 0x0d]) KIND[allowed] = 0
KIND[0x7f] = OTHER
// U+0080 to U+009F are control characters; all of them begin with this byte.
KIND[0xc2] = MAYBE

const kindAt = (chunk: Uint8Array, at: number): number => KIND[chunk[at] ?? 0] ?? OTHER

/** How many bytes of the chunks, from the first, are plain; looks at `limit` bytes at most. */
export function plainLength(chunks: ReadonlyArray<Uint8Array>, limit: number): number {
  let before = 0
  let pending = false
  for (const chunk of chunks) {
    const length = Math.min(chunk.length, limit - before)
    let at = 0
    while (at < length) {
      if (pending) {
        if ((chunk[at] ?? 0) < 0xa0 && (chunk[at] ?? 0) >= 0x80) return before + at - 1
        pending = false
      }
      while (
        at + 8 <= length &&
        (kindAt(chunk, at) |
          kindAt(chunk, at + 1) |
          kindAt(chunk, at + 2) |
          kindAt(chunk, at + 3) |
          kindAt(chunk, at + 4) |
          kindAt(chunk, at + 5) |
          kindAt(chunk, at + 6) |
          kindAt(chunk, at + 7)) ===
          0
      )
        at += 8
      if (at >= length) break
      const kind = kindAt(chunk, at)
      if (kind === OTHER) return before + at
      pending = kind === MAYBE
      at++
    }
    before += length
    if (before >= limit) break
  }
  return pending ? before - 1 : before
}

const CR = 0x0d
const LF = 0x0a

/** How many line feeds there are. */
export function lineFeeds(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) count++
  return count
}

/**
 * How many of the first `length` plain bytes need not be parsed: what stays begins after a CR LF and has at least `keep`
 * line feeds; what goes has at least `skip`. 0 when there is no such place.
 */
export function skippable(chunks: ReadonlyArray<Uint8Array>, length: number, keep: number, skip: number): number {
  let start = 0
  let last = 0
  while (last < chunks.length && start + (chunks[last]?.length ?? 0) < length) start += chunks[last++]?.length ?? 0
  let kept = 0
  let cut = 0
  let skipped = 0
  for (let index = last; index >= 0; index--) {
    const chunk = chunks[index]
    if (chunk === undefined) continue
    if (index !== last) start -= chunk.length
    let at = Math.min(chunk.length, length - start)
    while ((at = at === 0 ? -1 : chunk.lastIndexOf(LF, at - 1)) >= 0) {
      if (cut === 0) {
        if (kept >= keep && at > 0 && chunk[at - 1] === CR) cut = start + at + 1
        else kept++
      }
      if (cut !== 0 && ++skipped >= skip) return cut
    }
  }
  return 0
}
