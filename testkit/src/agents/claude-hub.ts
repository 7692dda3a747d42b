/** A hub whose Claude is the one of tests/heavy and whose model is the scripted one. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { startHub, type HubProcess } from "../hub-process.ts"
import { startModelServer, type ModelServer, type ModelServerOptions } from "../model/ModelServer.ts"
import { claudeEnvironment } from "./claude.ts"
import { heavyProgram, pathOf } from "./heavy.ts"

/** The hub, its model, and the home of its Claude. */
export interface ClaudeHub {
  readonly hub: HubProcess
  readonly model: ModelServer
  readonly home: string
  /** A new directory that is removed at the end. */
  readonly directory: () => string
  readonly stop: () => Promise<void>
}

/** Starts all of it; `settings` are variables of the hub, `options` those of the model. */
export async function startClaudeHub(
  settings: Readonly<Record<string, string>> = {},
  options: ModelServerOptions = {},
): Promise<ClaudeHub> {
  const made: Array<string> = []
  const directory = (): string => {
    const path = mkdtempSync(join(tmpdir(), "holdfast-claude-"))
    made.push(path)
    return path
  }
  const model = await startModelServer(options)
  const data = directory()
  const home = directory()
  const installed = join(data, "agents", "claude")
  mkdirSync(installed, { recursive: true })
  // From node_modules/@anthropic-ai/NAME/claude to node_modules.
  symlinkSync(dirname(dirname(dirname(pathOf(heavyProgram("claude"))))), join(installed, "node_modules"))
  const hub = await startHub({ data, settings: { ...claudeEnvironment({ model: model.url, home }), ...settings } })
  return {
    hub,
    model,
    home,
    directory,
    stop: async () => {
      await hub.stop()
      await model.stop()
      for (const path of made) rmSync(path, { recursive: true, force: true })
    },
  }
}
