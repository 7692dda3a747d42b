/**
 * What the commands are made of: flags and arguments that several share, and handlers that load their code when called.
 *
 * The unstable CLI module of the effect library is used in this folder and in `main.ts` only.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"

/** Runs a handler; what it throws is the failure of the command. */
export function act(handler: () => Promise<void> | void): Effect.Effect<void, unknown> {
  return Effect.tryPromise({ try: async () => handler(), catch: (error) => error })
}

/** Makes the handler of a command about a session: it gets the session's whole id, whatever name was typed. */
export const onSession =
  <Input extends { readonly session?: string | undefined }>(handler: (input: Input) => Promise<void>) =>
  (input: Input): Effect.Effect<void, unknown> =>
    act(async () => {
      if (input.session === undefined) return handler(input)
      const { wholeId } = await import("../sessions/whole-id.ts")
      return handler({ ...input, session: await wholeId(input.session) })
    })

/** `--json`. */
export const json = Flag.Boolean("json").pipe(Flag.withDescription("Print JSON"), Flag.withDefault(false))

/** An argument with text, which is not empty; blanks alone are. */
export function word(name: string, about: string) {
  return Argument.String(name).pipe(
    Argument.withDescription(about),
    Argument.filter(
      (given) => given.trim() !== "",
      () => "a text that is not empty",
    ),
  )
}

/** The session a command is about. */
export const session = word("session", "Id of the session, a unique beginning or end of it, or its label")

/** One or more sessions. */
export const sessions = session.pipe(Argument.atLeast(1))

/** A flag with text that may be absent. */
export function text(name: string, about: string) {
  return Flag.String(name).pipe(Flag.withDescription(about), Flag.optional, Flag.map(Option.getOrUndefined))
}

/** A flag with a whole number that may be absent. */
export function whole(name: string, about: string) {
  return Flag.Int(name).pipe(Flag.withDescription(about), Flag.optional, Flag.map(Option.getOrUndefined))
}

/** A flag with a number that may be absent. */
export function number(name: string, about: string) {
  return Flag.Finite(name).pipe(Flag.withDescription(about), Flag.optional, Flag.map(Option.getOrUndefined))
}

/** A flag that is there or not. */
export function flag(name: string, about: string) {
  return Flag.Boolean(name).pipe(Flag.withDescription(about), Flag.withDefault(false), Flag.withoutNegation)
}

/** A flag that may be given several times. */
export function many(name: string, about: string) {
  return Flag.String(name).pipe(Flag.withDescription(about), Flag.atLeast(0))
}
