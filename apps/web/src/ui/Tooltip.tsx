/** What a control is called and which keys it has, on hover and focus. There is one tooltip on the page, which all controls share. */
import { useEffect, useLayoutEffect, useRef } from "react"
import type { FocusEvent, PointerEvent, ReactElement } from "react"
import { createPortal } from "react-dom"
import { keyText } from "../commands/key-text.ts"
import { Handled } from "./handlers.ts"
import { useStore } from "./store.ts"
import { hideTip, shownTip, showTip, tipAt } from "./tip.ts"
import type { Tip } from "./tip.ts"
import styles from "./over.module.css"

interface TooltipProps {
  readonly text: string
  readonly keys?: string | undefined
  /** One element of the page. */
  readonly children: ReactElement
}

/** Shows words beside what it is around. */
export function Tooltip({ text, keys, children }: TooltipProps): ReactElement {
  const anchor = useRef<Element | undefined>(undefined)
  const tip = (element: Element): Tip => {
    anchor.current = element
    return { text, keys, anchor: element }
  }
  const hide = (): void => hideTip(anchor.current)
  useEffect(() => () => void (anchor.current === undefined || hideTip(anchor.current)), [])
  const handlers = {
    onPointerEnter: ({ pointerType, currentTarget }: PointerEvent) => {
      if (pointerType !== "touch") tipAt(tip(currentTarget))
    },
    onPointerLeave: hide,
    onPointerDown: hide,
    onClick: hide,
    onFocus: ({ currentTarget }: FocusEvent) => {
      // A touch screen moves the focus by itself, and has no keys to name.
      if (currentTarget.matches(":focus-visible") && matchMedia("(any-hover: hover)").matches) showTip(tip(currentTarget))
    },
    onBlur: hide,
  }
  return <Handled handlers={handlers}>{children}</Handled>
}

const ID = "tooltip"
/** Pixels between a control and its tooltip, and between that and the edge of the page. */
const GAP = 4
const EDGE = 8

/** Puts the tooltip above its control, or below where there is no room. */
function place(box: HTMLElement, anchor: Element): void {
  const { left, width, top, bottom } = anchor.getBoundingClientRect()
  const { offsetWidth, offsetHeight, style } = box
  const across = left + width / 2 - offsetWidth / 2
  const above = top - GAP - offsetHeight
  style.left = `${Math.max(EDGE, Math.min(across, innerWidth - EDGE - offsetWidth))}px`
  style.top = `${above < EDGE ? bottom + GAP : above}px`
}

/** The tooltip; once on the page. */
export function Tips(): ReactElement | null {
  const tip = useStore(shownTip)
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (tip === undefined || box.current === null) return undefined
    const { anchor } = tip
    place(box.current, anchor)
    anchor.setAttribute("aria-describedby", ID)
    return () => anchor.removeAttribute("aria-describedby")
  }, [tip])
  useEffect(() => {
    if (tip === undefined) return undefined
    const ends = new AbortController()
    const { signal } = ends
    const scrolled = ({ target }: Event): void => {
      // What scrolls elsewhere, as a pane that grows, does not move it.
      if (target instanceof Node && target.contains(tip.anchor)) hideTip()
    }
    addEventListener("scroll", scrolled, { capture: true, passive: true, signal })
    addEventListener("keydown", ({ key }) => key === "Escape" && hideTip(), { capture: true, signal })
    for (const type of ["blur", "resize"]) addEventListener(type, () => hideTip(), { signal })
    return () => ends.abort()
  }, [tip])
  if (tip === undefined) return null
  return createPortal(
    <div ref={box} className={styles["tip"]} role="tooltip" id={ID}>
      <span dir="auto">{tip.text}</span>
      {tip.keys === undefined ? null : <kbd>{keyText(tip.keys)}</kbd>}
    </div>,
    document.body,
  )
}
