/** The catalogue of the scripted agent alone. */
import * as Effect from "effect/Effect"
import { AgentUnknown, Unprocessable } from "@holdfast/protocol/errors"
import { headOf } from "@holdfast/protocol/text-cut"
import type { AgentCatalog, AgentEntryPieces } from "@holdfast/adapter/AgentCatalog"
import { lookAtDirectory } from "./directory-files.ts"
import { refuseOptions } from "./refuse-options.ts"

const SCRIPTED: AgentEntryPieces = { name: "scripted", adapter: "scripted", env: {} }

/** A catalog with the scripted agent alone, which needs no key and no network. */
export const scriptedCatalog: AgentCatalog = {
  list: Effect.succeed([
    { name: SCRIPTED.name, title: "Scripted agent", adapter: SCRIPTED.adapter, installed: true, default: true },
  ]),
  find: (name) =>
    name === undefined || name === SCRIPTED.name
      ? Effect.succeed(SCRIPTED)
      : Effect.fail(
          new AgentUnknown({
            message: `no agent is called ${headOf(name, 64)}; there is scripted`,
            agent: name,
            known: [SCRIPTED.name],
          }),
        ),
  installer: (name) =>
    Effect.fail(new Unprocessable({ message: `${headOf(name, 64)}: there is nothing to install`, field: "agent" })),
  validate: (_, options) => {
    const refused = refuseOptions("scripted", options)
    return refused === undefined ? Effect.void : Effect.fail(refused)
  },
  look: lookAtDirectory,
}
