/** A file of a message for a component, with an address for as long as that is shown. */
import { useEffect, useLayoutEffect, useState } from "react"
import { useConnection, useHub } from "@holdfast/react"
import { fileNow, readFile } from "./message-files.ts"

/** A file, or why it is not there. */
export interface MessageFile {
  /** Of the page's own; it ends when the component goes. */
  readonly address: string | undefined
  readonly problem: string | undefined
  readonly again: () => void
}

/** Reads a file; one that could not be had is asked for again once the connection is back. */
export function useMessageFile(session: string, hash: string): MessageFile {
  const { hub } = useHub()
  const { isConnected } = useConnection()
  const [file, setFile] = useState(() => fileNow(hash))
  const [problem, setProblem] = useState<string>()
  const [tries, setTries] = useState(0)
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    if (file !== undefined) return undefined
    let isOver = false
    readFile(hub.http, session, hash).then(
      (read) => isOver || setFile(read),
      (cause: unknown) => isOver || setProblem(cause instanceof Error ? cause.message : String(cause)),
    )
    return () => {
      isOver = true
    }
  }, [hub, session, hash, file, isConnected, tries])
  useLayoutEffect(() => {
    if (file === undefined) return undefined
    const made = URL.createObjectURL(file)
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  const again = (): void => {
    setProblem(undefined)
    setTries(tries + 1)
  }
  return { address, problem, again }
}
