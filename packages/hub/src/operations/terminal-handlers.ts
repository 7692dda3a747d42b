/** What the hub does for each operation on terminals, viewers and runners. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { BadRequest } from "@holdfast/protocol/errors"
import type { Handlers, PerformedName } from "../Hub.ts"
import { keptKey } from "../session/command.ts"
import type { HubContext } from "../sessions/HubContext.ts"
import { takeKeyboard } from "../sessions/lifecycle.ts"
import { runnerStatus, stopRunners } from "../child/runner-requests.ts"
import * as Viewing from "../sessions/viewers.ts"
import type { PastScreens } from "../terminal/PastScreens.ts"
import { PastTerminals } from "../terminal/past-screen.ts"
import { restart } from "../terminal/restart.ts"
import * as Terminals from "../terminal/terminal-requests.ts"
import { asEffect } from "./Operations.ts"

/** The bytes of an input: of exactly one of `text` and `base64`. */
function bytesOf({ text, base64 }: { readonly text?: string; readonly base64?: string }): Uint8Array | undefined {
  if (text !== undefined) return base64 === undefined ? Buffer.from(text, "utf8") : undefined
  return base64 === undefined ? undefined : Buffer.from(base64, "base64")
}

/** Makes the handlers. */
export function terminalHandlers(context: HubContext, past: PastScreens) {
  const effect = asEffect(context.fork)
  const pasts = new PastTerminals(context, past)
  return {
    "terminal.input": effect(({ session, key, ...input }, by) => {
      const bytes = bytesOf(input)
      if (bytes === undefined) {
        return Effect.fail(new BadRequest({ message: "send exactly one of text and base64", field: "text" }))
      }
      return Terminals.input(context, session, key === undefined ? undefined : keptKey(by, key), bytes)
    }),
    "terminal.resize": effect(({ session, cols, rows }) => Effect.as(Terminals.resize(context, session, cols, rows), {})),
    "terminal.signal": effect(({ session, signal }) => Effect.as(Terminals.signal(context, session, signal), {})),
    "terminal.restart": effect(({ session, ...request }, by) => restart(context, session, request, by)),
    "terminal.screen": effect(({ session }) => Terminals.screen(context, past, session)),
    "terminal.past": effect(({ session, seq = Number.MAX_SAFE_INTEGER }) => pasts.at(session, seq)),
    "terminal.keyboard": ({ session, mode }, by, done) => takeKeyboard(context, session, mode, by, done),
    "viewers.list": ({ session }, by, done) => done(Exit.succeed({ sessions: Viewing.viewers(context, session, by.sessions) })),
    "viewers.detach": ({ session, except }, by, done) =>
      done(Exit.succeed({ detached: Viewing.release(context, session, except, by) })),
    "runners.list": effect(() => Effect.map(runnerStatus(context.fleet), (runners) => ({ runners }))),
    "runners.stop": effect(({ now = false }) =>
      (now ? Effect.promise(() => context.agents.pool.announceEnd()) : Effect.void).pipe(
        Effect.andThen(stopRunners(context.fleet, now, context.settings.killGrace)),
        Effect.map((runners) => ({ runners })),
      ),
    ),
  } satisfies Partial<Handlers<PerformedName>>
}
