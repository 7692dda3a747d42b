/** Cutting text to a length without cutting a character in two: a surrogate pair stays whole or goes whole (M-7). */

const isHigh = (code: number): boolean => code >= 0xd800 && code <= 0xdbff
const isLow = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff

/** Whether a cut before this place would divide a surrogate pair. */
export function dividesPair(text: string, at: number): boolean {
  return at > 0 && isHigh(text.charCodeAt(at - 1)) && isLow(text.charCodeAt(at))
}

/** The beginning of a text, of at most `length` UTF-16 units. */
export function headOf(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, dividesPair(text, length) ? length - 1 : length)
}

/** The end of a text, of at most `length` UTF-16 units. */
export function tailOf(text: string, length: number): string {
  if (text.length <= length) return text
  const from = text.length - length
  return text.slice(dividesPair(text, from) ? from + 1 : from)
}

const encoder = new TextEncoder()

/** The beginning of a text, of at most `bytes` bytes of UTF-8. */
export function headOfBytes(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text
  const { read } = encoder.encodeInto(text, new Uint8Array(bytes))
  return text.slice(0, read)
}
