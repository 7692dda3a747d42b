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
  const leave = (): void => void signOut(hub).catch((cause: Error) => setProblem(cause.message))
  return (
    <Part
      title="Sign out"
      about="This browser forgets its key, and the list, transcripts, drafts and settings that it keeps of this server. Sessions continue."
      problem={problem}
    >
      {isAsked ? (
        <p role="alert">
          {unsent === undefined ? "" : `${unsent} `}To sign in again you need a link from where the server runs.{" "}
          <Button kind="danger" autoFocus onClick={leave}>
            Sign out now
          </Button>{" "}
          <Button onClick={() => setAsked(false)}>Stay</Button>
        </p>
      ) : (
        <Button onClick={() => setAsked(true)}>Sign out of this browser</Button>
      )}
    </Part>
  )
}
