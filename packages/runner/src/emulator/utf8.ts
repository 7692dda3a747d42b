/** Where a piece of output may be cut without cutting a character. */

const needed = (lead: number): number =>
  lead >= 0xf0 && lead <= 0xf4 ? 4 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xc2 && lead < 0xe0 ? 2 : 1

/** The largest cut up to `end` that leaves no character begun; bytes that are not UTF-8 are cut anywhere. */
export const wholeCharacters = (bytes: Uint8Array, end: number): number => {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    return needed(byte) > back ? end - back : end
  }
  return end
}
