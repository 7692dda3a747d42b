/** The trace of a session: when it worked, waited and failed in the last 30 minutes. */
import type { ReactElement } from "react"
import { useTrace } from "@holdfast/react"

const COLORS: Readonly<Record<string, string>> = { w: "var(--kelp)", a: "var(--wait-mark)", f: "var(--fail)" }

/** 64 by 8 pixels. */
export function Trace({ session }: { readonly session: string }): ReactElement {
  const { signs = "", messages = [] } = useTrace(session) ?? {}
  return (
    <svg viewBox="0 0 64 8" width="64" height="8" aria-hidden="true">
      <path d="M0 4h64" stroke="var(--line-2)" />
      {[...signs].map((sign, at) =>
        sign === "." ? null : <rect key={at} x={at} y="2.5" width="1" height="3" fill={COLORS[sign]} />,
      )}
      {messages.map((at) => (
        <rect key={`m${at}`} x={at} width="1" height="8" fill="var(--text)" />
      ))}
    </svg>
  )
}
