/** A terminal session. */
import type { ReactElement } from "react"
import "@xterm/xterm/css/xterm.css"
import { Terminal } from "@holdfast/react"
import type { PaneProps } from "../../workspace/pane-props.ts"

const WHOLE = { flex: 1, minBlockSize: 0, background: "var(--ground)", padding: 4 } as const

/** Its screen. */
export default function TerminalPane({ session }: PaneProps): ReactElement {
  return (
    <div data-when="terminal" style={WHOLE}>
      <Terminal
        session={session}
        options={{ fontFamily: "HF Mono", fontSize: 14, allowProposedApi: true }}
        style={{ blockSize: "100%" }}
      />
    </div>
  )
}
