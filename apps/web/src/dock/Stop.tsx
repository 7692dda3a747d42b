/** Stops the turn, and shows how far that is. */
import { useSessionService, useTurn } from "@holdfast/react"
import { useCommands } from "../commands/use-commands.ts"
import { Button } from "../ui/Button.tsx"
import { wasEscapeUsed } from "./escape.ts"
import { stopWords } from "./stop-words.ts"
import { useSeconds } from "./use-seconds.ts"

/** What the button is given. */
export interface StopProps {
  readonly session: string
  readonly onTold: (told: string) => void
}

/** The button; not there while no turn streams. */
export function Stop({ session, onTold }: StopProps) {
  const turn = useTurn(session)
  const service = useSessionService()
  const isStopping = turn.interrupting === true
  const { now, since } = useSeconds(isStopping)
  const shown = stopWords(turn, since, now)
  const stop = (): void => {
    if (wasEscapeUsed()) return
    service.interrupt(session).catch((cause: Error) => onTold(cause.message))
  }
  useCommands(
    shown === undefined || shown.isStopping
      ? []
      : [
          { id: "turn.stop", title: "Stop the turn", keys: ["Escape Escape"], when: "pane", session, run: stop },
          {
            id: "turn.stop.field",
            title: "Stop the turn from the field",
            keys: ["Escape Escape"],
            when: "composer",
            session,
            run: stop,
          },
        ],
  )
  if (shown === undefined) return null
  return (
    <Button
      icon="stop"
      {...(shown.isStopping ? {} : { keys: "Escape Escape" })}
      title={shown.title}
      disabled={shown.isStopping}
      onClick={() => service.interrupt(session).catch((cause: Error) => onTold(cause.message))}
      aria-live="polite"
      data-act="stop"
    >
      {shown.words}
    </Button>
  )
}
