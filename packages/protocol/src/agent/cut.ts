/**
 * Cutting JSON to a size: the longest strings give way first, each keeps its beginning and its end and says how much is
 * missing between them. Strings that fit stay as they are, to the last character.
 */
import { headOf, tailOf } from "../text-cut.ts"
import { type AgentChunk, CHUNK_ID_MAX, CHUNK_MAX, type Json } from "./chunk.ts"

/** Shortest length, in characters, that a string is cut to, so that no id is; a value whose bulk is not in strings becomes text. */
const SHORTEST = CHUNK_ID_MAX

/** Bytes of a string as JSON in UTF-8, with quotes and escapes. */
function stringBytes(text: string): number {
  let bytes = 2
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20) bytes += code === 8 || code === 9 || code === 10 || code === 12 || code === 13 ? 2 : 6
    else if (code < 0x80) bytes += code === 0x22 || code === 0x5c ? 2 : 1
    else if (code < 0x800) bytes += 2
    else if (code < 0xd800 || code > 0xdfff) bytes += 3
    else {
      const next = text.charCodeAt(i + 1)
      if (code < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
        bytes += 4
        i++
      } else bytes += 6
    }
  }
  return bytes
}

/** Bytes of a value as JSON in UTF-8, without making the text. */
export function jsonBytes(value: unknown): number {
  if (typeof value === "string") return stringBytes(value)
  if (typeof value !== "object" || value === null) return String(value).length
  let bytes = 2
  if (Array.isArray(value)) {
    for (const item of value) bytes += jsonBytes(item) + 1
    return bytes
  }
  for (const [key, item] of Object.entries(value)) if (item !== undefined) bytes += stringBytes(key) + jsonBytes(item) + 2
  return bytes
}

/**
 * A text of about `length` characters: its beginning and its end, with a line between them that says what is missing.
 * The line is ASCII, so that a text of Latin letters takes one byte a character in memory.
 */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text
  const head = headOf(text, Math.ceil(length / 2))
  const tail = tailOf(text, Math.floor(length / 2))
  return `${head}\n[... ${text.length - head.length - tail.length} characters cut ...]\n${tail}`
}

function collectLong(value: unknown, found: Array<string>): void {
  if (typeof value === "string") {
    if (value.length > SHORTEST) found.push(value)
  } else if (typeof value === "object" && value !== null) for (const item of Object.values(value)) collectLong(item, found)
}

function mapStrings(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value)
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map((item: Json) => mapStrings(item, change))
  // fromEntries defines keys, so that `__proto__` stays a key.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)]))
}

/** Bytes of the line between what is kept of a text, at most. */
const NOTICE_BYTES = 64

/** The length that strings are cut to, so that about `excess` bytes go. */
function cutLength(strings: ReadonlyArray<string>, excess: number): number {
  const lengths = strings.map((text) => text.length).sort((a, b) => b - a)
  let taken = 0
  for (let i = 0; i < lengths.length; i++) {
    const next = Math.max(lengths[i + 1] ?? SHORTEST, SHORTEST)
    const level = (lengths[i] ?? SHORTEST) - next
    if (taken + level * (i + 1) >= excess) return next + Math.floor((taken + level * (i + 1) - excess) / (i + 1))
    taken += level * (i + 1)
  }
  return SHORTEST
}

/**
 * A value of at most `max` bytes as JSON: the value itself when it fits, otherwise with its longest strings cut, and
 * where that is not enough its JSON text, cut. `max` is at least 4,096; `size` is that of the value, where it is known.
 */
export function cutJson(value: Json, max: number, size = jsonBytes(value)): Json {
  if (size <= max) return value
  const strings: Array<string> = []
  collectLong(value, strings)
  // Each character is a byte at least, so that what is cut so, with its line in the middle, fits: large values are cut in one pass.
  const length = cutLength(strings, size - max + NOTICE_BYTES * strings.length)
  const cut = mapStrings(value, (text) => cutText(text, length))
  if (length > SHORTEST || jsonBytes(cut) <= max) return cut
  let text = typeof value === "string" ? value : JSON.stringify(value)
  for (let length = max; length > 0 && jsonBytes(text) > max; length = Math.floor(length / 2)) text = cutText(text, length)
  return text
}

/** Fields of chunks that may be long, and may be cut. */
const LONG_FIELDS = ["delta", "inputTextDelta", "input", "output", "data", "errorText", "parts", "messageMetadata", "reason"]

/** A chunk of at most `CHUNK_MAX` bytes as JSON: the chunk itself when it fits, cut otherwise; a file becomes a notice. */
export function cutChunk(chunk: AgentChunk): AgentChunk {
  const size = jsonBytes(chunk)
  if (size <= CHUNK_MAX) return chunk
  const notice = (text: string): AgentChunk => ({ type: "data-notice", data: { text } })
  if (chunk.type === "file" || chunk.type === "reasoning-file") {
    return notice(`A file (${cutText(chunk.mediaType, 100)}) of ${chunk.url.length} characters was too long to keep.`)
  }
  const whole: Record<string, unknown> = { ...chunk }
  const kept = Object.entries(whole).filter(
    ([key]) => key !== "providerMetadata" && key !== "toolMetadata" && key !== "citations",
  )
  const fixed = jsonBytes(Object.fromEntries(kept.filter(([key]) => !LONG_FIELDS.includes(key))))
  const long = kept.filter(([key]) => LONG_FIELDS.includes(key))
  if (fixed > CHUNK_MAX / 2 || long.length === 0)
    return notice(`A chunk (${cutText(chunk.type, 100)}) of ${size} bytes was too long to keep.`)
  const each = Math.floor((CHUNK_MAX - fixed - 1024) / long.length)
  const shortened = long.map(([key, value]) => [key, cutJson(value as Json, each)])
  return { ...Object.fromEntries(kept), ...Object.fromEntries(shortened) } as AgentChunk
}
