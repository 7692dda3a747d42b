/** Getting an agent that is missing: an installation is a terminal on the server, so it continues when the page goes, and says all it says. */
import { useEffect, useState } from "react"
import type { ReactElement } from "react"
import { useDoing, useHub, useSession } from "@holdfast/react"
import type { AgentEntry } from "@holdfast/protocol/agent/agent"
import { HoldfastError } from "@holdfast/client"
import { AskedOnce } from "../app/AskedOnce.ts"
import { Store, useStore } from "../ui/store.ts"
import { Button } from "../ui/Button.tsx"
import { useOpen } from "../workspace/use-open.ts"
import { readAgents } from "./agents.ts"
import { beginInstallation, useInstallation } from "./installation.ts"
import css from "./new-session.module.css"

/** Sessions that install agents, by the agents' names: what this page has begun, or has seen running. */
const installing = new Store<Readonly<Record<string, string>>>({})

const note = (name: string, session: string): void => {
  if (installing.get()[name] !== session) installing.set({ ...installing.get(), [name]: session })
}

/** Installations that are being begun. */
const asked = new AskedOnce()

/** The way to an agent that is missing. */
export function InstallAgent({ agent }: { readonly agent: AgentEntry }): ReactElement {
  const { name, title, missing } = agent
  const hub = useHub()
  const latest = useInstallation(agent)
  const own = useStore(installing)[name]
  const running = latest.isRunning ? latest.id : undefined
  useEffect(() => {
    if (running !== undefined) note(name, running)
  }, [name, running])
  const session = running ?? own
  const [problem, setProblem] = useState<string | undefined>(undefined)
  const install = (): void => {
    setProblem(undefined)
    const { connection } = hub.hub
    asked
      .ask(connection, name, (spare) =>
        beginInstallation(agent, latest.id ?? own, spare, (key) => connection.call("agents.install", { agent: name, key })),
      )
      .then(
        (made) => made !== undefined && note(name, made.id),
        (cause: unknown) => setProblem(cause instanceof HoldfastError ? cause.message : String(cause)),
      )
  }
  if (session !== undefined) return <Installing session={session} again={install} />
  return (
    <div className={css["missing"]}>
      <Button onClick={install} aria-label={`Install ${title}`}>
        Install
      </Button>
      <Words text={problem ?? howOf(missing ?? "")} />
    </div>
  )
}

/** How it is installed: what is missing stands beside it. */
const howOf = (missing: string): string => missing.slice(missing.indexOf("; ") + 1).trim()

/** A text in which what stands between backticks is code. */
function Words({ text }: { readonly text: string }): ReactElement {
  return <p>{text.split("`").map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))}</p>
}

function Installing({ session, again }: { readonly session: string; readonly again: () => void }): ReactElement {
  const hub = useHub()
  const open = useOpen()
  const record = useSession(session).session
  const doing = useDoing(session)
  const process = record === undefined || record.status === "offline" ? "starting" : record.process
  const isOver = process !== "starting" && process !== "running"
  useEffect(() => {
    if (isOver) readAgents(hub).catch(() => undefined)
  }, [hub, isOver])
  return (
    <div className={css["missing"]}>
      {isOver ? <Button onClick={again}>Install again</Button> : null}
      <Button kind="quiet" onClick={() => open.session(session)}>
        Show the terminal
      </Button>
      <p role="status">{isOver ? "It was not installed; the terminal says why." : (doing?.words ?? "Installing")}</p>
    </div>
  )
}
