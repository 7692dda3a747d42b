/**
 * The commands, their errors and their exit codes.
 *
 * Only the definitions of commands are loaded here, and only those that may be meant; each handler loads its own code. Exit codes are those of
 * docs/protocol/rules.md, X-6: 0 done, 1 refused with a reason, 2 wrong usage, 3 server not reachable.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import { presenter } from "./commands/presenter.ts"
import { commandsFor } from "./command-groups.ts"
import { EXIT } from "./failure.ts"
import { commandServices } from "./command-services.ts"
import { withList, withTimes } from "./list-command.ts"
import { ended, failed } from "./ending.ts"
import { VERSION } from "./version.ts"

/** Runs the command line with its arguments; gives the exit code. */
export async function run(args: ReadonlyArray<string>): Promise<number> {
  const root = Command.make("holdfast").pipe(
    Command.withDescription("Agents and terminals in sessions that outlive windows, networks and servers"),
    Command.withSubcommands(await commandsFor(args)),
  )
  const program = Command.runWith(root, { version: VERSION })(withTimes(withList(args))).pipe(
    Effect.provideService(
      CliConfig.CliConfig,
      CliConfig.make({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] }),
    ),
    Effect.provideService(CliOutput.Presenter, presenter),
    Effect.provide(commandServices),
  )
  const exit = await Effect.runPromiseExit(program)
  if (Exit.isSuccess(exit)) return ended()
  const error = Cause.squash(exit.cause)
  // What is wrong is printed by then.
  return CliError.isCliError(error) ? EXIT.usage : failed(error, args)
}
