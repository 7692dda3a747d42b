/** Files of a session's directory that match what is typed; a later key ends the search before it. */
import { useEffect, useId, useState } from "react"
import { useConnection, useHub } from "@holdfast/react"

/** What was found. */
export interface FileMatches {
  readonly paths: ReadonlyArray<string>
  /** Why nothing is shown. */
  readonly told: string | undefined
}

const NONE: FileMatches = Object.freeze({ paths: Object.freeze([]), told: undefined })

/** Milliseconds from a key to the search. */
const DELAY = 60

/** Searches while there is a query; what was found stays until the next answer. */
export function useFileMatches(session: string, query: string | undefined): FileMatches {
  const hub = useHub()
  const { isConnected } = useConnection()
  const field = useId()
  const [found, setFound] = useState(NONE)
  useEffect(() => {
    if (query === undefined) {
      setFound(NONE)
      return undefined
    }
    if (!isConnected) {
      setFound({ paths: [], told: "Files can be looked for once the connection is back." })
      return undefined
    }
    let isOver = false
    const timer = setTimeout(() => {
      hub.hub.connection.call("files.search", { session, query, limit: 50, field }).then(
        ({ files, superseded }) => {
          if (isOver || superseded === true) return
          setFound({ paths: files.map(({ path }) => path), told: files.length === 0 ? "No file has this name." : undefined })
        },
        (cause: Error) => (isOver ? undefined : setFound({ paths: [], told: cause.message })),
      )
    }, DELAY)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [hub, session, query, field, isConnected])
  return found
}
