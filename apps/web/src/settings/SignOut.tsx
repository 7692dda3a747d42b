/** Signing out, which says what is lost by it before it is done. */
import { useState } from "react"
import type { ReactElement } from "react"
import { useHub, useOutbox } from "@holdfast/react"
import { signOut, unsentWords } from "../app/sign-out.ts"
import { Button } from "../ui/Button.tsx"
import { Part } from "./Part.tsx"

/** The part of the settings. */
export function SignOut(): ReactElement {
  const hub = useHub()
  const { counts } = useOutbox()
  const [isAsked, setAsked] = useState(false)
  const [problem, setProblem] = useState<string>()
  const unsent = unsentWords(counts.pending + counts.processing + counts.failed)
  const leave = (): void => void signOut(hub, problem !== undefined).catch((cause: Error) => setProblem(notEnded(cause)))
  const stay = (): void => {
    setAsked(false)
    setProblem(undefined)
  }
  return (
    <Part
      title="Sign out"
      about="The key of this browser ends on the server, and the browser forgets the list, transcripts, drafts and settings that it keeps. Sessions continue."
      problem={problem}
    >
      {isAsked ? (
        <p role="alert">
          {unsent === undefined ? "" : `${unsent} `}To sign in again you need a link from where the server runs.{" "}
          <Button kind="danger" autoFocus onClick={leave}>
            {problem === undefined ? "Sign out now" : "Sign out here anyway"}
          </Button>{" "}
          <Button onClick={stay}>Stay</Button>
        </p>
      ) : (
        <Button onClick={() => setAsked(true)}>Sign out of this browser</Button>
      )}
    </Part>
  )
}

const notEnded = ({ message }: Error): string =>
  `The server has not ended this browser's key (${message}). If you sign out anyway, the key is good until it expires, also for others who have a copy.`
