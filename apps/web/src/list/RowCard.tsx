/** What the list has no room for, beside the row that the pointer rests on: the whole name, agent, directory, cost. */
import { useEffect, useMemo, useState } from "react"
import type { MouseEvent, PointerEvent, ReactElement } from "react"
import { createPortal } from "react-dom"
import { useSession } from "@holdfast/react"
import type { AgentChoice } from "@holdfast/protocol/agent/agent"
import type { Session } from "@holdfast/protocol/session"
import { contextOf, costText } from "../ui/usage.ts"
import { Written } from "../requests/Written.tsx"
import { CardTimer } from "./card-timer.ts"
import type { Card } from "./card-timer.ts"
import { directoryOf } from "./section-of.ts"
import css from "./card.module.css"

/** The card that is shown, and what the pointer does to it. */
export function useCardOf(): {
  readonly shown: Card | undefined
  /** The pointer has moved: over a row, or over none. */
  readonly move: (event: PointerEvent, id: string | undefined) => void
  /** Something was pressed: what comes of it is looked at now. */
  readonly press: (event: MouseEvent) => void
  readonly hide: () => void
} {
  const [shown, setShown] = useState<Card | undefined>(undefined)
  const [timer] = useState(() => new CardTimer(setShown))
  useEffect(() => () => timer.hide(), [timer])
  const pointer = useMemo(
    () => ({
      move: ({ clientX, clientY, target }: PointerEvent, id: string | undefined): void => {
        const row = (target as Element).closest("[role=listitem]")
        const canHover = matchMedia("(hover: hover) and (min-width: 760px)").matches
        timer.move(clientX, clientY, canHover && row !== null ? id : undefined, () => {
          const { top, right, left } = (row as Element).getBoundingClientRect()
          const isRightToLeft = getComputedStyle(row as Element).direction === "rtl"
          return { top, edge: isRightToLeft ? innerWidth - left : right }
        })
      },
      press: ({ clientX, clientY }: MouseEvent): void => timer.press(clientX, clientY),
      hide: (): void => timer.hide(),
    }),
    [timer],
  )
  return { shown, ...pointer }
}

/** A model or mode as its agent calls it. */
const nameOf = (choices: ReadonlyArray<AgentChoice> = [], id?: string): string | undefined =>
  choices.find((choice) => choice.id === id)?.name ?? id

/** What is known of a session beyond its row, as names and texts. */
function factsOf(session: Session): ReadonlyArray<readonly [name: string, text: string]> {
  const { agent, terminal, tags } = session
  const context = contextOf(agent?.usage ?? {})
  const facts: ReadonlyArray<readonly [string, string | undefined]> = [
    [
      "Agent",
      agent === undefined
        ? undefined
        : [agent.name, nameOf(agent.info.models, agent.info.model), nameOf(agent.info.modes, agent.info.mode)]
            .filter((one) => one)
            .join(" · "),
    ],
    ["Command", terminal === undefined ? undefined : [terminal.command, ...terminal.args].join(" ")],
    ["Directory", directoryOf(session)],
    ["Context", context === undefined ? undefined : `${context.words} used`],
    ["Cost", costText(agent?.usage.cost)],
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
            <dd dir="auto">
              <Written text={text} />
            </dd>
          </div>
        ))}
      </dl>
    </div>,
    document.body,
  )
}
