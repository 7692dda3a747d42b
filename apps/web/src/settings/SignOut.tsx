/** Signing out, which says what is lost by it before it is done. */
import { useState } from "react"
import type { ReactElement } from "react"
import { useHub, useOutbox } from "@holdfast/react"
import { KeyNotEnded, signOut, unsentWords } from "../app/sign-out.ts"
import { Button } from "../ui/Button.tsx"
import { Part } from "./Part.tsx"

/** The part of the settings. */
export function SignOut(): ReactElement {
  const hub = useHub()
  const { counts } = useOutbox()
  const [isAsked, setAsked] = useState(false)
  const [isLeaving, setLeaving] = useState(false)
  const [problem, setProblem] = useState<Error>()
  const isAnyway = problem instanceof KeyNotEnded
  const unsent = unsentWords(counts.pending + counts.processing + counts.failed)
  const leave = (): void => {
    if (isLeaving) return
    setLeaving(true)
    setProblem(undefined)
    signOut(hub, isAnyway).catch((cause: Error) => {
      setLeaving(false)
      setProblem(cause)
    })
  }
  const stay = (): void => {
    setAsked(false)
    setProblem(undefined)
  }
  return (
    <Part
      title="Sign out"
      about="A key that a link gave this browser ends on the server; a token that was pasted here stays good for others that use it. The browser forgets it, and the list, transcripts, drafts and settings that it keeps. Sessions continue."
      problem={problem === undefined ? undefined : problemOf(problem)}
    >
      {isAsked ? (
        <p role="alert">
          {unsent === undefined ? "" : `${unsent} `}To sign in again you need a link from where the server runs.{" "}
          <Button kind="danger" autoFocus onClick={leave} aria-disabled={isLeaving}>
            {isLeaving ? "Signing out…" : isAnyway ? "Sign out here anyway" : "Sign out now"}
          </Button>{" "}
          {isLeaving ? null : <Button onClick={stay}>Stay</Button>}
        </p>
      ) : (
        <Button onClick={() => setAsked(true)}>Sign out of this browser</Button>
      )}
    </Part>
  )
}

const problemOf = (problem: Error): string =>
  problem instanceof KeyNotEnded
    ? `The server has not ended this browser's key (${problem.message}). If you sign out anyway, the key works until it expires, for anyone who has a copy too.`
    : `This browser could not be signed out: ${problem.message}`
