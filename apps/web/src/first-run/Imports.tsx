/** Sessions of Claude Code on the server's machine: chosen, imported one after the other, and opened. */
import { useState } from "react"
import type { ReactElement } from "react"
import { useSessions } from "@holdfast/react"
import type { Hub } from "@holdfast/client/model"
import type { ClaudeImportable } from "@holdfast/protocol/agent/import"
import type { Session } from "@holdfast/protocol/session"
import { Part } from "../settings/Part.tsx"
import { useAsked } from "../settings/use-asked.ts"
import { Button } from "../ui/Button.tsx"
import { Time } from "../ui/Time.tsx"
import { useOpen } from "../workspace/use-open.ts"
import css from "./first-run.module.css"
import { importAll } from "./import-all.ts"
import type { Progress } from "./import-all.ts"

const readImportable = async (hub: Hub) => (await hub.agents.importable()).sessions

const ALL = { status: "all" } as const

/** Ids of what was imported before, with the sessions that it became. */
function useImported(): ReadonlyMap<string, Session> {
  const { sessions } = useSessions(ALL)
  return new Map(
    sessions.flatMap((session) =>
      session.status !== "offline" && session.agent?.native !== undefined ? [[session.agent.native, session] as const] : [],
    ),
  )
}

/** What can be imported. */
export function Imports(): ReactElement {
  const { value, problem, change } = useAsked(readImportable)
  const imported = useImported()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [progress, setProgress] = useState<Progress | undefined>(undefined)
  const isBusy = progress !== undefined && progress.done < progress.of
  const left = value?.filter(({ id }) => !imported.has(id)) ?? []
  const run = (wanted: ReadonlyArray<ClaudeImportable>): void => {
    setChosen(new Set())
    void change((hub) => importAll((id) => hub.agents.importClaude(id), wanted, setProgress))
  }
  const toggle = (id: string): void => {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    setChosen(next)
  }
  return (
    <Part
      title="Sessions of Claude Code"
      about="From the server's machine, to read and to continue. They stay where they are, too."
      problem={problem}
    >
      {value === undefined && problem === undefined ? <p className={css["about"]}>They are looked for.</p> : null}
      {value?.length === 0 ? <p className={css["about"]}>There are none on the server&#39;s machine.</p> : null}
      {value === undefined || value.length === 0 ? null : (
        <>
          <ul className={css["imports"]}>
            {value.map((one) => (
              <Importable key={one.id} one={one} session={imported.get(one.id)} isChosen={chosen.has(one.id)} toggle={toggle} />
            ))}
          </ul>
          <div className={css["acts"]}>
            <Button
              kind="kelp"
              disabled={isBusy || chosen.size === 0}
              onClick={() => run(left.filter(({ id }) => chosen.has(id)))}
            >
              Import {chosen.size === 0 ? "the chosen ones" : chosen.size}
            </Button>
            <Button disabled={isBusy || left.length === 0} onClick={() => run(left)}>
              Import all {left.length}
            </Button>
            <ProgressLine progress={progress} />
          </div>
        </>
      )}
    </Part>
  )
}

function ProgressLine({ progress }: { readonly progress: Progress | undefined }): ReactElement | null {
  if (progress === undefined) return null
  const { done, of, failed } = progress
  return (
    <div role="status" className={css["progress"]}>
      <progress value={done} max={of} aria-label="Imported" />
      {done < of ? `${done} of ${of}` : `${of - failed.length} imported`}
      {failed.map((text) => (
        <p key={text} dir="auto">
          {text}
        </p>
      ))}
    </div>
  )
}

interface ImportableProps {
  readonly one: ClaudeImportable
  readonly session: Session | undefined
  readonly isChosen: boolean
  readonly toggle: (id: string) => void
}

function Importable({ one: { id, title, cwd, modifiedAt }, session, isChosen, toggle }: ImportableProps): ReactElement {
  const open = useOpen()
  return (
    <li>
      <label>
        <input type="checkbox" checked={isChosen} disabled={session !== undefined} onChange={() => toggle(id)} />
        <b dir="auto">{title}</b>
        <code>{cwd ?? ""}</code>
        <Time at={modifiedAt} />
      </label>
      {session === undefined ? null : (
        <Button kind="quiet" onClick={() => open.session(session.id)}>
          Open
        </Button>
      )}
    </li>
  )
}
