/** Markdown as React elements: a component in `memo` for each block, so that a delta makes one of them again. */
import { memo, useState } from "react"
import type { ReactNode } from "react"
import type { Token, Tokens } from "marked"
import { CodeBlock } from "../code/CodeBlock.tsx"
import css from "./markdown.module.css"
import { inline } from "./Inline.tsx"
import { blocksOf, MarkdownStream } from "./MarkdownStream.ts"

function ListItem({ item }: { readonly item: Tokens.ListItem }) {
  const tokens = item.tokens.filter(({ type }) => type !== "checkbox")
  return (
    <li className={item.task ? css["task"] : undefined}>
      {item.task ? (
        <span role="img" aria-label={item.checked === true ? "done" : "to do"} className={css["box"]}>
          {item.checked === true ? "✓" : "○"}
        </span>
      ) : null}
      {tokens.map((token, index) =>
        token.type === "text" && !item.loose ? (
          <span key={index}>{inline(token.tokens ?? [token])}</span>
        ) : (
          <BlockView key={index} token={token} isOpen={false} />
        ),
      )}
    </li>
  )
}

function List({ ordered, start, items }: Tokens.List) {
  const entries = items.map((item, index) => <ListItem key={index} item={item} />)
  return ordered ? <ol start={start === "" ? 1 : start}>{entries}</ol> : <ul>{entries}</ul>
}

function Table({ header, rows }: Tokens.Table) {
  const cell = (Tag: "th" | "td", { tokens, align }: Tokens.TableCell, index: number): ReactNode => (
    <Tag key={index} dir="auto" data-align={align ?? undefined}>
      {inline(tokens)}
    </Tag>
  )
  return (
    <div className={css["table"]} role="region" aria-label="Table" tabIndex={0}>
      <table>
        <thead>
          <tr>{header.map((one, index) => cell("th", one, index))}</tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>{row.map((one, at) => cell("td", one, at))}</tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Heading({ depth, tokens }: Tokens.Heading) {
  // The page has one h1 and its panes h2; what a message calls its first heading comes below them.
  const Tag = (["h3", "h3", "h4", "h5", "h6", "h6"] as const)[Math.min(6, Math.max(1, depth)) - 1] ?? "h6"
  return (
    <Tag dir="auto" data-depth={depth}>
      {inline(tokens)}
    </Tag>
  )
}

/** One block. A token never changes: another text has another one. */
const BlockView = memo(function BlockView({ token, isOpen }: { readonly token: Token; readonly isOpen: boolean }): ReactNode {
  switch (token.type) {
    case "space":
    case "def":
      return null
    case "heading":
      return <Heading {...(token as Tokens.Heading)} />
    case "list":
      return <List {...(token as Tokens.List)} />
    case "table":
      return <Table {...(token as Tokens.Table)} />
    case "code": {
      const { text, lang } = token as Tokens.Code
      return <CodeBlock text={text} lang={lang?.split(/[\s,{]/, 1)[0] ?? ""} isOpen={isOpen} />
    }
    case "blockquote":
      return (
        <blockquote dir="auto">
          {((token as Tokens.Blockquote).tokens ?? []).map((one, index) => (
            <BlockView key={index} token={one} isOpen={false} />
          ))}
        </blockquote>
      )
    case "hr":
      return <hr />
    default:
      return <p dir="auto">{inline(token.type === "paragraph" ? (token.tokens ?? []) : [token])}</p>
  }
})

/** What `Markdown` is given. */
export interface MarkdownProps {
  readonly text: string
  /** The text still grows. */
  readonly isStreaming?: boolean
}

/** A text as Markdown. */
export const Markdown = memo(function Markdown({ text, isStreaming = false }: MarkdownProps) {
  // A text that came whole is lexed once for all who show it; one that grows keeps its stream when it is over.
  const [stream] = useState(() => (isStreaming ? new MarkdownStream() : undefined))
  const blocks = stream === undefined ? blocksOf(text) : stream.update(text)
  return (
    <div className={css["markdown"]} dir="auto">
      {blocks.map(({ key, token }, index) => (
        <BlockView key={key} token={token} isOpen={isStreaming && index === blocks.length - 1} />
      ))}
    </div>
  )
})
