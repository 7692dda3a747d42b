/** Decides about a directory: the first decision counts, whoever makes it (docs/protocol/app-rules.md, APP-142). */
import { useState } from "react"
import { useConnection, useHub } from "@holdfast/react"
import { tellNotice } from "../app/notices.ts"
import { noteAnswered, noteOpen } from "./answered.ts"
import { tellTrust, trustWords } from "./trust-news.ts"

/** How a decision stands. */
export interface TrustNow {
  /** What is on its way to the hub. */
  readonly sending: boolean | undefined
  /** Why it came to nothing. */
  readonly problem: string | undefined
  /** Why nothing can be decided now. */
  readonly lack: string | undefined
  readonly decide: (trusted: boolean) => void
}

const AWAY = "Not connected: it can be decided once the connection is back"

/** What a person does about one directory; `onDone` is called once a decision holds. */
export function useTrust(directory: string, onDone: (() => void) | undefined): TrustNow {
  const { hub } = useHub()
  const { isConnected } = useConnection()
  const [sending, setSending] = useState<boolean>()
  const [problem, setProblem] = useState<string>()
  const revoke = (): void => {
    hub.agents.revokeTrust(directory).catch((cause: Error) => tellNotice(`Not undone: ${cause.message}`))
  }
  const decide = (trusted: boolean): void => {
    if (!isConnected || sending !== undefined) return
    setSending(trusted)
    setProblem(undefined)
    noteAnswered("trust", directory)
    hub.agents.setTrust({ directory, trusted, unlessDecided: true }).then(
      (word) => {
        if (word.trusted === trusted) tellNotice(`${trusted ? "Trusted" : "Refused"} ${directory}`, revoke)
        else tellTrust(directory, `Too late: ${trustWords(word)} first.`)
        onDone?.()
      },
      (cause: Error) => {
        noteOpen("trust", directory)
        setSending(undefined)
        setProblem(cause.message)
      },
    )
  }
  return { sending, problem, lack: isConnected ? undefined : AWAY, decide }
}
