/** Stops the turn, and shows how far that is. */
import { useTurn } from "@holdfast/react"
import { useCommands } from "../commands/use-commands.ts"
import { Button } from "../ui/Button.tsx"
import { wasEscapeUsed } from "./escape.ts"
import { stopWords } from "./stop-words.ts"
import { useStop } from "./use-stop.ts"
import { useSeconds } from "./use-seconds.ts"

/** What the button is given. */
export interface StopProps {
  readonly session: string
  readonly onTold: (told: string) => void
}

/** The button; not there while no turn streams. */
export function Stop({ session, onTold }: StopProps) {
  const turn = useTurn(session)
  const { isWished, stop: ask, takeBack } = useStop(session, onTold)
  const isStopping = turn.interrupting === true
  const { now, since } = useSeconds(isStopping)
  const shown = stopWords(turn, since, now)
  const stop = (): void => {
    if (wasEscapeUsed()) return
    ask()
  }
  useCommands(
    shown === undefined || shown.isStopping || isWished
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
  if (isWished)
    return (
      <Button
        icon="stop"
        title="It is stopped once the server can be told. Press to let it run"
        onClick={takeBack}
        aria-live="polite"
        data-act="stop-later"
      >
        Stops when connected
      </Button>
    )
  return (
    <Button
      icon="stop"
      {...(shown.isStopping ? {} : { keys: "Escape Escape" })}
      title={shown.title}
      disabled={shown.isStopping}
      onClick={ask}
      aria-live="polite"
      data-act="stop"
    >
      {shown.words}
    </Button>
  )
}
