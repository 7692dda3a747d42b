/**
 * A text that grows, as blocks that settle: what no further text can change is lexed once and keeps its object and its key for
 * ever, so that a frame costs what its new text costs (docs/protocol/app-rules.md, APP-31).
 *
 * Invariant: the blocks are those of the whole text, whatever pieces it came in.
 */
import type { Token, Tokens } from "marked"
import { lex } from "./lexer.ts"
import type { Links } from "./lexer.ts"
import { Kept } from "../../../ui/Kept.ts"

/** A block of a text. Its object is the same one as long as it shows the same. */
export interface Block {
  readonly key: number
  readonly token: Token
}

/** A fence that is open at the end of the text: nothing in it is lexed. */
interface OpenFence {
  readonly close: RegExp
  readonly lang: string
  /** Where its text begins in the tail, and where the first line begins that may still close it. */
  readonly begin: number
  seen: number
}

const FENCE = /^(`{3,}|~{3,})([^\n]*)\n/

/** Lines as the lexer sees them; a carriage return at the end may be half of a line's end. */
function normal(text: string): string {
  return text.includes("\r") ? text.replace(/\r$/, "").replaceAll(/\r\n?/g, "\n") : text
}

/** One growing text. */
export class MarkdownStream {
  #settled: ReadonlyArray<Block> = []
  #blocks: ReadonlyArray<Block> = []
  /** How much of the text is settled, and the rest of it. */
  #length = 0
  #tail = ""
  #links: Links = {}
  #fence: OpenFence | undefined
  /** The text that is not settled names a link. */
  #isNamed = false

  /** The blocks of a text that continues the one before; of any other it begins again. */
  update(given: string): ReadonlyArray<Block> {
    const text = normal(given)
    const before = this.#length + this.#tail.length
    if (text.length === before && (before === 0 || text.endsWith(this.#tail))) return this.#blocks
    const isMore = text.length > before && text.startsWith(this.#tail, this.#length)
    if (!isMore) this.#begin()
    this.#tail = text.slice(this.#length)
    if (this.#openFence()) return this.#blocks
    this.#lex(text)
    return this.#blocks
  }

  #begin(): void {
    this.#settled = []
    this.#length = 0
    this.#links = {}
    this.#fence = undefined
    this.#isNamed = false
  }

  /** Shows an open fence as far as it has come; false when there is none any more. */
  #openFence(): boolean {
    const fence = this.#fence
    if (fence === undefined) return false
    const tail = this.#tail
    fence.close.lastIndex = fence.seen
    if (fence.close.test(tail)) {
      this.#fence = undefined
      return false
    }
    fence.seen = Math.max(fence.begin, tail.lastIndexOf("\n") + 1)
    const text = tail.slice(fence.begin)
    // As the lexer has it: the end of the last line is no part of it, blank lines behind it are.
    const shown = /[^\n]\n$/.test(text.slice(-2)) ? text.slice(0, -1) : text
    const token: Tokens.Code = { type: "code", raw: tail, lang: fence.lang, text: shown }
    this.#blocks = [...this.#settled, { key: this.#settled.length, token }]
    return true
  }

  #lex(text: string): void {
    const { tokens, links } = lex(this.#tail, this.#links)
    const isNamed = Object.keys(links).length > Object.keys(this.#links).length
    // A link that is named only now, or was and is no more, changes what was before it.
    if ((isNamed || this.#isNamed) && this.#length > 0) return this.#again(text, isNamed)
    const isSame = isNamed || this.#isNamed ? sameToken : sameRaw
    this.#isNamed = isNamed
    this.#settle(text, tokens, [...this.#settled, ...tokens.map((token, at) => this.#same(token, at, isSame))])
  }

  /** Lexes everything, and keeps the objects of what shows the same as before. */
  #again(text: string, isNamed: boolean): void {
    const before = this.#blocks
    this.#begin()
    this.#isNamed = isNamed
    const { tokens } = lex(text)
    const blocks = tokens.map((token, key) => {
      const shown = before[key]
      return shown !== undefined && sameToken(shown.token, token) ? shown : { key, token }
    })
    this.#settle(text, tokens, blocks)
  }

  /** Settles those of the last tokens that no further text can change. */
  #settle(text: string, tokens: ReadonlyArray<Token>, blocks: ReadonlyArray<Block>): void {
    const first = blocks.length - tokens.length
    const isComplete = tokens.reduce((sum, { raw }) => sum + raw.length, this.#length) === text.length
    // Where the lexer leaves something out, such as a link that is named twice, no token says where it stood.
    const hold = isComplete ? held(tokens) : 0
    const links: Record<string, Links[string]> = { ...this.#links }
    for (const token of tokens.slice(0, hold)) {
      this.#length += token.raw.length
      if (token.type === "def") links[String(token.tag)] ??= { href: String(token.href), title: token.title as string | null }
    }
    this.#links = links
    this.#settled = blocks.slice(0, first + hold)
    this.#tail = text.slice(this.#length)
    this.#blocks = blocks
    this.#fence = isComplete ? fenceOf(this.#tail, tokens.slice(hold)) : undefined
  }

  /** The block of a token that is `at` behind those that are settled: the one that was shown there, if it shows the same. */
  #same(token: Token, at: number, isSame: (one: Token, other: Token) => boolean): Block {
    const key = this.#settled.length + at
    const shown = this.#blocks[key]
    return shown !== undefined && isSame(shown.token, token) ? shown : { key, token }
  }
}

const sameRaw = (one: Token, other: Token): boolean => one.type === other.type && one.raw === other.raw
const sameToken = (one: Token, other: Token): boolean => JSON.stringify(one) === JSON.stringify(other)

/**
 * The first token that later text may still change: the last one, and blank lines may belong to the block before them. A list
 * before it is over only when the first line behind it is whole, and so is a block that no blank line ends.
 */
function held(tokens: ReadonlyArray<Token>): number {
  const isSpace = (at: number): boolean => tokens[at]?.type === "space"
  let hold = Math.max(0, tokens.length - 1)
  while (hold > 0 && isSpace(hold)) hold--
  if (hold > 0 && tokens[hold]?.raw.includes("\n") === false) {
    let before = hold - 1
    while (before > 0 && isSpace(before)) before--
    if (tokens[before]?.type === "list") hold = before
  }
  // Without a blank line between them the one before may still continue: "a", "-" is a heading, "a", "-b" is a paragraph.
  return hold > 0 && !isSpace(hold - 1) ? hold - 1 : hold
}

function fenceOf(tail: string, open: ReadonlyArray<Token>): OpenFence | undefined {
  const token = open[0]
  if (open.length !== 1 || token?.type !== "code") return undefined
  const [all, mark, lang] = FENCE.exec(tail) ?? []
  if (all === undefined || mark === undefined || lang === undefined) return undefined
  const close = new RegExp(`^ {0,3}${mark}[~\`]* *$`, "gm")
  close.lastIndex = all.length
  if (close.test(tail)) return undefined
  return { close, lang: String(token.lang ?? ""), begin: all.length, seen: Math.max(all.length, tail.lastIndexOf("\n") + 1) }
}

/** Finished texts whose blocks are kept, in characters. */
const KEPT = 2_000_000
const finished = new Kept<ReadonlyArray<Block>>(KEPT)

/** The blocks of a text that does not grow any more: lexed once as long as it is used. */
export function blocksOf(text: string): ReadonlyArray<Block> {
  const known = finished.get(text)
  if (known !== undefined) return known
  const blocks = lex(normal(text)).tokens.map((token, key) => ({ key, token }))
  finished.set(text, blocks)
  return blocks
}
