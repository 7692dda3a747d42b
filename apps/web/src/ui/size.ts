/** Sizes for people. */

/** A number of bytes, or of characters of plain text. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? "1 byte" : `${bytes} bytes`
  const kilobytes = bytes / 1024
  return kilobytes < 1000 ? `${rounded(kilobytes)} KB` : `${rounded(kilobytes / 1024)} MB`
}

const rounded = (number: number): string => (number < 10 ? number.toFixed(1).replace(".0", "") : Math.round(number).toString())
