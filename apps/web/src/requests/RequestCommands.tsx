/** What is there for as long as the app is: a command for each thing that waits, and words for who hears the page (docs/protocol/app-rules.md, APP-45). */
import { Suspense, useEffect, useRef } from "react"
import { lazyExtra } from "../app/part.ts"
import { announce } from "../app/announce.ts"
import type { Command } from "../commands/command.ts"
import { useCommands } from "../commands/use-commands.ts"
import { useOpen } from "../workspace/use-open.ts"
import { openInbox } from "./inbox-state.ts"
import { useWaiting } from "./use-waiting.ts"
import type { Waiting } from "./waiting.ts"
import { waitingTitle } from "./waiting-title.ts"

const AnswerWatch = lazyExtra(() => import("./AnswerWatch.tsx"))

/** Registers the commands and announces what comes. */
export function RequestCommands() {
  const waiting = useWaiting()
  const open = useOpen()
  useAnnouncements(waiting)
  const own = waiting.map((one): Command => ({
    id: `waiting.${one.key}`,
    title: waitingTitle(one),
    run: () => (one.request === undefined && one.untrusted === undefined ? open.session(one.session) : openInbox(one.key)),
  }))
  useCommands([...own, { id: "inbox.open", title: "Show what waits for you", when: "anywhere", run: () => openInbox() }])
  return (
    <Suspense fallback={null}>
      <AnswerWatch />
    </Suspense>
  )
}

/** Says what begins to wait; what waited when the page came is said as a number. */
function useAnnouncements(waiting: ReadonlyArray<Waiting>): void {
  const known = useRef<ReadonlySet<string> | undefined>(undefined)
  useEffect(() => {
    const before = known.current
    known.current = new Set(waiting.map(({ key }) => key))
    if (before === undefined) return
    const fresh = waiting.filter(({ key }) => !before.has(key))
    const [first] = fresh
    if (first === undefined) return
    announce(
      fresh.length === 1 ? waitingTitle(first).replace(/^Answer /, "Waits for you: ") : `${fresh.length} more wait for you`,
    )
  }, [waiting])
}
