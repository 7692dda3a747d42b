/** Transcripts as Markdown, read by a CommonMark parser with tables that takes HTML wherever it is. */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { Message } from "@holdfast/protocol/agent/message"
import { namedChunk } from "@holdfast/protocol/agent/named-data"
import fc from "fast-check"
import markdownIt from "markdown-it"
import { describe, expect, it } from "vitest"
import { emptyMessage } from "../../src/agent/accumulator.ts"
import { editMetadata } from "../../src/agent/edited-call.ts"
import { lineDiff } from "../../src/agent/line-diff.ts"
import { messageMarkdown, transcriptMarkdown } from "../../src/agent/markdown.ts"
import { fenced, safeMarkdown } from "../../src/agent/markdown-text.ts"
import { anyChunk, legalChunks } from "./chunks.ts"

const parser = markdownIt({ html: true })

/** Every token of Markdown text, those inside others too. */
const tokens = (text: string) => parser.parse(text, {}).flatMap((token) => [token, ...(token.children ?? [])])

const htmlIn = (text: string) => tokens(text).filter(({ type }) => type === "html_inline" || type === "html_block")

const assistant = (chunks: ReadonlyArray<AgentChunk>): Message => {
  const accumulator = emptyMessage("t1", Date.UTC(2026, 0, 2, 3, 4, 5))
  for (const chunk of chunks) accumulator.tell(chunk)
  return accumulator.ended("completed")
}

/** Pieces that parsers are told apart by. */
const few = fc
  .array(
    fc.constantFrom(
      "`",
      "`",
      "``",
      "<b>",
      "<b>",
      "\n",
      "\n",
      "a",
      "|",
      "\\",
      "[a](",
      "[a][`]",
      ")",
      '"',
      "[`]: /u\n\n",
      "- | -\n",
    ),
    { maxLength: 14 },
  )
  .map((pieces) => pieces.join(""))

/** Pieces of all kinds. */
const nasty = fc
  .array(
    fc.constantFrom(
      ...[
        "<b>",
        "<script>",
        "</script>",
        "<img src=x>",
        "<!--",
        "-->",
        "<?x",
        "<![CDATA[",
        "<a@b.c>",
        "&lt;",
        "<",
        ">",
        "a",
        " ",
        "\n",
        "\n\n",
        "\t",
      ],
      ...[
        "`",
        "``",
        "```",
        "````",
        "~~~",
        "~~~~",
        "\\",
        "\\`",
        "|",
        "---",
        "===",
        "- ",
        "1. ",
        "> ",
        "    ",
        "  ",
        "# ",
        "[a](",
        ")",
        "[x]: ",
        "*",
        "_",
        "\r",
        "| - |\n",
        "html\n",
      ],
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(""))

describe("Markdown that agents wrote", () => {
  it("holds no HTML that a renderer would run, whatever it is made of", () => {
    fc.assert(
      fc.property(fc.oneof(few, nasty), (text) => {
        expect([safeMarkdown(text), htmlIn(`## Assistant\n\n${safeMarkdown(text)}\n`)]).toEqual([safeMarkdown(text), []])
        const quote = messageMarkdown(assistant([{ type: "reasoning-delta", id: "1", delta: text }]))
        expect([quote, htmlIn(quote)]).toEqual([quote, []])
      }),
      { numRuns: 12_000 },
    )
  })

  it("leaves no tag after a backtick that belongs to something else", () => {
    const links = ["[a](````)<b>````", '[a](b "x\ny `") <b> `', "[a][`] <b> `\n\n[`]: /u", "http://a/`<b>`", "www.a.b/`<b>`"]
    const tables = ["| a | b |\n| - | - |\n| `a|b` `<b>` |", "a | b\n- | -\n`a | <b>`"]
    for (const text of [...links, ...tables]) expect(safeMarkdown(text)).not.toContain("<b>")
    for (const text of [...links, ...tables, "a `\nb ` <b> `", "a`\n`<b>`", "a \\`\n`` \\`` <b> `` `"]) {
      expect([text, htmlIn(safeMarkdown(text))]).toEqual([text, []])
    }
  })

  it("keeps code as it is, in spans and in blocks, with a fence longer than any inside", () => {
    expect(safeMarkdown("Use `Array<string>` and\n\n```ts\nconst a: Array<b> = `x`\n```\nthen <b>stop</b>")).toBe(
      "Use `Array<string>` and\n\n```ts\nconst a: Array<b> = `x`\n```\nthen &lt;b>stop&lt;/b>",
    )
    const inside = tokens(safeMarkdown("~~~md\n````\n<b>\n````\n~~~")).find(({ type }) => type === "fence")
    expect(inside?.content).toBe("````\n<b>\n````\n")
    fc.assert(
      fc.property(nasty, (text) => {
        const whole = `${text.replaceAll(/\r\n?/g, "\n").replace(/\n$/, "")}\n`
        const [fence, ...rest] = tokens(fenced(text, "text"))
        expect([fence?.type, fence?.content, rest.length]).toEqual(["fence", whole, 0])
      }),
    )
  })

  it("shows escapes and other controls instead of sending them to a terminal", () => {
    const message = assistant([
      { type: "text-delta", id: "1", delta: "red \u001b[31m nul \u0000 c1 \u009b override \u202e half \ud800" },
      { type: "tool-output-available", toolCallId: "c", output: "bell \u0007\u001b]0;title\u0007" },
    ])
    const markdown = messageMarkdown(message)
    expect(markdown).toContain("red \\x1b[31m nul \\x00 c1 \\x9b override \\u{202e} half \\u{d800}")
    expect(markdown).toContain("bell \\x07\\x1b]0;title\\x07")
  })

  it("puts no heading of a text on the level of the speakers", () => {
    const headings = tokens(safeMarkdown("# One\n## User\nUser\n---\nUser\n===\n\n```\n# code\n```")).filter(
      ({ type }) => type === "heading_open",
    )
    expect(headings.map(({ tag }) => tag)).toEqual(["h4", "h5"])
  })

  it("any message can be shown, without HTML and without controls", () => {
    fc.assert(
      fc.property(fc.oneof(legalChunks, fc.array(anyChunk, { maxLength: 20 })), (chunks) => {
        const markdown = messageMarkdown(JSON.parse(JSON.stringify(assistant(chunks))))
        // eslint-disable-next-line no-control-regex
        expect(markdown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
        expect(htmlIn(markdown)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})

/** The transcript of the test below, whole. */
const CONVERSATION = `# Work on \\*a\\*

## User (Ann \\<a@b.example\\>) · 2026-01-02 03:04:00 UTC

Change it

*Image: shot.png (image/png)*

## Assistant · 2026-01-02 03:04:05 UTC

> **Reasoning**
>
> Let me see.

I will **edit** it.

### Tool Edit · Edit a\\_file

Input:

\`\`\`diff
--- src/a.ts
+++ src/a.ts
@@ -1,3 +1,3 @@
 one
-two
+2
 three
\`\`\`

*Approved: go on*

Output:

\`\`\`\`text
done \`\`\`
\`\`\`\`

### Tool Bash (failed)

Input:

\`\`\`json
{
  "command": "false"
}
\`\`\`

Error:

\`\`\`text
exit 1
\`\`\`

**To do**

- [x] look
- [ ] rest \\*well\\* *(in progress)*

*The model was asked again after an error (1 of 10): overloaded, status 529*

*The agent compacted its context, from 150000 to 12000 tokens*

*A subagent made 2 calls:*

- Bash: ls
- Read: a

> found

*Unknown to this version: todo*
`

describe("a transcript as Markdown", () => {
  it("reads as a conversation with tools, approvals, changes and files", () => {
    const edit = { file_path: "src/a.ts", old_string: "one\ntwo\nthree", new_string: "one\n2\nthree" }
    const answer = assistant([
      { type: "reasoning-delta", id: "1", delta: "Let me see." },
      { type: "text-delta", id: "2", delta: "I will **edit** it." },
      { type: "tool-input-available", toolCallId: "c", toolName: "Edit", input: edit, title: "Edit a_file" },
      { type: "tool-approval-request", toolCallId: "c", approvalId: "p" },
      { type: "tool-approval-response", approvalId: "p", approved: true, reason: "go on" },
      { type: "tool-output-available", toolCallId: "c", output: "done ```" },
      { type: "tool-input-available", toolCallId: "d", toolName: "Bash", input: { command: "false" } },
      { type: "tool-output-error", toolCallId: "d", errorText: "exit 1" },
      namedChunk("data-todo", [
        { text: "look", status: "completed" },
        { text: "rest *well*", status: "in_progress" },
      ]),
      namedChunk("data-retry", { attempt: 1, most: 10, delay: 500, status: 529, error: "overloaded" }),
      namedChunk("data-compaction", { state: "done", trigger: "auto", before: 150_000, after: 12_000 }),
      namedChunk("data-subagent", { toolCallId: "c", calls: 2, latest: ["Bash: ls", "Read: a"], text: "found" }),
      { type: "data-todo", data: { of: "another shape" } },
    ])
    const question: Message = {
      id: "u1",
      role: "user",
      by: "Ann <a@b.example>",
      createdAt: Date.UTC(2026, 0, 2, 3, 4, 0),
      parts: [
        { type: "text", text: "Change it" },
        { type: "file", mediaType: "image/png", url: "data:image/png;base64,AAAA", filename: "shot.png" },
      ],
    }
    expect([...transcriptMarkdown("Work on *a*", [question, answer])].join("")).toBe(CONVERSATION)
  })

  it("M-8 (fault:N22) what is not known is named, and its JSON left to the export that has everything", () => {
    const unknown = { type: "data-unknown", data: { json: '{"type":"conversation_reset","trigger":"clear"}' } }
    const odd = { type: "data-unknown", data: { json: "{ cut" } }
    const message = { id: "m", role: "assistant", parts: [unknown, odd, { type: "hologram", x: 1 }], turn: "t", createdAt: 0 }
    const shown = messageMarkdown(message as never)
    expect(shown).not.toContain("trigger")
    expect(shown.match(/\*Unknown to this version: .*\*/g)).toEqual([
      "*Unknown to this version: conversation\\_reset*",
      "*Unknown to this version: something*",
      "*Unknown to this version: hologram*",
    ])
  })

  it("a change keeps three lines around it and names its place", () => {
    const before = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`)
    const after = before.with(9, "changed")
    expect(lineDiff("a", before.join("\n"), after.join("\n")).split("\n").slice(2)).toEqual([
      "@@ -7,7 +7,7 @@",
      ...[" line 7", " line 8", " line 9", "-line 10", "+changed", " line 11", " line 12", " line 13"],
    ])
    expect(lineDiff("a", "", "new")).toBe("--- a\n+++ a\n@@ -0,0 +1,1 @@\n+new")
    expect(lineDiff("a", "old\n", "")).toBe("--- a\n+++ a\n@@ -1,1 +0,0 @@\n-old")
  })

  it("changes that are far apart are hunks of their own, and what stands between them is not changed", () => {
    const before = Array.from({ length: 40 }, (_, i) => `line ${i + 1}`)
    const after = before.with(1, "first").with(30, "second").toSpliced(36, 1)
    const lines = lineDiff("a", before.join("\n"), after.join("\n")).split("\n")
    expect(lines.filter((line) => line.startsWith("@@"))).toEqual(["@@ -1,5 +1,5 @@", "@@ -28,13 +28,12 @@"])
    expect(lines.slice(2).filter((line) => /^[-+]/.test(line))).toEqual(["-line 2", "+first", "-line 31", "+second", "-line 37"])
  })

  it("texts that have little in common are shown as replaced, without comparing them at length", () => {
    const before = Array.from({ length: 3000 }, (_, i) => `old ${i}`)
    const after = before.map((line) => line.replace("old", "new"))
    const lines = lineDiff("a", before.join("\n"), `${after.join("\n")}\n`).split("\n")
    expect(lines.slice(2, 4)).toEqual(["@@ -1,3000 +1,3000 @@", "-old 0"])
    expect(lines[3000 + 3]).toBe("\\ No newline at end of file")
    expect(lines).toHaveLength(3 + 6000 + 1)
  })

  it("a long text that is new or gone has no empty line in place of what was not there", () => {
    const text = Array.from({ length: 3000 }, (_, i) => `line ${i}`)
    const made = lineDiff("a", "", text.join("\n")).split("\n").slice(2)
    expect(made).toEqual(["@@ -0,0 +1,3000 @@", ...text.map((line) => `+${line}`)])
    const gone = lineDiff("a", `${text.join("\n")}\n`, "")
      .split("\n")
      .slice(2)
    expect(gone).toEqual(["@@ -1,3000 +0,0 @@", ...text.map((line) => `-${line}`)])
  })

  it("of a long change in the middle of a text the lines around it are reported, and no others", () => {
    const before = Array.from({ length: 9000 }, (_, i) => `line ${i}`)
    const after = before.toSpliced(5000, 1, ...Array.from({ length: 1000 }, (_, i) => `new ${i}`))
    const lines = lineDiff("a", before.join("\n"), after.join("\n")).split("\n").slice(2)
    expect(lines.slice(0, 6)).toEqual([
      "@@ -4998,7 +4998,1006 @@",
      ...[" line 4997", " line 4998", " line 4999", "-line 5000", "+new 0"],
    ])
    expect(lines.slice(-4)).toEqual(["+new 999", " line 5001", " line 5002", " line 5003"])
    expect(lines).toHaveLength(1 + 7 + 1000)
  })

  it("the work is bounded for texts of few different lines in another order", () => {
    const text = (seed: number): string => Array.from({ length: 8000 }, (_, i) => `x${(i * seed) % 3}`).join("\n")
    const lines = lineDiff("a", text(1), text(7919)).split("\n")
    const began = performance.now()
    lineDiff("a", text(1).replaceAll("\n", "\n\n"), text(7919).replaceAll("x2", "y"))
    // A hundred times what it takes; compared line by line it is minutes.
    expect(performance.now() - began).toBeLessThan(5000)
    expect(lines[2]).toMatch(/^@@ /)
  })

  it("APP-145 shows an edited command as it ran, who edited it, and what had been asked for", () => {
    const call = { toolCallId: "c", toolName: "bash", dynamic: true } as const
    const text = messageMarkdown(
      assistant([
        { type: "tool-input-available", ...call, input: { command: "echo gamma", timeout: 5 } },
        { type: "tool-approval-request", approvalId: "r", toolCallId: "c" },
        {
          type: "tool-approval-response",
          approvalId: "r",
          approved: true,
          providerMetadata: editMetadata({ subject: "echo gamma --edited", by: "owner" }),
        },
        { type: "tool-output-available", ...call, output: "done" },
      ]),
    )
    expect(text).toContain('"command": "echo gamma --edited"')
    expect(text).toContain("*Edited by owner before it ran. It had asked for:*\n\n```text\necho gamma\n```")
  })
})
