/** How files of messages are shown where text is: by what is around it, as text alone knows no session and no server. */
import { createContext } from "react"
import type { ReactNode } from "react"

/** What is shown of a file. */
export interface ShownFile {
  readonly mediaType: string
  readonly url: string
  readonly filename?: string | undefined
  readonly bytes?: number | undefined
}

const KEPT = /^files\/([0-9a-f]{64})$/

/** The hash of a file that the hub keeps, by the address in its part; `undefined` for any other address. */
export function hashOf(url: string): string | undefined {
  return KEPT.exec(url)?.[1]
}

/** Shows files of one session. */
export type ShowFile = (file: ShownFile) => ReactNode

/** What shows them; absent where there is no server, as in a player that is a file. */
export const ShowFileContext = createContext<ShowFile | undefined>(undefined)
