/** Two agents in one directory overwrite each other's files: which ones are there, and what helps. */
import { useState } from "react"
import type { ReactElement } from "react"
import type { Session } from "@holdfast/protocol/session"
import { Button } from "../ui/Button.tsx"
import { worktreeCommand } from "./request.ts"
import css from "./new-session.module.css"

/** The hint; nothing where the directory is free. */
export function SharedDirectory({
  sessions,
  directory,
}: {
  readonly sessions: ReadonlyArray<Session>
  readonly directory: string
}): ReactElement | null {
  const [isCopied, setIsCopied] = useState(false)
  const [first] = sessions
  if (first === undefined) return null
  const command = worktreeCommand(directory)
  const copy = (): void => void navigator.clipboard.writeText(command).then(() => setIsCopied(true))
  return (
    <div className={css["shared"]}>
      <p>
        <bdi>{first.label}</bdi>
        {sessions.length === 1 ? " works" : ` and ${sessions.length - 1} more work`} in this directory, too. Agents that share one
        overwrite each other&#39;s files. In a Git repository a worktree keeps them apart:
      </p>
      <code>{command}</code>
      <Button onClick={copy}>{isCopied ? "Copied" : "Copy the command"}</Button>
    </div>
  )
}
