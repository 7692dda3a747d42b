/**
 * Markdown to tokens, by marked's lexer with what an agent's text needs: tags are text like any other (no HTML is ever made of
 * it, docs/protocol/app-rules.md, APP-30), formulas stay as they were written, footnotes are plain paragraphs.
 */
import { Lexer, Tokenizer } from "marked"
import type { MarkedOptions, Token, Tokens } from "marked"

/** Where links in the text point that are written once and used by name. */
export type Links = Readonly<Record<string, Pick<Tokens.Link, "href" | "title">>>

class PlainTokenizer extends Tokenizer {
  override html(): undefined {
    return undefined
  }

  override tag(): undefined {
    return undefined
  }

  override def(src: string): Tokens.Def | undefined {
    const token = super.def(src)
    return token?.tag.startsWith("^") === true ? undefined : token
  }
}

/** `$…$` as pandoc reads it, `$$…$$`, `\(…\)` and `\[…\]`. */
const FORMULA = /^(?:\$\$[^$]+\$\$|\$(?![\s$])(?:[^$\n\\]|\\.)*?[^\s$\\]\$(?!\d)|\\\([\s\S]*?\\\)|\\\[[\s\S]*?\\\])/

function formula(src: string): Tokens.Text | undefined {
  const first = src.charCodeAt(0)
  if (first !== 36 && first !== 92) return undefined
  const raw = FORMULA.exec(src)?.[0]
  return raw === undefined ? undefined : { type: "text", raw, text: raw, escaped: true }
}

function formulaStart(src: string): number | undefined {
  const at = src.search(/\$|\\[([]/)
  return at === -1 ? undefined : at
}

const OPTIONS: MarkedOptions = {
  gfm: true,
  extensions: {
    renderers: {},
    childTokens: {},
    inline: [(src) => formula(src)],
    startInline: [(src) => formulaStart(src) as number],
  },
}

/** Tokens of a text, and the links that it names; `known` are those that text before it named. */
export function lex(text: string, known: Links = {}): { readonly tokens: ReadonlyArray<Token>; readonly links: Links } {
  const lexer = new Lexer({ ...OPTIONS, tokenizer: new PlainTokenizer() })
  Object.assign(lexer.tokens.links, known)
  const tokens = lexer.lex(text)
  return { tokens, links: tokens.links }
}
