/** Making a session. */
import type { ReactElement } from "react"
import { useSessionService } from "@holdfast/react"
import { Button } from "../ui/Button.tsx"
import { useOpen } from "../workspace/use-open.ts"

/** A terminal or the scripted agent. */
export default function NewSession(): ReactElement {
  const service = useSessionService()
  const open = useOpen()
  const make = async (kind: "terminal" | "agent"): Promise<void> => open.session((await service.create({ kind })).id)
  return (
    <p style={{ display: "flex", gap: 8, padding: 16 }}>
      <Button kind="kelp" onClick={() => void make("terminal")}>
        Open a terminal
      </Button>
      <Button onClick={() => void make("agent")}>Start an agent</Button>
    </p>
  )
}
