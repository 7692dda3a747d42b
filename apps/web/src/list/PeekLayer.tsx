/** What a session asks, answered beside its row without opening it, with a line to reply; at the thumb on a phone. */
import { Suspense, useEffect, useRef } from "react"
import type { ReactElement } from "react"
import { createPortal } from "react-dom"
import { useSession } from "@holdfast/react"
import { ErrorBoundary } from "../app/ErrorBoundary.tsx"
import { lazyExtra } from "../app/part.ts"
import { focusRow } from "./editing.ts"
import { endPeek, usePeeked } from "./peek.ts"
import { isOfInside } from "../ui/keep-unfolded.ts"
import css from "./peek.module.css"

const PeekView = lazyExtra(() => import("../requests/PeekView.tsx"))

/** Room that it needs below its row, in pixels. */
const ROOM = 360

/** What is peeked at, while something is. */
export function PeekLayer(): ReactElement | null {
  const session = usePeeked()
  return session === undefined ? null : <Peek key={session} session={session} />
}

/** Where it is shown: beside the row, and within the page. */
function placeOf(session: string): { readonly insetBlockStart: number; readonly insetInlineStart: number } {
  const row = document.querySelector(`[role=listitem][data-session="${CSS.escape(session)}"]`)
  const { top, right, left } = row?.getBoundingClientRect() ?? { top: 80, right: 288, left: 0 }
  const isRightToLeft = row !== null && getComputedStyle(row).direction === "rtl"
  return {
    insetBlockStart: Math.max(8, Math.min(top, innerHeight - ROOM)),
    insetInlineStart: (isRightToLeft ? innerWidth - left : right) + 6,
  }
}

function Peek({ session }: { readonly session: string }): ReactElement | null {
  const { session: record } = useSession(session)
  const box = useRef<HTMLDivElement>(null)
  const close = (): void => {
    endPeek()
    focusRow(session)
  }
  useEffect(() => {
    const element = box.current
    const pressed = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !event.defaultPrevented && !isOfInside(event)) close()
    }
    const pointed = (event: PointerEvent): void => {
      if (event.target instanceof Node && element?.contains(event.target) === false) endPeek()
    }
    element?.addEventListener("keydown", pressed)
    document.addEventListener("pointerdown", pointed, { capture: true })
    return () => {
      element?.removeEventListener("keydown", pressed)
      document.removeEventListener("pointerdown", pointed, { capture: true })
    }
  })
  if (record === undefined || record.status === "offline") return null
  return createPortal(
    <div ref={box} className={css["peek"]} style={placeOf(session)} role="dialog" aria-label={`What ${record.label} asks`}>
      <ErrorBoundary what="This part">
        <Suspense fallback={null}>
          <PeekView session={session} onClose={close} onLeave={endPeek} />
        </Suspense>
      </ErrorBoundary>
    </div>,
    document.body,
  )
}
