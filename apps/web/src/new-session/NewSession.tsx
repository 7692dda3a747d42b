/** A new session: which agent, where, with what first message; or a terminal with one press. */
import { useEffect, useId, useMemo, useRef } from "react"
import type { FormEvent, ReactElement } from "react"
import { useConnection, useSessions } from "@holdfast/react"
import { formNow } from "../app/media.ts"
import { useGo } from "../app/use-route.ts"
import { useCommands } from "../commands/use-commands.ts"
import { Button, IconButton } from "../ui/Button.tsx"
import { isInputMethod } from "../ui/input-method.ts"
import { takeNextPlace } from "../workspace/next-place.ts"
import { AgentChoice } from "./AgentChoice.tsx"
import { useAgents } from "./agents.ts"
import { DirectoryField } from "./DirectoryField.tsx"
import { ModelFields } from "./ModelFields.tsx"
import { agentRequest, choicesOf, recentDirectories, sharing, terminalRequest } from "./request.ts"
import { SharedDirectory } from "./SharedDirectory.tsx"
import { useStart } from "./use-start.ts"
import { useWish } from "./wish.ts"
import css from "./new-session.module.css"

const ALL = { status: "all" } as const

/** The form. */
// oxlint-disable-next-line import/no-default-export -- it is loaded when it is first shown
export default function NewSession(): ReactElement {
  const wish = useWish()
  const agents = useAgents()
  const go = useGo()
  const { sessions } = useSessions(ALL)
  const { isConnected } = useConnection()
  const { start, isStarting, problem } = useStart()
  const form = useRef<HTMLFormElement>(null)
  const recent = useMemo(() => recentDirectories(sessions), [sessions])
  const usable = agents.filter(({ installed }) => installed)
  const agent = usable.find(({ name }) => name === wish.agent) ?? usable.find((one) => one.default) ?? usable[0]
  const directory = wish.directory === "" ? (recent[0] ?? "") : wish.directory
  const info = agent === undefined ? {} : choicesOf(sessions, agent.name)
  const close = (): void => go("/")
  useEffect(() => () => void takeNextPlace(), [])
  // On a phone the keyboard would cover the form before it was seen.
  useEffect(() => (formNow() === "phone" ? undefined : form.current?.querySelector<HTMLElement>("textarea")?.focus()), [])
  const submit = (event?: FormEvent): void => {
    event?.preventDefault()
    if (agent === undefined || isStarting) return
    void start(agentRequest(agent, { ...wish, directory }, wish.message), wish.message.trim() === "" ? "" : wish.message)
  }
  useCommands([
    { id: "new.close", title: "Close the form", keys: ["Escape"], run: close },
    { id: "new.start", title: "Start the session", keys: ["$mod+Enter"], when: "anywhere", run: submit },
  ])
  return (
    <section className={css["page"]} aria-labelledby="new-session-title">
      <header>
        <h2 id="new-session-title">New session</h2>
        <IconButton label="Close" icon="close" keys="Escape" onClick={close} />
      </header>
      <form ref={form} onSubmit={submit} className={css["form"]}>
        <AgentChoice agents={agents} chosen={agent?.name ?? ""} choose={(name) => wish.choose({ agent: name })} />
        <DirectoryField directory={directory} recent={recent} choose={(chosen) => wish.choose({ directory: chosen })} />
        <SharedDirectory sessions={sharing(sessions, directory)} directory={directory} />
        {agent === undefined ? null : (
          <ModelFields agent={agent} models={info.models ?? []} modes={info.modes ?? []} choice={wish} choose={wish.choose} />
        )}
        <FirstMessage text={wish.message} set={wish.setMessage} agent={agent?.title} close={close} />
        {problem === undefined ? null : (
          <p className={css["problem"]} role="alert">
            {problem}
          </p>
        )}
        {isConnected ? null : (
          <p className={css["hint"]}>The server cannot be reached now. The session is created once it can.</p>
        )}
        <footer>
          <Button type="submit" kind="kelp" keys="$mod+Enter" disabled={agent === undefined || isStarting}>
            {isStarting ? "Starting" : `Start ${agent?.title ?? "an agent"}`}
          </Button>
          <Button icon="terminal" disabled={isStarting} onClick={() => void start(terminalRequest(directory))}>
            Open a terminal here
          </Button>
        </footer>
      </form>
    </section>
  )
}

interface FirstMessageProps {
  readonly text: string
  readonly set: (text: string) => void
  readonly agent: string | undefined
  readonly close: () => void
}

function FirstMessage({ text, set, agent, close }: FirstMessageProps): ReactElement {
  const id = useId()
  return (
    <div className={css["field"]}>
      <label htmlFor={id}>First message</label>
      <textarea
        id={id}
        value={text}
        dir="auto"
        rows={6}
        placeholder={agent === undefined ? "What is to be done?" : `What is ${agent} to do? It can wait until later, too.`}
        onChange={(event) => set(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && !isInputMethod(event) && close()}
      />
    </div>
  )
}
