/** Rows of a diff, under each other or side by side (docs/protocol/app-rules.md, APP-60 to APP-62). */
import { memo, useRef } from "react"
import type { CSSProperties, ReactElement, ReactNode, Ref } from "react"
import { Virtualizer } from "virtua"
import { Written } from "../../requests/Written.tsx"
import colorCss from "../code-colors.module.css"
import css from "./Diff.module.css"
import { moveAmongLines } from "./line-keys.ts"
import { piecesOf, sideBySide } from "./rows.ts"
import type { Colors, DiffGap, DiffLine, DiffRow, LineColors, SplitRow } from "./rows.ts"
import { useColors } from "./use-colors.ts"

/** What can be done with lines. */
export interface LineActions {
  /** A press of a line's number; the button is called `label(line)`. */
  readonly onLine: (line: DiffLine) => void
  readonly label: (line: DiffLine) => string
  /** What is shown below a line. */
  readonly below: (line: DiffLine) => ReactNode
}

interface RowsProps {
  readonly rows: ReadonlyArray<DiffRow>
  readonly path: string
  readonly isSplit: boolean
  /** Whether lines have numbers. */
  readonly hasNumbers: boolean
  /** Shows what a gap hides; without it a gap only says what it is. */
  readonly onGap?: ((gap: DiffGap) => void) | undefined
  readonly actions?: LineActions | undefined
  /** It fills the height that there is, and scrolls itself. */
  readonly fills?: boolean
  readonly ref?: Ref<HTMLDivElement>
}

/** Rows from which on only those that are seen are in the page. */
const MANY = 300

const SIGN = { add: "+", del: "−", same: "", note: "" } as const
const SAID = { add: "added", del: "removed" } as const

/** A width for numbers as long as the longest. */
function widthOf(rows: ReadonlyArray<DiffRow>): CSSProperties {
  const most = rows.reduce((most, row) => (row.kind === "gap" ? most : Math.max(most, row.old ?? 0, row.new ?? 0)), 1)
  return { "--numbers": `${Math.max(2, String(most).length) + 1.5}ch` } as CSSProperties
}

/** The rows. Labels of lines say what became of them, so that they are told without their colour. */
export function DiffRows({ rows, path, isSplit, hasNumbers, onGap, actions, fills = false, ref }: RowsProps): ReactElement {
  const scroller = useRef<HTMLDivElement>(null)
  const colors = useColors(rows, path)
  const shown: ReadonlyArray<DiffRow | SplitRow> = isSplit ? sideBySide(rows) : rows
  const draw = (row: DiffRow | SplitRow, at: number): ReactElement => (
    <Row key={keyOf(row, at)} row={row} colors={colors} hasNumbers={hasNumbers} onGap={onGap} actions={actions} />
  )
  const isLong = fills && shown.length > MANY
  return (
    // The keys move among the buttons in it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={(element) => {
        scroller.current = element
        if (typeof ref === "function") ref(element)
        else if (ref) ref.current = element
      }}
      className={`${css["diff"]} ${fills ? css["fill"] : ""}`}
      style={widthOf(rows)}
      role="group"
      aria-label={`Changes of ${path}`}
      tabIndex={fills ? 0 : undefined}
      dir="ltr"
      {...(actions === undefined ? {} : { onKeyDown: moveAmongLines, "aria-keyshortcuts": "Enter ArrowDown ArrowUp" })}
    >
      {isLong ? (
        <Virtualizer data={shown} scrollRef={scroller} itemSize={20}>
          {draw}
        </Virtualizer>
      ) : (
        shown.map(draw)
      )}
    </div>
  )
}

function keyOf(row: DiffRow | SplitRow, at: number): string {
  if (row.kind === "gap") return row.id
  if (row.kind === "pair") return `${row.left?.old ?? ""}:${row.right?.new ?? ""}:${at}`
  return `${row.kind} ${row.old ?? ""}:${row.new ?? ""}:${at}`
}

interface RowProps extends Pick<RowsProps, "hasNumbers" | "onGap" | "actions"> {
  readonly row: DiffRow | SplitRow
  readonly colors: Colors
}

function Row({ row, colors, hasNumbers, onGap, actions }: RowProps): ReactElement {
  if (row.kind === "gap") return <Gap gap={row} onGap={onGap} />
  if (row.kind !== "pair") {
    return (
      <>
        <Line line={row} colors={colors.get(row)} hasNumbers={hasNumbers} actions={actions} />
        {actions?.below(row)}
      </>
    )
  }
  const { left, right } = row
  return (
    <>
      <div className={css["pair"]}>
        <Half line={left} colors={left && colors.get(left)} number={left?.old} actions={right === left ? undefined : actions} />
        <Half line={right} colors={right && colors.get(right)} number={right?.new} actions={actions} />
      </div>
      {left !== undefined && left !== right ? actions?.below(left) : null}
      {right === undefined ? null : actions?.below(right)}
    </>
  )
}

function Gap({ gap, onGap }: { readonly gap: DiffGap; readonly onGap: RowsProps["onGap"] }): ReactElement {
  const { count, section } = gap
  const words = count === undefined ? "The rest of the file" : `${count} unchanged ${count === 1 ? "line" : "lines"}`
  const content = (
    <>
      <span>{onGap === undefined ? words : `Show ${words.replace(/^The/, "the")}`}</span>
      {section === undefined ? null : <span className={css["section"]}>{section}</span>}
    </>
  )
  if (onGap === undefined) return <div className={css["gap"]}>{content}</div>
  return (
    <button type="button" className={css["gap"]} onClick={() => onGap(gap)}>
      {content}
    </button>
  )
}

interface LineProps {
  readonly line: DiffLine
  readonly colors: LineColors | undefined
  readonly hasNumbers: boolean
  readonly actions: LineActions | undefined
}

const Line = memo(function Line({ line, colors, hasNumbers, actions }: LineProps): ReactElement {
  const { kind } = line
  return (
    <div className={`${css["line"]} ${css[kind]} ${hasNumbers ? "" : css["bare"]}`} data-line={kind}>
      {hasNumbers ? <LineNumber number={line.old} /> : null}
      {hasNumbers ? (
        <LineNumber
          number={line.new ?? (kind === "del" ? line.old : undefined)}
          line={line}
          actions={actions}
          isHidden={kind === "del"}
        />
      ) : null}
      <Sign kind={kind} />
      <Code line={line} colors={colors} />
    </div>
  )
})

interface HalfProps {
  readonly line: DiffLine | undefined
  readonly colors: LineColors | undefined
  readonly number: number | undefined
  readonly actions: LineActions | undefined
}

function Half({ line, colors, number, actions }: HalfProps): ReactElement {
  if (line === undefined) return <div className={`${css["half"]} ${css["empty"]}`} />
  return (
    <div className={`${css["half"]} ${css[line.kind]}`} data-line={line.kind}>
      <LineNumber number={number} line={line} actions={actions} />
      <Sign kind={line.kind} />
      <Code line={line} colors={colors} />
    </div>
  )
}

interface NumberProps {
  readonly number: number | undefined
  readonly line?: DiffLine
  readonly actions?: LineActions | undefined
  /** The button is there, its number is in the other column. */
  readonly isHidden?: boolean
}

function LineNumber({ number, line, actions, isHidden = false }: NumberProps): ReactElement {
  const shown = isHidden ? "" : number
  if (line === undefined || actions === undefined || number === undefined) return <span className={css["number"]}>{shown}</span>
  return (
    <button
      type="button"
      tabIndex={-1}
      data-number=""
      className={css["number"]}
      aria-label={actions.label(line)}
      onClick={() => actions.onLine(line)}
    >
      {shown}
    </button>
  )
}

function Sign({ kind }: { readonly kind: DiffLine["kind"] }): ReactElement {
  const said = kind === "add" || kind === "del" ? SAID[kind] : undefined
  return (
    <i className={css["sign"]}>
      <span aria-hidden="true">{SIGN[kind]}</span>
      {said === undefined ? null : <span className="visually-hidden">{said}</span>}
    </i>
  )
}

const Code = memo(function Code({
  line,
  colors,
}: {
  readonly line: DiffLine
  readonly colors: LineColors | undefined
}): ReactElement {
  const { kind, text, marks } = line
  if (kind === "note") return <span className={`${css["code"]} ${css["note"]}`}>{text}</span>
  return (
    <span className={css["code"]}>
      {colors === undefined && marks === undefined ? (
        <Written text={text} />
      ) : (
        piecesOf(text, colors, marks).map((piece, at) =>
          piece.color === 0 && !piece.isMarked ? (
            <Written key={at} text={piece.text} />
          ) : (
            <span key={at} className={`${colorCss[`c${piece.color}`] ?? ""} ${piece.isMarked ? css["mark"] : ""}`}>
              <Written text={piece.text} />
            </span>
          ),
        )
      )}
      {"\n"}
    </span>
  )
})
