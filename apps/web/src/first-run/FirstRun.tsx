/** The first minutes: a terminal and an agent that needs no key one press away, what is missing, and what can be brought along. */
import { Suspense } from "react"
import type { ReactElement } from "react"
import { lazyPart } from "../app/part.ts"
import { commands } from "../commands/registry.ts"
import { useAgents } from "../new-session/agents.ts"
import { InstallAgent } from "../new-session/InstallAgent.tsx"
import { terminalRequest } from "../new-session/request.ts"
import { useStart } from "../new-session/use-start.ts"
import { useWish } from "../new-session/wish.ts"
import { Button } from "../ui/Button.tsx"
import { Icon } from "../ui/icons.tsx"
import css from "./first-run.module.css"

const Imports = lazyPart(async () => ({ default: (await import("./Imports.tsx")).Imports }))

/** What the scripted agent is asked first, and what it does then: it says something, and asks before it runs a command. */
const FIRST_MESSAGE = "Show me how it works."
const FIRST_SCRIPT =
  "[[say I will run one harmless command, and ask you first.]] [[bash echo it works]] [[say That is all there is to it. Messages are queued while I work, and F8 finds what waits for you.]]"

/** What is shown before there is any session. */
export function FirstRun(): ReactElement {
  const agents = useAgents()
  const { start, isStarting, problem } = useStart()
  const { choose } = useWish()
  const usable = agents.filter(({ installed, adapter }) => installed && adapter !== "scripted")
  const missing = agents.filter(({ installed, name }) => !installed && name !== "claude-acp")
  const scripted = {
    kind: "agent",
    agent: "scripted",
    label: "How it works",
    options: { script: [FIRST_SCRIPT] },
    message: { text: FIRST_MESSAGE },
  } as const
  const begin = (agent: string): void => {
    choose({ agent })
    commands.run("session.new")
  }
  return (
    <div className={css["first"]}>
      <h2>Start here</h2>
      <p className={css["about"]}>Sessions run on the server. Close this page, or open it on another device: they continue.</p>
      <div className={css["starts"]}>
        <button type="button" disabled={isStarting} onClick={() => void start(terminalRequest(""))} data-autofocus="">
          <Icon name="terminal" />
          <b>Open a terminal</b>
          <span>Your shell, in your home directory</span>
        </button>
        <button type="button" disabled={isStarting} onClick={() => void start(scripted)}>
          <Icon name="play" />
          <b>Try the scripted agent</b>
          <span>No key, no network: it asks before it runs a command</span>
        </button>
        {usable.map(({ name, title, version }) => (
          <button key={name} type="button" disabled={isStarting} onClick={() => begin(name)}>
            <Icon name="send" />
            <b>Start {title}</b>
            <span>{version === undefined ? "On the server's machine" : `Version ${version}`}</span>
          </button>
        ))}
      </div>
      {problem === undefined ? null : (
        <p className={css["problem"]} role="alert">
          {problem}
        </p>
      )}
      {missing.length === 0 ? null : (
        <section className={css["missing"]} aria-label="Agents that are missing">
          <h3>More agents</h3>
          <ul>
            {missing.map((agent) => (
              <li key={agent.name}>
                <b>{agent.title}</b>
                <InstallAgent agent={agent} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <Suspense fallback={null}>
        <Imports />
      </Suspense>
      <p>
        <Button kind="quiet" keys="?" onClick={() => commands.run("keys")}>
          All keys
        </Button>
      </p>
    </div>
  )
}
