/** The start of a terminal whose hub died between the durable start and its confirmation (docs/protocol/rules.md, R-8). */
import { decide } from "@holdfast/core/decide"
import { Unprocessable } from "@holdfast/protocol/errors"
import { RequestRefused } from "@holdfast/link/RunnerConnection"
import type { ChildPart } from "../child/ChildPart.ts"
import type { KindContext } from "../child/KindContext.ts"
import type { RunnerLink } from "../child/RunnerLink.ts"
import { forgetInherited, readEnvironment, readInherited } from "../session/SessionEnvironment.ts"

type Failure = { readonly tag: string; readonly message: string }

/** Starts the same child again: a runner that has it starts nothing. */
export function startAgain(context: KindContext, part: ChildPart, link: RunnerLink, child: string): void {
  const { session } = part
  const spec = session.state.terminal?.spec
  if (spec === undefined) return
  const failed = ({ tag, message }: Failure): void =>
    session.submit({ decide: (state) => decide(state, { _tag: "ProcessFailed", tag, message }), done: () => {} })
  if (session.state.status === "deleted") {
    return failed({ tag: "SessionNotReady", message: "the session was deleted before its process was started" })
  }
  const refused = (cause: unknown): void => {
    context.report("a process could not be started again", { session: session.id, cause: String(cause) })
    // Without an answer the connection is gone, and the next pass looks again.
    if (cause instanceof RequestRefused) failed(cause.failure)
    else if (cause instanceof Unprocessable) failed({ tag: cause._tag, message: cause.message })
  }
  const { scrollback } = context.settings
  link.starts.patiently(() => {
    const directory = context.directories.of(session.state.directory)
    Promise.all([readEnvironment(directory, spec.env), readInherited(directory)])
      .then(async ([env, environment]) => {
        const start = { id: child, session: session.id, terminal: { ...spec, env }, scrollback }
        await context.fleet.start(link, environment === undefined ? start : { ...start, environment }, part)
        if (environment !== undefined) await forgetInherited(directory)
      })
      .catch(refused)
  })
}
