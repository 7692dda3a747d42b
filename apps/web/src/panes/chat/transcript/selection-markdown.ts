/** What is selected of a transcript as Markdown, made from the elements that show it. */
import { codeSpan } from "./message-markdown.ts"

const textOf = (node: Node): string => node.textContent ?? ""

const all = (node: Node): string => Array.from(node.childNodes, markdownOf).join("")

const HEADING = /^H[3-6]$/

function listMarkdown(list: Element): string {
  const isOrdered = list.tagName === "OL"
  const first = Number(list.getAttribute("start") ?? 1)
  const items = Array.from(list.children).map((item, index) => {
    const mark = isOrdered ? `${first + index}. ` : "- "
    const body = all(item)
      .trim()
      .replaceAll("\n", `\n${" ".repeat(mark.length)}`)
    return mark + body
  })
  return `${items.join("\n")}\n\n`
}

function tableMarkdown(table: Element): string {
  const rows = Array.from(table.querySelectorAll("tr"), (row) =>
    Array.from(row.children, (cell) => all(cell).trim().replaceAll("|", "\\|").replaceAll("\n", " ")),
  )
  const line = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`
  const [head = [], ...rest] = rows
  return `${[line(head), line(head.map(() => "---")), ...rest.map(line)].join("\n")}\n\n`
}

function codeMarkdown(figure: Element): string {
  const code = textOf(figure.querySelector("pre") ?? figure).replace(/\n$/, "")
  const longest = Math.max(2, ...Array.from(code.matchAll(/`{3,}/g), ([ticks]) => ticks.length))
  const fence = "`".repeat(longest + 1)
  return `${fence}${figure.getAttribute("data-lang") ?? ""}\n${code}\n${fence}\n\n`
}

function elementMarkdown(element: Element): string {
  const { tagName } = element
  if (HEADING.test(tagName)) return `${"#".repeat(Number(element.getAttribute("data-depth") ?? 3))} ${all(element)}\n\n`
  switch (tagName) {
    case "BUTTON":
      // A tool line is a line; other buttons are no text.
      return element.hasAttribute("aria-expanded") ? `- ${Array.from(element.children, textOf).slice(1).join(" ").trim()}\n` : ""
    case "FIGURE":
      return codeMarkdown(element)
    case "PRE":
      return `\`\`\`\n${textOf(element).replace(/\n$/, "")}\n\`\`\`\n\n`
    case "P":
      return `${all(element)}\n\n`
    case "UL":
    case "OL":
      return listMarkdown(element)
    case "TABLE":
      return tableMarkdown(element)
    case "BLOCKQUOTE":
      return `${all(element).trim().replaceAll(/^/gm, "> ")}\n\n`
    case "CODE":
      return codeSpan(textOf(element))
    case "STRONG":
      return `**${all(element)}**`
    case "EM":
      return `*${all(element)}*`
    case "DEL":
      return `~~${all(element)}~~`
    case "A": {
      const [words, href] = [all(element), element.getAttribute("href") ?? ""]
      return words === href || `${words}/` === href ? words : `[${words}](${href})`
    }
    case "BR":
      return "\n"
    case "HR":
      return "---\n\n"
    case "TIME":
    case "FIGCAPTION":
    case "IMG":
    case "SVG":
    case "svg":
      return ""
    default:
      return element.getAttribute("data-at") === null ? all(element) : ""
  }
}

function markdownOf(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) return textOf(node)
  return node.nodeType === Node.ELEMENT_NODE ? elementMarkdown(node as Element) : ""
}

/** A selection as Markdown; `undefined` when it is within one line or one block of code, which is copied as it is. */
export function selectionMarkdown(selection: Selection): string | undefined {
  if (selection.isCollapsed || selection.rangeCount === 0) return undefined
  const range = selection.getRangeAt(0)
  const { commonAncestorContainer: inside } = range
  const element = inside.nodeType === Node.ELEMENT_NODE ? (inside as Element) : inside.parentElement
  if (element === null || inside.nodeType === Node.TEXT_NODE || element.closest("pre") !== null) return undefined
  const text = all(range.cloneContents())
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim()
  return text === "" ? undefined : text
}
