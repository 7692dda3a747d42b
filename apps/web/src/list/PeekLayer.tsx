/** What a session asks, answered beside its row without opening it; at the thumb on a phone. */
import { lazy, Suspense, useEffect, useRef } from "react"
import type { ReactElement } from "react"
import { createPortal } from "react-dom"
import { useAllPermissions, useSession } from "@holdfast/react"
import { Button } from "../ui/Button.tsx"
import { useOpen } from "../workspace/use-open.ts"
import { focusRow } from "./editing.ts"
import { endPeek, usePeeked } from "./peek.ts"
import css from "./peek.module.css"

const RequestView = lazy(() => import("../requests/RequestView.tsx").then((loaded) => ({ default: loaded.RequestView })))

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
      if (event.key === "Escape" && !event.defaultPrevented) close()
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
      <Suspense fallback={null}>
        <Asked session={session} asker={record.agent?.name ?? record.label} close={close} />
      </Suspense>
    </div>,
    document.body,
  )
}

interface AskedProps {
  readonly session: string
  readonly asker: string
  readonly close: () => void
}

function Asked({ session, asker, close }: AskedProps): ReactElement {
  const { requests } = useAllPermissions()
  const open = useOpen()
  const own = requests.filter((one) => one.session === session)
  return (
    <>
      {own.map(({ request }, index) => (
        <RequestView
          key={request.id}
          session={session}
          request={request}
          asker={asker}
          place="peek"
          hasKeys={index === 0}
          isFocused={index === 0}
        />
      ))}
      <footer className={css["foot"]}>
        {own.length === 0 ? <p role="status">Nothing waits for an answer here.</p> : null}
        <Button
          kind="quiet"
          data-autofocus=""
          onClick={() => {
            endPeek()
            open.session(session)
          }}
        >
          Open the session
        </Button>
        <Button kind="quiet" keys="Escape" onClick={close}>
          Close
        </Button>
      </footer>
    </>
  )
}
