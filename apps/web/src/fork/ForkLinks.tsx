/** Where a session was forked from, and what was forked from it: links in both directions (docs/protocol/app-rules.md, APP-78). */
import type { ReactElement } from "react"
import { useSession } from "@holdfast/react"
import { Icon } from "../ui/icons.tsx"
import { useOpen } from "../workspace/use-open.ts"
import css from "./ForkLinks.module.css"
import { useForks } from "./use-forks.ts"

interface ForkLinksProps {
  readonly session: string
  /** The forks that end with this message alone; without it where the session itself comes from, and all its forks. */
  readonly message?: string
}

/** The links; nothing where there are none. */
export function ForkLinks({ session, message }: ForkLinksProps): ReactElement | null {
  const { session: record } = useSession(session)
  const forks = useForks(session)
  const open = useOpen()
  const from = message === undefined && record !== undefined && record.status !== "offline" ? record.forkedFrom : undefined
  const shown = message === undefined ? forks : forks.filter((fork) => fork.message === message)
  if (from === undefined && shown.length === 0) return null
  return (
    <p className={css["forks"]} data-forks={session}>
      {from === undefined ? null : (
        <button
          onClick={() => open.session(from.session, from.message === undefined ? {} : { message: from.message })}
          type="button"
        >
          <Icon name="fork" size={14} /> Forked from <b dir="auto">{from.label}</b>
        </button>
      )}
      {shown.map((fork) => (
        <button key={fork.id} onClick={() => open.session(fork.id)} type="button">
          <Icon name="fork" size={14} /> {message === undefined ? "Forked to" : "Forked here:"} <b dir="auto">{fork.label}</b>
        </button>
      ))}
    </p>
  )
}
