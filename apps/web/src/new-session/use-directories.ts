/** Directories of the server's machine that go with what is typed: those in the directory that is typed so far. */
import { useEffect, useState } from "react"
import { useConnection, useHub } from "@holdfast/react"
import type { DirectoryEntry } from "@holdfast/protocol/files"

/** What was found; `path` is the directory that they are in. */
export interface FoundDirectories {
  readonly path: string
  readonly directories: ReadonlyArray<DirectoryEntry>
  /** Where to go up to; null where nothing above is shown. */
  readonly parent: string | null
  /** Why there are none. */
  readonly problem?: string
}

/** Milliseconds from a key to the question. */
const DELAY = 80
const LIMIT = 100

/** A typed path in two: the directory that is whole, and the beginning of a name in it; `undefined` for words that are no path. */
export function typedPath(typed: string): { readonly path?: string; readonly prefix: string } | undefined {
  const text = typed.trimStart()
  if (text === "") return { prefix: "" }
  if (!/^(?:[/~]|[A-Za-z]:[\\/])/.test(text)) return undefined
  if (text === "~") return { path: "~", prefix: "" }
  const at = Math.max(text.lastIndexOf("/"), text.lastIndexOf("\\")) + 1
  return { path: text.slice(0, at) || "/", prefix: text.slice(at) }
}

/** Looks while the field is open; `undefined` while nothing is known. */
export function useDirectories(typed: string, isOpen: boolean): FoundDirectories | undefined {
  const hub = useHub()
  const { isConnected } = useConnection()
  const [found, setFound] = useState<FoundDirectories>()
  const { path, prefix } = typedPath(typed) ?? { prefix: undefined }
  useEffect(() => {
    if (!isOpen || !isConnected || prefix === undefined) {
      setFound(undefined)
      return undefined
    }
    let isOver = false
    const input = { prefix, hidden: prefix.startsWith("."), limit: LIMIT, ...(path === undefined ? {} : { path }) }
    const timer = setTimeout(() => {
      hub.hub.connection.call("directories.list", input).then(
        (page) => (isOver ? undefined : setFound({ path: page.path, parent: page.parent, directories: page.directories })),
        (cause: Error) =>
          isOver ? undefined : setFound({ path: path ?? "", parent: null, directories: [], problem: cause.message }),
      )
    }, DELAY)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [hub, isConnected, isOpen, path, prefix])
  return found
}
