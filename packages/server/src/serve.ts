/**
 * `serve`: builds the hub that its settings name and starts it.
 */
import { homedir } from "node:os"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ownEnvironment } from "@holdfast/protocol/own-environment"
import { type ResolvedSettings, SettingInvalid, type Settings } from "@holdfast/protocol/settings"
import { readConfiguredAgents } from "@holdfast/agents/catalog/configuration"
import type { AgentCatalog } from "@holdfast/adapter/AgentCatalog"
import { type CatalogOptions, makeCatalog } from "@holdfast/agents/catalog/make-catalog"
import { dataDirectory } from "./config/directories.ts"
import { layer as hubLayer } from "@holdfast/hub/layer"
import type { Runners } from "@holdfast/hub/child/Runners"
import { makeChatRoutes } from "@holdfast/doors/ai-sdk/makeChatRoutes"
import { makeChatSocket } from "@holdfast/doors/ai-sdk/makeChatSocket"
import { makeRpcDoor } from "@holdfast/doors/rpc/makeRpcDoor"
import { makeSocketDoor } from "@holdfast/doors/socket/makeSocketDoor"
import { makeSocketIoDoor } from "@holdfast/doors/socket-io/makeSocketIoDoor"
import { hubParts } from "./hub-parts.ts"
import { layerDetached, layerInside } from "./runner-layers.ts"
import { ServeFailed, type ServeEnvironment, type Serving } from "./Serving.ts"
import { start } from "./start.ts"
import { storeLayer } from "./store-layer.ts"

/** Starts a hub. Rejects with `ServeFailed`, which says what to do. `stopOnSignals` ends it on signals. */
export async function serve(
  { values: settings, agents: configured }: ResolvedSettings,
  environment: ServeEnvironment,
): Promise<Serving> {
  const data = dataDirectory(settings, environment.env)
  const runners = runnersLayer(settings, data, environment)
  const defaults = { env: ownEnvironment(environment.env), home: homedir() }
  const agents = agentsOf(configured, {
    data,
    home: defaults.home,
    path: defaults.env["PATH"],
    preferred: settings.agent,
    ...(environment.program === undefined ? {} : { program: environment.program }),
  })
  return start(settings, data, environment, {
    store: storeLayer(settings, data),
    hub: (telemetry) => hubLayer({ ...hubParts(), settings, defaults, data, agents, telemetry }).pipe(Layer.provide(runners)),
    sockets: (given, telemetry) =>
      Effect.all({
        socket: makeSocketDoor(given, environment.version, telemetry),
        chat: makeChatSocket(given, telemetry),
        rpc: makeRpcDoor(given, telemetry),
        "socket-io": makeSocketIoDoor(given, environment.version, telemetry),
      }),
    routes: (telemetry) => makeChatRoutes(telemetry),
  })
}

function agentsOf(configured: unknown, options: Omit<CatalogOptions, "configured">): AgentCatalog {
  try {
    return makeCatalog({ ...options, configured: readConfiguredAgents(configured) })
  } catch (error) {
    if (error instanceof SettingInvalid) throw new ServeFailed("settings", error.message)
    throw error
  }
}

function runnersLayer(
  settings: Settings,
  dataDirectory: string,
  { runnerProgram: program, version: build }: ServeEnvironment,
): Layer.Layer<Runners> {
  switch (settings.runner) {
    case "detached":
      return layerDetached({ dataDirectory, program, settings, build })
    case "inside":
      return layerInside({ dataDirectory, settings })
    default:
      throw new ServeFailed("settings", `runner must be detached or inside, not ${settings.runner}`)
  }
}
