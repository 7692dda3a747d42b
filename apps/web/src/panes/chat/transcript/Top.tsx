/** Above the first row: that there is more, that it is being read, or where the session began. */
import { useLayoutEffect, useRef } from "react"
import css from "./transcript.module.css"
import { counted } from "../rows/tool-input.ts"
import { useChat } from "./chat-context.ts"
import { useOf } from "../pace/use-paced.ts"
import type { Older } from "@holdfast/client/model"
import { ForkLinks } from "../../../fork/ForkLinks.tsx"
import { fullTime } from "../../../ui/time.ts"

interface TopProps {
  readonly older: Older
  /** Told how high it is, in pixels: a session with many forks has more to say. */
  readonly onHeight: (height: number) => void
}

/** The beginning of what is shown. */
export function Top({ older, onHeight }: TopProps) {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => element.offsetHeight > 0 && onHeight(element.offsetHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [onHeight])
  return (
    <div className={css["top"]} ref={box}>
      <Beginning older={older} />
    </div>
  )
}

function Beginning({ older }: { readonly older: Older }) {
  const { view, cwd, session } = useChat()
  const firstSeq = useOf(view.record, (record) => record?.firstSeq)
  const createdAt = useOf(view.record, (record) => record?.createdAt)
  const agent = useOf(view.record, (record) => record?.agent?.name)
  if (older === "more" || older === "loading") return "Reading earlier messages…"
  if (older === "unknown" || createdAt === undefined) return null
  return (
    <>
      <ForkLinks session={session} />
      <span title={fullTime(createdAt)}>
        {agent ?? "agent"} in <bdi>{cwd}</bdi>, since {fullTime(createdAt)}
      </span>
      {firstSeq !== undefined && firstSeq > 1 ? (
        <span>The first {counted(firstSeq - 1, "event")} of this log were removed to save space; all messages are here.</span>
      ) : null}
    </>
  )
}
