/** The messages that wait: moved with the pointer or Alt and arrows, edited, removed, sent now (docs/protocol/app-rules.md, APP-49). */
import { useRef, useState } from "react"
import type { KeyboardEvent, PointerEvent } from "react"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import { useHub, useQueue, useSessionService } from "@holdfast/react"
import { tellNotice } from "../app/notices.ts"
import { Button, IconButton } from "../ui/Button.tsx"
import { Icon } from "../ui/icons.tsx"
import { Menu } from "../ui/Menu.tsx"
import type { MenuItem } from "../ui/menu-item.ts"
import { lineOf } from "./message-parts.ts"
import styles from "./Queue.module.css"
import { inOrder, moved, placeAt, waitingIds } from "./queue-order.ts"
import type { ComposerNow } from "./use-composer.ts"

/** What a queue is given. */
export interface QueueProps {
  readonly session: string
  readonly composer: ComposerNow
  /** Whether the agent takes a message in mid-turn, and whether a turn streams. */
  readonly steers: boolean
  readonly isStreaming: boolean
}

interface QueueNow extends QueueProps {
  readonly order: ReadonlyArray<string>
  readonly move: (id: string, to: number) => void
  readonly told: (act: Promise<unknown>) => void
  readonly remove: (item: QueueItem) => void
}

/** An order that is on its way, and what it was made of. */
interface Wanted {
  readonly order: ReadonlyArray<string>
  readonly of: ReadonlyArray<QueueItem>
}

/** Shows what waits. */
export function Queue(props: QueueProps) {
  const { session, composer } = props
  const queue = useQueue(session)
  const [wanted, setWanted] = useState<Wanted>()
  const remove = useRemove(session, composer)
  // The hub's order counts again as soon as it says anything.
  const items = inOrder(queue.items, wanted?.of === queue.items ? wanted.order : undefined)
  if (items.length === 0) return null
  const told = (act: Promise<unknown>): void => {
    act.catch((cause: Error) => {
      setWanted(undefined)
      composer.tell(cause.message)
    })
  }
  const order = waitingIds(items)
  const move = (id: string, to: number): void => {
    const next = moved(order, id, to)
    if (next === order) return
    setWanted({ order: next, of: queue.items })
    told(queue.reorder(next))
  }
  const now: QueueNow = { ...props, order, move, told, remove }
  return (
    <section className={styles["queue"]} aria-label={`Queue, ${items.length}`} data-queue={session}>
      <ol>
        {items.map((item) => (
          <Row key={item.id} item={item} now={now} />
        ))}
      </ol>
    </section>
  )
}

/** Removes a message, with a way back to the end of the queue. */
function useRemove(session: string, composer: ComposerNow): (item: QueueItem) => void {
  const hub = useHub()
  const service = useSessionService()
  return (item) => {
    const tell = (cause: Error): void => composer.tell(cause.message)
    const act = async (): Promise<void> => {
      const { parts } = item.cut === true ? await service.queued(session, item.id) : item
      await service.unqueue(session, item.id)
      const key = crypto.randomUUID().replaceAll("-", "")
      tellNotice("Removed from the queue.", () => {
        import("./take-back.ts")
          .then(({ queueAgain }) => queueAgain({ hub, service }, session, parts, key))
          .catch((cause: Error) => composer.takeBack({ key, parts }, cause.message))
      })
    }
    act().catch(tell)
  }
}

function Row({ item, now }: { readonly item: QueueItem; readonly now: QueueNow }) {
  const { order, move, composer, remove } = now
  const at = order.indexOf(item.id)
  const isWaiting = item.status === "waiting"
  const keys = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || !isWaiting) return
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown"))
      move(item.id, at + (event.key === "ArrowUp" ? -1 : 1))
    else if (event.altKey || event.ctrlKey || event.metaKey) return
    else if (event.key === "ArrowUp" || event.key === "ArrowDown")
      focusBeside(event.currentTarget, event.key === "ArrowUp" ? -1 : 1)
    else if (event.key === "Enter") void composer.edit(item)
    else if (event.key === "Delete" || event.key === "Backspace") remove(item)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const words =
    item.status === "sent" ? (item.steer === true ? "going into the turn" : "handed over") : at === 0 ? "next" : `${at + 1}`
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions -- a row is moved by its keys
    <li
      className={styles["row"]}
      tabIndex={0}
      aria-label={`${lineOf(item.parts)}, ${words}`}
      aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Enter Delete"
      data-queued={item.id}
      data-status={item.status}
      onKeyDown={keys}
    >
      {isWaiting ? <Grip id={item.id} now={now} /> : <span className={styles["grip"]} />}
      <span className={styles["words"]} dir="auto">
        {lineOf(item.parts)}
        {item.cut === true ? " …" : ""}
      </span>
      {item.status === "uncertain" ? <Uncertain item={item} now={now} /> : <span className={styles["place"]}>{words}</span>}
      {isWaiting ? <Acts item={item} at={at} now={now} /> : null}
    </li>
  )
}

function focusBeside(row: Element, step: 1 | -1): void {
  const beside = step === 1 ? row.nextElementSibling : row.previousElementSibling
  if (beside instanceof HTMLElement) beside.focus()
}

function Uncertain({ item, now }: { readonly item: QueueItem; readonly now: QueueNow }) {
  const { resolve } = useQueue(now.session)
  return (
    <span className={styles["uncertain"]}>
      The agent died as it got this.
      <Button kind="quiet" onClick={() => now.told(resolve(item.id, "again"))}>
        Send again
      </Button>
      <Button kind="quiet" onClick={() => now.told(resolve(item.id, "drop"))}>
        Drop
      </Button>
    </span>
  )
}

function Acts({ item, at, now }: { readonly item: QueueItem; readonly at: number; readonly now: QueueNow }) {
  const { session, composer, order, move, told, remove, steers, isStreaming } = now
  const { sendNow } = useQueue(session)
  const send = (mode: "steer" | "interrupt"): void => told(sendNow(item.id, mode))
  const items = (): ReadonlyArray<MenuItem> => [
    ...(isStreaming && steers ? [{ title: "Steer with it now", icon: "send" as const, run: () => send("steer") }] : []),
    {
      title: isStreaming ? "Interrupt and send it now" : "Send it now",
      icon: isStreaming ? ("interrupt" as const) : ("send" as const),
      run: () => send(isStreaming ? "interrupt" : "steer"),
    },
    "line",
    { title: "Move up", icon: "up", keys: "Alt+ArrowUp", isDisabled: at === 0, run: () => move(item.id, at - 1) },
    {
      title: "Move down",
      icon: "down",
      keys: "Alt+ArrowDown",
      isDisabled: at === order.length - 1,
      run: () => move(item.id, at + 1),
    },
    "line",
    { title: "Edit", icon: "edit", keys: "Enter", run: () => void composer.edit(item) },
    { title: "Remove", icon: "trash", keys: "Delete", isDanger: true, run: () => remove(item) },
  ]
  return (
    <span className={styles["acts"]}>
      <IconButton icon="edit" label="Edit" onClick={() => void composer.edit(item)} />
      <IconButton icon="trash" label="Remove from the queue" onClick={() => remove(item)} />
      <Menu label="What can be done with this message" items={items} trigger={<IconButton icon="more" label="More" />} />
    </span>
  )
}

/** The handle of a row: what the pointer, or a finger, moves it by. */
function Grip({ id, now: { order, move } }: { readonly id: string; readonly now: QueueNow }) {
  const [isMoving, setIsMoving] = useState(false)
  const place = useRef<number>(undefined)
  const rowsOf = (grip: HTMLElement): ReadonlyArray<HTMLElement> => [
    ...(grip.closest("ol")?.querySelectorAll<HTMLElement>("[data-status=waiting]") ?? []),
  ]
  const begin = (event: PointerEvent<HTMLSpanElement>): void => {
    if (event.button !== 0 || order.length < 2) return
    event.preventDefault()
    event.currentTarget.setPointerCapture(event.pointerId)
    setIsMoving(true)
  }
  const over = (event: PointerEvent<HTMLSpanElement>): void => {
    if (!isMoving) return
    const rows = rowsOf(event.currentTarget)
    const others = rows.filter(({ dataset }) => dataset["queued"] !== id)
    place.current = placeAt(
      others.map((row) => middleOf(row)),
      event.clientY,
    )
    markPlace(others, place.current)
  }
  const end = (event: PointerEvent<HTMLSpanElement>): void => {
    if (!isMoving) return
    setIsMoving(false)
    markPlace(rowsOf(event.currentTarget), undefined)
    if (event.type === "pointerup" && place.current !== undefined) move(id, place.current)
    place.current = undefined
  }
  return (
    <span
      className={styles["grip"]}
      data-moving={isMoving}
      onPointerDown={begin}
      onPointerMove={over}
      onPointerUp={end}
      onPointerCancel={end}
      title="Drag to move, or Alt and an arrow"
    >
      <Icon name="drag" />
    </span>
  )
}

const middleOf = (row: HTMLElement): number => {
  const { top, height } = row.getBoundingClientRect()
  return top + height / 2
}

/** Shows between which rows it would go. */
function markPlace(rows: ReadonlyArray<HTMLElement>, place: number | undefined): void {
  rows.forEach((row, at) => {
    const mark =
      place === undefined ? "" : at === place ? "before" : at === rows.length - 1 && place === rows.length ? "after" : ""
    row.dataset["drop"] = mark
  })
}
