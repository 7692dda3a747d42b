/**
 * Starts the process of a session's agent.
 *
 * Order: what it resumes from is written, then the start is durable with the child's id and the runner's generation,
 * then the runner is asked. A kill between any two steps leaves either a duty, found again, or a child that the next
 * hub starts under the same id.
 */
import { decide } from "@holdfast/core/decide"
import type { AgentStart } from "@holdfast/link/agent-messages"
import { RequestRefused, RunnerGone, type StartAgent } from "@holdfast/link/RunnerConnection"
import { Unprocessable } from "@holdfast/protocol/errors"
import type { RunnerLink } from "../child/RunnerLink.ts"
import { isDirectoryThere } from "../session/PathChecks.ts"
import { readEnvironment, readInherited } from "../session/SessionEnvironment.ts"
import type { DrivenAgent } from "./DrivenAgent.ts"
import { writeResumeFiles } from "./resume-files.ts"
import { directoryTrust, refuseUntrusted } from "./trust/check-directory.ts"

/** A child whose start is durable already. */
export interface DurableStart {
  readonly link: RunnerLink
  readonly child: string
}

/** Starts the process; what goes wrong is a report in the log. Rejects when nothing can be said. */
export async function startAgent(driver: DrivenAgent, durable: DurableStart | undefined): Promise<void> {
  const { context, session, part } = driver
  const prepared = await prepare(driver).catch((cause: unknown) => failed(driver, cause))
  if (prepared === undefined) return
  const link = durable?.link ?? (await context.fleet.current().catch((cause: unknown) => failed(driver, cause)))
  if (link === undefined) return
  const child = durable?.child ?? context.newId()
  context.pool.makeRoom(driver)
  const { agent, environment } = prepared
  if (durable === undefined && !(await announce(driver, child, link.generation, agent.trusted === true))) return
  const request = { id: child, session: session.id, agent, ...(environment === undefined ? {} : { environment }) }
  await context.fleet.startAgent(link, request, part).catch((cause: unknown) => {
    // Without an answer it is not known whether it runs: the reconciler finds out.
    if (!(cause instanceof RunnerGone)) failed(driver, cause)
  })
}

async function prepare(driver: DrivenAgent): Promise<Pick<StartAgent, "agent" | "environment">> {
  const { context, session } = driver
  const { agent } = session.durable
  if (agent === undefined) throw new Error("the session has no agent")
  const { spec, native, renewed } = agent
  if (!(await context.run(isDirectoryThere(spec.cwd)))) throw directoryGone(session.id, spec.cwd)
  const { program, env, auth } = await context.run(context.catalog.find(spec.name))
  const trust = await directoryTrust(context, spec)
  driver.found(trust)
  refuseUntrusted(spec, trust)
  const directory = context.directory(session.durable)
  const own = await readEnvironment(directory, spec.env)
  const environment = context.askers.again(await readInherited(directory))
  const files = await writeResumeFiles(context, session, directory)
  const resume = { ...(native === undefined ? {} : { native }), ...files }
  const start: AgentStart = {
    adapter: spec.adapter,
    name: spec.name,
    cwd: spec.cwd,
    env: { ...env, ...own },
    options: spec.options,
    ...(trust?.state === "trusted" ? { trusted: true } : {}),
    ...(program === undefined ? {} : { program }),
    ...(auth === undefined ? {} : { auth }),
    directory,
    guarded: context.directories.guarded,
    ...(renewed !== undefined && native === undefined ? { anew: true } : {}),
    ...(Object.keys(resume).length === 0 ? {} : { resume }),
    interruptGrace: context.settings.interruptGrace,
    startTimeout: context.settings.agentStartTimeout,
  }
  return { agent: start, ...(environment === undefined ? {} : { environment }) }
}

/** The directory is not there any more: worktrees are removed, projects are moved. */
export function directoryGone(session: string, cwd: string): Unprocessable {
  return new Unprocessable({
    message: `the session's directory ${cwd} is gone or cannot be entered; choose another with: holdfast cd ${session.slice(-8)} DIRECTORY`,
    field: "cwd",
  })
}

/** Makes the start durable; false when the session needs none any more. */
const announce = ({ session }: DrivenAgent, child: string, runner: string, trusted: boolean): Promise<boolean> =>
  new Promise((resolve) => {
    session.submit({
      decide: (state) =>
        decide(state, { kind: "request", _tag: "AgentStarting", child, runner, ...(trusted ? { trusted } : {}) }),
      done: (result) => resolve(result._tag === "Done" && result.changed),
    })
  })

function failed(driver: DrivenAgent, cause: unknown): undefined {
  const { tag, message } =
    cause instanceof RequestRefused
      ? cause.failure
      : { tag: tagOf(cause), message: cause instanceof Error ? cause.message : String(cause) }
  driver.report("an agent could not be started", { tag, message })
  driver.submit({ kind: "report", _tag: "AgentFailed", tag, message })
}

const tagOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "_tag" in cause && typeof cause._tag === "string" ? cause._tag : "Unavailable"
