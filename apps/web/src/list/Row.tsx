/** One session in the list: its state, its name, since when it is so, and what it does now. It subscribes to its own record alone. */
import { memo } from "react"
import type { MouseEvent, ReactElement, ReactNode } from "react"
import { useDoing, useSession } from "@holdfast/react"
import type { OfflineSession } from "@holdfast/client/outbox"
import type { Session } from "@holdfast/protocol/session"
import { Icon } from "../ui/icons.tsx"
import type { IconName } from "../ui/icons.tsx"
import { StateMark } from "../ui/StateMark.tsx"
import { Time } from "../ui/Time.tsx"
import { Trace } from "../ui/Trace.tsx"
import { costText } from "../ui/usage.ts"
import type { Editing } from "./editing.ts"
import { nowLine } from "./now-line.ts"
import { Written } from "../requests/Written.tsx"
import { EditLabel, EditTags } from "./RowEdit.tsx"
import { placeOf } from "./section-of.ts"
import { shellLine } from "./shell-line.ts"
import type { Section } from "./section-of.ts"
import css from "./row.module.css"

/** What a row is given; all of it stays the same until the row is to look different. */
export interface RowProps {
  readonly id: string
  readonly section: Section
  readonly isShort: boolean
  /** Its place among all rows, from 1, and how many there are. */
  readonly place: number
  readonly of: number
  readonly isPicked: boolean
  /** Tab leads to it: to one row of the list. */
  readonly isReached: boolean
  readonly isChosen: boolean
  readonly isOpen: boolean
  readonly isSnoozed: boolean
  readonly editing: Editing | undefined
}

/** A row. Its clicks are heard by the list. */
export const Row = memo(function Row(props: RowProps): ReactElement {
  const { session } = useSession(props.id)
  const { id, section, isShort, place, of, isPicked, isReached, isChosen, isOpen } = props
  const isOffline = session?.status === "offline"
  return (
    <div
      className={css["row"]}
      role="listitem"
      aria-posinset={place}
      aria-setsize={of}
      data-session={id}
      data-section={section}
      data-short={isShort || undefined}
      data-picked={isPicked || undefined}
      data-chosen={isChosen || undefined}
      data-open={isOpen || undefined}
    >
      {session === undefined ? null : isOffline ? (
        <OfflineRow session={session} isReached={isReached} />
      ) : (
        <MadeRow {...props} session={session} />
      )}
    </div>
  )
})

function MadeRow({
  session,
  section,
  isShort,
  isReached,
  isChosen,
  isOpen,
  isSnoozed,
  editing,
}: RowProps & { readonly session: Session }): ReactElement {
  const { id, label, pinned, syncPending } = session as Session & { readonly syncPending?: true }
  const cost = costText(session.agent?.usage.cost, 0.01)
  const { at } = placeOf(session, { isUnread: section === "finished", isSnoozed })
  return (
    <>
      <span className={css["mark"]}>
        <StateMark session={id} />
        <input type="checkbox" tabIndex={-1} checked={isChosen} onChange={ignore} aria-label={`Choose ${label}`} data-choose="" />
      </span>
      {editing === "label" ? (
        <EditLabel session={session} />
      ) : (
        <RowLink id={id} label={label} isReached={isReached} isOpen={isOpen}>
          {session.terminal === undefined ? null : <ShellLine session={session} />}
        </RowLink>
      )}
      <span className={css["time"]}>
        {syncPending === true ? <Sign icon="clock" title="Not sent yet" /> : null}
        {isSnoozed ? <Sign icon="moon" title="Not now" /> : null}
        {pinned ? <Sign icon="pin" title="Pinned" /> : null}
        {cost === undefined ? null : <span className={css["cost"]}>{cost}</span>}
        <Time at={at} />
      </span>
      {editing === "tags" ? <EditTags session={session} /> : isShort ? null : <NowLine session={session} isPutOff={isSnoozed} />}
      {isShort || editing === "tags" ? null : (
        <span className={css["trace"]}>
          <Trace session={id} />
        </span>
      )}
      {section === "waits" && editing === undefined ? <AnswerButton label={label} /> : null}
      <MoreButton label={label} />
    </>
  )
}

/** Opens what it asks over the row, where there are no keys and no pointer that rests: on the phone. */
function AnswerButton({ label }: { readonly label: string }): ReactElement {
  return (
    <button
      type="button"
      className={css["answer"]}
      tabIndex={-1}
      aria-haspopup="dialog"
      aria-label={`Answer ${label}`}
      data-answer=""
    >
      Answer
    </button>
  )
}

/** A sign beside the time, with its meaning. */
function Sign({ icon, title }: { readonly icon: IconName; readonly title: string }): ReactElement {
  return (
    <span title={title}>
      <Icon name={icon} size={12} />
      <span className="visually-hidden">{title}</span>
    </span>
  )
}

function MoreButton({ label }: { readonly label: string }): ReactElement {
  return (
    <button
      type="button"
      className={css["more"]}
      tabIndex={-1}
      aria-haspopup="menu"
      aria-label={`Actions for ${label}`}
      data-more=""
    >
      <Icon name="more" />
    </button>
  )
}

/** The list hears of clicks on everything in a row. */
const ignore = (): void => undefined

/** A real link, so that it can be opened in another tab; it covers the row. */
function RowLink({
  id,
  label,
  isReached,
  isOpen,
  children,
}: Pick<RowProps, "id" | "isReached" | "isOpen"> & { readonly label: string; readonly children?: ReactNode }): ReactElement {
  return (
    <a
      className={css["label"]}
      href={`s/${encodeURIComponent(id)}`}
      data-row={id}
      tabIndex={isReached ? 0 : -1}
      aria-current={isOpen ? "page" : undefined}
      data-autofocus={isReached ? "" : undefined}
      onDragStart={plainly}
      dir="auto"
    >
      {label}
      {children}
    </a>
  )
}

/** Where a terminal is that has no name of its own, and what runs there. */
function ShellLine({ session }: { readonly session: Session }): ReactElement | null {
  const line = shellLine(session, useDoing(session.id))
  return line === undefined ? null : (
    <span className={css["shell"]}>
      {" "}
      <bdi>
        <Written text={line} />
      </bdi>
    </span>
  )
}

const plainly = (event: MouseEvent): void => event.stopPropagation()

function NowLine({ session, isPutOff }: { readonly session: Session; readonly isPutOff: boolean }): ReactElement {
  const doing = useDoing(session.id)
  const { words = "", target, isFailure } = nowLine(session, doing, isPutOff) ?? {}
  return (
    <span className={css["now"]} data-failure={isFailure}>
      <bdi>
        <Written text={words} />
      </bdi>{" "}
      {target === undefined ? null : (
        <code dir="ltr">
          <Written text={target} />
        </code>
      )}
    </span>
  )
}

/** A session that is not created yet: what it waits for, or why it could not be. */
function OfflineRow({ session, isReached }: { readonly session: OfflineSession; readonly isReached: boolean }): ReactElement {
  const { id, label, kind, failure, createdAt } = session
  return (
    <>
      <span className={css["mark"]}>
        <StateMark session={id} />
      </span>
      <RowLink id={id} label={label} isReached={isReached} isOpen={false} />
      <span className={css["time"]}>
        <Time at={createdAt} />
      </span>
      <span className={css["now"]} data-failure={failure === undefined ? undefined : true}>
        <bdi>
          {failure === undefined
            ? `${kind === "agent" ? "agent" : "terminal"}, created once connected`
            : `not created: ${failure.message}`}
        </bdi>
      </span>
      <MoreButton label={label} />
    </>
  )
}
