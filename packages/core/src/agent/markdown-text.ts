/**
 * Text in Markdown: what an agent wrote stays Markdown, but nothing in it is HTML, a control character, or a fence that
 * does not close.
 *
 * A reader's parser and ours must not disagree on what is code: every fenced block is written again at the margin with a
 * fence of our own, and in every other line backticks are either a code span that begins and ends in it, or escaped.
 */

/** Characters that a terminal or a reader's eye would obey instead of show: controls, line separators, directions, halves. */
// eslint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu

/** The text with unseen characters written as escapes and line ends as `\n`; tabs and newlines stay. */
export function shown(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(UNSEEN, (char) => {
    const code = char.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`
  })
}

/** Text on one line in which nothing is Markdown. */
export function inline(text: string): string {
  return shown(text)
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_{}[\]<>()#+\-!|~&]/g, "\\$&")
}

/** A fenced block whose fence is longer than any inside. */
export function fenced(text: string, language: string): string {
  const body = shown(text).replace(/\n$/, "")
  const longest = Math.max(2, ...(body.match(/`+/g) ?? []).map((ticks) => ticks.length))
  const fence = "`".repeat(longest + 1)
  return `${fence}${language}\n${body}\n${fence}`
}

/** Where a backtick may be something else than the beginning of code: in the cells of a table and in addresses. */
const HIDING = /\||:\/\/|www\./

/** What begins the address or the title of a link, which may end in a later line of the paragraph. */
const LINK = /\][ \t]*[([]/

/** One line of Markdown without HTML: code spans stay, other backticks and every `<` outside them are escaped. */
function safeLine(line: string, linked: boolean): string {
  const spans = !line.includes("<") || !(linked || HIDING.test(line))
  let safe = ""
  for (let i = 0; i < line.length;) {
    const char = line[i]!
    const ticks = /\\?`+/y
    ticks.lastIndex = i
    const run = ticks.exec(line)?.[0]
    if (run !== undefined) {
      const end = spans && char === "`" ? spanEnd(line, i + run.length, run.length) : -1
      safe += end === -1 ? "\\`".repeat(run.length - (char === "`" ? 0 : 1)) : line.slice(i, end)
      i = end === -1 ? i + run.length : end
    } else if (char === "\\") {
      const next = line[i + 1] ?? ""
      safe += next === "<" ? "&lt;" : char + next
      i += 2
    } else {
      safe += char === "<" ? "&lt;" : char
      i++
    }
  }
  return safe
}

/** Index behind the run of exactly `length` backticks that ends a code span, or -1. */
function spanEnd(line: string, from: number, length: number): number {
  for (const { 0: run, index } of line.slice(from).matchAll(/`+/g)) if (run.length === length) return from + index + length
  return -1
}

const OPENING = /^([ \t>]*)(`{3,}|~{3,})(.*)$/
const HEADING = /^ {0,3}(#{1,6})(?=\s|$)/
const UNDERLINE = /^ {0,3}(=+|-+)\s*$/

/** Headings of a text go below those of the transcript, so that none looks like one of a speaker. */
function below(line: string, previous: string): string {
  if (UNDERLINE.test(line) && previous.trim() !== "") return `\\${line.trim()}`
  return line.replace(HEADING, (_, marks: string) => "#".repeat(Math.min(6, marks.length + 3)))
}

/** Markdown that someone else wrote, made safe to read and to render; ends without a newline. */
export function safeMarkdown(text: string): string {
  const lines = shown(text).split("\n")
  const safe: Array<string> = []
  let linked = false
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    linked = line.trim() !== "" && (linked || LINK.test(line))
    const [, margin = "", fence = "", info = ""] = OPENING.exec(line) ?? []
    if (fence === "" || (fence.startsWith("`") && info.includes("`"))) {
      safe.push(safeLine(below(line, lines[i - 1] ?? ""), linked))
      continue
    }
    const body: Array<string> = []
    while (++i < lines.length && !closes(lines[i]!, fence)) body.push(withoutMargin(lines[i]!, margin))
    safe.push(fenced(body.join("\n"), /^[\w+.#-]{0,40}/.exec(info.trim())?.[0] ?? ""))
  }
  return safe.join("\n").replace(/^\n+|\s+$/g, "")
}

/** Whether a line closes a block that `fence` opened: at least as many of the same, and nothing else but a margin. */
function closes(line: string, fence: string): boolean {
  const bare = line.replace(/^[ \t>]+/, "").trimEnd()
  return bare.length >= fence.length && bare === fence[0]!.repeat(bare.length)
}

function withoutMargin(line: string, margin: string): string {
  let at = 0
  while (at < margin.length && line[at] === margin[at]) at++
  return line.slice(at)
}

/** The block with every line quoted. */
export function quoted(markdown: string): string {
  return markdown
    .split("\n")
    .map((line) => (line === "" ? ">" : `> ${line}`))
    .join("\n")
}
