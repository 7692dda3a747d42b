/** What the list has no room for, beside the row that the pointer rests on: the whole name, agent, directory, cost. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react"
import type { ReactElement } from "react"
import { createPortal } from "react-dom"
import { useSession } from "@holdfast/react"
import type { Session } from "@holdfast/protocol/session"
import { directoryOf } from "./section-of.ts"
import css from "./card.module.css"

/** Milliseconds for which the pointer must rest. */
const REST = 500

/** Where a card is shown. */
export interface Card {
  readonly id: string
  readonly top: number
  readonly edge: number
}

/** The card that is shown, and what shows another one, or none. */
export function useCardOf(): {
  readonly shown: Card | undefined
  readonly show: (id: string | undefined, row?: Element) => void
} {
  const [shown, setShown] = useState<Card | undefined>(undefined)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const show = useCallback((id: string | undefined, row?: Element) => {
    clearTimeout(timer.current)
    setShown(undefined)
    if (id === undefined || row === undefined || !matchMedia("(hover: hover) and (min-width: 760px)").matches) return
    timer.current = setTimeout(() => {
      const { top, right, left } = row.getBoundingClientRect()
      const isRightToLeft = getComputedStyle(row).direction === "rtl"
      setShown({ id, top, edge: isRightToLeft ? innerWidth - left : right })
    }, REST)
  }, [])
  useEffect(() => () => clearTimeout(timer.current), [])
  return useMemo(() => ({ shown, show }), [shown, show])
}

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / whole)} %`

/** What is known of a session beyond its row, as names and texts. */
function factsOf(session: Session): ReadonlyArray<readonly [name: string, text: string]> {
  const { agent, terminal, tags } = session
  const { cost, contextUsed, contextWindow } = agent?.usage ?? {}
  const facts: ReadonlyArray<readonly [string, string | undefined]> = [
    ["Agent", agent === undefined ? undefined : [agent.name, agent.info.model, agent.info.mode].filter((one) => one).join(" · ")],
    ["Command", terminal === undefined ? undefined : [terminal.command, ...terminal.args].join(" ")],
    ["Directory", directoryOf(session)],
    [
      "Context",
      contextUsed === undefined || contextWindow === undefined ? undefined : `${percent(contextUsed, contextWindow)} used`,
    ],
    ["Cost", cost === undefined ? undefined : `$${cost.toFixed(2)}`],
    ["Size", terminal === undefined ? undefined : `${terminal.cols}×${terminal.rows}`],
    ["Tags", tags.length === 0 ? undefined : tags.join(" ")],
    ["Created", new Date(session.createdAt).toLocaleString()],
    ["Kept until", session.purgeAt === undefined ? undefined : new Date(session.purgeAt).toLocaleString()],
  ]
  return facts.flatMap(([name, text]) => (text === undefined || text === "" ? [] : [[name, text] as const]))
}

/** The card of a session. It says nothing that its pane does not, so that it is not read out. */
export function RowCard({ id, top, edge }: Card): ReactElement | null {
  const { session } = useSession(id)
  if (session === undefined || session.status === "offline") return null
  return createPortal(
    <div
      className={css["card"]}
      aria-hidden
      style={{ insetBlockStart: Math.min(top, innerHeight - 260), insetInlineStart: edge + 6 }}
    >
      <b dir="auto">{session.label}</b>
      <dl>
        {factsOf(session).map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{text}</dd>
          </div>
        ))}
      </dl>
    </div>,
    document.body,
  )
}
