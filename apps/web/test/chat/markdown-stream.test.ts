import { describe, expect, it } from "vitest"
import fc from "fast-check"
import { lex } from "../../src/panes/chat/markdown/lexer.ts"
import { blocksOf, MarkdownStream } from "../../src/panes/chat/markdown/MarkdownStream.ts"

const PIECES = [
  "Plain words of an answer.",
  "Two lines\nof one paragraph.",
  "A `code span`, **bold**, *soft*, ~~gone~~ and https://example.org/a?b=c.",
  "# A heading",
  "Set heading\n===",
  "### Another `one`",
  "- a\n- b\n- c",
  "- a\n\n  more of a\n\n- b",
  "1. one\n2. two\n   - inner\n   - more\n3. three",
  "- [ ] open\n- [x] done",
  "* star\n+ plus",
  "```ts\nconst a = 1\n\nfunction b() {}\n```",
  "~~~\nno language\n~~~",
  "````md\n```\ninner\n```\n````",
  "    indented code\n    more",
  "> quoted\n> more\n\n> again",
  "> - a list in a quote\n> - more",
  "| a | b |\n|---|:-:|\n| 1 | 2 |\n| 3 | `4` |",
  "---",
  "***",
  "<details>\n<summary>Title</summary>\n\nInside **bold**.\n\n</details>",
  "<script>alert(1)</script>",
  "<!-- a comment\nof two lines -->",
  "[a link](https://example.org) and ![a picture](https://example.org/a.png)",
  "A [named] link and [another][named].",
  "[named]: https://example.org/named 'Title'",
  "Words with a note[^1].\n\n[^1]: The note.",
  "The sum $a_1 + b_2$ is \\(x^2\\), and $$\\int_0^1 x\\,dx$$.",
  "Costs $5 and $6.",
  "  leading blanks",
  "ends with two blanks  \nnext line",
  "\\* not a list \\_ \\`",
  "日本語の文章です。漢字と仮名。",
  "مرحبا بالعالم، هذا نص عربي.",
  "a\tb",
  "",
]

const document = fc
  .array(fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom("\n", "\n\n", "\n\n\n", "\n\n\n\n", "\r\n\r\n")), {
    minLength: 1,
    maxLength: 9,
  })
  .map((pieces) => pieces.map(([text, end]) => text + end).join(""))

const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 })

const tokensOf = (blocks: ReadonlyArray<{ readonly token: unknown }>): unknown =>
  JSON.parse(JSON.stringify(blocks.map(({ token }) => token)))

/** The text in pieces of these lengths, again and again. */
function pieces(text: string, lengths: ReadonlyArray<number>): ReadonlyArray<string> {
  const made: Array<string> = []
  for (let [at, index] = [0, 0]; at < text.length; index++) {
    at += lengths[index % lengths.length] ?? 1
    made.push(text.slice(0, at))
  }
  return made
}

describe("markdown as it comes", () => {
  it("APP-31 has the blocks of the whole text after every piece, however the text is cut", () => {
    fc.assert(
      fc.property(document, cuts, (text, lengths) => {
        const stream = new MarkdownStream()
        for (const so of pieces(text, lengths)) {
          const whole = lex(so.replace(/\r$/, "").replaceAll(/\r\n?/g, "\n")).tokens
          expect(tokensOf(stream.update(so))).toEqual(JSON.parse(JSON.stringify(whole)))
        }
      }),
      { numRuns: 1000 },
    )
  })

  it("APP-31 keeps the objects and keys of blocks that are settled", () => {
    const stream = new MarkdownStream()
    const [first] = stream.update("One.\n\nTwo")
    const [again, second] = stream.update("One.\n\nTwo and more.\n\nThree")
    expect(again).toBe(first)
    const later = stream.update("One.\n\nTwo and more.\n\nThree grows")
    expect(later[0]).toBe(first)
    expect(later[2]?.token).toBe(stream.update("One.\n\nTwo and more.\n\nThree grows")[2]?.token)
    expect(second?.key).toBe(1)
  })

  it("APP-31 begins again with a text that does not continue the one before", () => {
    const stream = new MarkdownStream()
    stream.update("# One\n\nTwo")
    expect(tokensOf(stream.update("Other"))).toEqual(tokensOf(blocksOf("Other")))
  })

  it("APP-31 lexes an open fence no further, and makes nothing of what is in it", () => {
    const stream = new MarkdownStream()
    let text = "```ts\n"
    stream.update(text)
    for (let line = 0; line < 50; line++) {
      text += `# line ${line}\n- a\n`
      const blocks = stream.update(text)
      expect(blocks).toHaveLength(1)
      expect(blocks[0]?.token.type).toBe("code")
    }
    const whole = `${text}\`\`\`\nafter`
    expect(tokensOf(stream.update(whole))).toEqual(tokensOf(blocksOf(whole)))
  })

  it("APP-30 makes text of tags, and never a token that stands for HTML", () => {
    const types = new Set<string>()
    const walk = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return
      if ("type" in value && typeof value.type === "string") types.add(value.type)
      for (const item of Object.values(value)) walk(item)
    }
    walk(lex("<img src=x onerror=alert(1)> a <b>c</b>\n\n<script>alert(1)</script>\n\n<div>\n\n- <i>x</i>\n").tokens)
    expect(types).not.toContain("html")
  })
})
