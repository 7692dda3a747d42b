/** The trace: what a session did in the last 30 minutes, in a row of the list (docs/protocol/app-rules.md, APP-70). */
import { memo, useMemo } from "react"
import type { ReactElement } from "react"
import { useTrace } from "@holdfast/react"
import css from "./Trace.module.css"
import { traceShape } from "./trace/trace-shape.ts"

/** Buckets and pixels in width, and pixels in height. */
const WIDTH = 64
const HEIGHT = 8

/** The signs of a trace as lines, each as wide as it is meant to be at any size. */
export const TraceLines = memo(function TraceLines(props: {
  readonly signs: string
  readonly messages: ReadonlyArray<number>
  readonly height: number
}): ReactElement {
  const { signs, messages, height } = props
  const shape = useMemo(() => traceShape(signs, messages, height), [signs, messages, height])
  return (
    <>
      <path className={css["line"]} d={`M0 ${height / 2}H${signs.length}`} />
      {shape.worked === "" ? null : <path className={css["worked"]} d={shape.worked} />}
      {shape.waited === "" ? null : <path className={css["waited"]} d={shape.waited} />}
      {shape.failed === "" ? null : <path className={css["failed"]} d={shape.failed} />}
      {shape.messages === "" ? null : <path className={css["messages"]} d={shape.messages} />}
    </>
  )
})

const NOTHING = ".".repeat(WIDTH)
const NONE: ReadonlyArray<number> = []

/** The last 30 minutes of a session, 64 by 8 pixels. What it says is said by the row in words, too. */
export const Trace = memo(function Trace({ session }: { readonly session: string }): ReactElement {
  const trace = useTrace(session)
  const signs = trace?.signs ?? NOTHING
  return (
    <svg
      aria-hidden="true"
      className={css["trace"]}
      data-trace={session}
      height={HEIGHT}
      preserveAspectRatio="none"
      viewBox={`0 0 ${signs.length} ${HEIGHT}`}
      width={WIDTH}
    >
      <TraceLines height={HEIGHT} messages={trace?.messages ?? NONE} signs={signs} />
    </svg>
  )
})
