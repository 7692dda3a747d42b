/**
 * What the command line prints about itself: help that was asked for goes to standard output, wrong usage to standard
 * error, in as few lines as it takes (docs/protocol/rules.md, X-6).
 */
import * as Effect from "effect/Effect"
import * as CliOutput from "effect/cli/CliOutput"
import { hint } from "../hint.ts"
import { complain } from "../output.ts"

const sentence = (message: string): string =>
  message
    .replace(/\s*Did you mean this\?\s*/, "; did you mean ")
    .trim()
    .replace(/\n\s*/g, " or ")
    .replace(/(; did you mean .*)$/, "$1?")

const NUMBER = /^Unrecognized flag: -\d/

/** A value that begins with a minus is read as flags, a letter each: said is how to write it. */
function withoutNumbers(problems: ReadonlyArray<string>): ReadonlyArray<string> {
  if (!problems.some((problem) => NUMBER.test(problem))) return problems
  const others = problems.filter((problem) => !/^Unrecognized flag: -[^-]/.test(problem))
  return [...others, "a value that begins with - is written with =, as in --limit=-5"]
}

/** What is wrong with an invocation, and how to learn more. */
export function usageProblem(path: ReadonlyArray<string>, problems: ReadonlyArray<string>): string {
  return [
    ...withoutNumbers(problems).map((problem) => `holdfast: ${sentence(problem)}`),
    `help: ${hint([...path.slice(1), "--help"].join(" "))}`,
  ].join("\n")
}

/** Presents help, versions and wrong usage. */
export const presenter: CliOutput.Presenter = {
  present: (event) => {
    const wrong = (problems: ReadonlyArray<string>): Effect.Effect<void> =>
      Effect.sync(() => complain(usageProblem(event._tag === "Version" ? [] : event.commandPath, problems)))
    if (event._tag === "InvalidInvocation") return wrong(event.errors.map(({ message }) => message))
    if (event._tag === "Help" && event.reason === "Implicit") {
      const names = (event.helpDoc.subcommands ?? []).flatMap(({ commands }) => commands.map(({ name }) => name))
      return wrong([`${event.commandPath.slice(1).join(" ")} needs a subcommand: ${names.join(", ")}`])
    }
    return CliOutput.defaultPresenter.present(event)
  },
}
