/**
 * Creating an agent session (docs/protocol/rules.md, A-1, Q-21). Nothing is started but by a message, which may come with the creation.
 */
import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Command } from "@holdfast/core/decide"
import type { AgentSpec } from "@holdfast/protocol/agent/agent"
import type { InputPart } from "@holdfast/protocol/agent/message"
import type { DirectoryTrust } from "@holdfast/protocol/agent/trust"
import { type DoorError, Unprocessable } from "@holdfast/protocol/errors"
import type { CreateSession } from "@holdfast/protocol/session"
import type { Principal } from "../Hub.ts"
import type { NewSession, Planned } from "../session/SessionKind.ts"
import type { AgentContext } from "./AgentContext.ts"
import type { AgentPart } from "./AgentPart.ts"
import { environmentProblem } from "../session/environment.ts"
import { isDirectoryThere, noDirectory } from "../session/PathChecks.ts"
import { keepFiles } from "./message-files.ts"
import { partsOf } from "./message-parts.ts"
import { directoryTrust } from "./trust/check-directory.ts"

/** Checks the agent that a request asks for: its name, its options and its directory. */
export function planAgent(context: AgentContext, request: CreateSession, by: Principal, planned: Planned<AgentPart>): void {
  const asked = agentSpec(context, request).pipe(
    Effect.flatMap((checked) =>
      Effect.map(
        Effect.promise(() => directoryTrust(context, checked.spec)),
        (trust) => newAgent(context, request, by, { ...checked, trust }),
      ),
    ),
  )
  context.fork(asked, planned)
}

interface Checked {
  readonly spec: AgentSpec
  readonly env: Variables
  readonly trust: DirectoryTrust | undefined
  /** Of the first message. */
  readonly parts: ReadonlyArray<InputPart> | undefined
}

/** The session to be stored; nothing is started with it. */
function newAgent(
  context: AgentContext,
  request: CreateSession,
  by: Principal,
  { spec, env, trust, parts }: Checked,
): NewSession<AgentPart> {
  let kept = parts
  const hasFiles = parts?.some(({ type }) => type === "file") === true
  return {
    command: {
      _tag: "Create",
      kind: "agent",
      ...(request.label === undefined ? { label: spec.name, unnamed: true } : { label: request.label }),
      tags: request.tags ?? [],
      owner: by.name,
      agent: spec,
    },
    env,
    inherited: inheritedOf(context, request),
    inheritsAgain: true,
    first: () => [
      ...(trust === undefined ? [] : [{ kind: "report", _tag: "AgentDirectory", trust } as const]),
      ...(kept === undefined ? [] : [firstMessage(context, kept, request.key, by)]),
    ],
    ...(parts === undefined || !hasFiles
      ? {}
      : {
          keepFiles: (directory) =>
            context.run(
              Effect.match(keepFiles(directory, parts), {
                onFailure: (refused) => refused,
                onSuccess: (all) => void (kept = all),
              }),
            ),
        }),
    made: ({ session }, answer) => answer(Exit.succeed({ session: session.record(), created: true })),
  }
}

/** The command that sends the first message, under the key of the creation. */
function firstMessage(
  { now, newId }: AgentContext,
  parts: ReadonlyArray<InputPart>,
  key: string | undefined,
  by: Principal,
): Command {
  const sent = { messageId: newId(), parts, mode: "queue", by: by.name, at: now(), turn: newId() } as const
  return { kind: "request", _tag: "SendMessage", ...sent, ...(key === undefined ? {} : { key }) }
}

/** The environment of the caller, for every start of the agent; what belongs to a login is later ones' too (T-29). */
function inheritedOf({ askers }: AgentContext, { environment }: CreateSession): NewSession["inherited"] {
  if (environment === undefined) return undefined
  askers.note(environment)
  return askers.inherited(environment)
}

type Variables = NewSession["env"]

/** Fields of a request that belong to terminals. */
const TERMINAL_FIELDS = ["command", "args", "cols", "rows", "term"] as const

const agentSpec = (context: AgentContext, request: CreateSession): Effect.Effect<Omit<Checked, "trust">, DoorError> =>
  Effect.gen(function* () {
    const field = TERMINAL_FIELDS.find((name) => request[name] !== undefined)
    if (field !== undefined) {
      return yield* new Unprocessable({ message: `${field} applies only to terminals; leave it out for an agent`, field })
    }
    const { catalog, settings } = context
    const named = request.agent ?? (settings.agent === "" ? undefined : settings.agent)
    const pieces = yield* catalog.find(named)
    const options = { ...pieces.options, ...request.options }
    yield* catalog.validate(pieces, options)
    const env = request.env ?? {}
    const problem = environmentProblem(env) ?? environmentProblem(request.environment ?? {}, "environment")
    if (problem !== undefined) return yield* problem
    const { home } = context.defaults
    const cwd = resolve(home, request.cwd ?? pieces.cwd ?? home)
    if (cwd.includes("\0") || !(yield* isDirectoryThere(cwd))) return yield* noDirectory(cwd)
    const parts = request.message === undefined ? undefined : yield* partsOf(request.message)
    return { spec: { name: pieces.name, adapter: pieces.adapter, cwd, env: Object.keys(env), options }, env, parts }
  })
