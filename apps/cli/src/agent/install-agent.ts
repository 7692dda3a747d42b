/**
 * `holdfast agents install` and `agents rm`: agents from npm in the data directory; a hub that runs finds them at once.
 */
import { installAgent, InstallFailed, removeAgent } from "@holdfast/agents/catalog/install"
import { refused } from "../failure.ts"
import { hint } from "../hint.ts"
import { complain, printEither } from "../output.ts"
import { loadedSettings } from "../server/settings.ts"
import { Progress } from "../text/Progress.ts"
import { printable } from "../text/printable.ts"

const failed = (error: unknown): unknown =>
  error instanceof InstallFailed ? refused(error.reason === "unknown" ? "AgentUnknown" : "InstallFailed", error.message) : error

/** Installs an agent in the version that is known to work, saying how far it is; Ctrl-C leaves what was there before. */
export async function install(name: string, json: boolean): Promise<void> {
  const { data } = loadedSettings()
  const progress = new Progress(`installing ${printable(name)}`)
  const stop = new AbortController()
  const cancel = (): void => stop.abort()
  process.once("SIGINT", cancel).once("SIGTERM", cancel)
  let fetched = 0
  try {
    const installed = await installAgent(name, {
      data,
      environment: process.env,
      signal: stop.signal,
      tell: (step) => {
        if (step.type === "begins") complain(`installing ${step.package} ${step.version} into ${data}`)
        else if (step.text.includes("http fetch")) progress.update(`${++fetched} files fetched`)
      },
    })
    progress.stop()
    printEither(json, installed, () => [
      `installed ${installed.package} ${installed.version}; start it with: ${hint(`new agent ${name} --attach`)}`,
    ])
  } catch (error) {
    throw failed(error)
  } finally {
    progress.stop()
    process.off("SIGINT", cancel).off("SIGTERM", cancel)
  }
}

/** Removes an agent that was installed so. */
export async function uninstall(name: string, json: boolean): Promise<void> {
  const removed = await removeAgent(name, loadedSettings().data).catch((error: unknown) => {
    throw failed(error)
  })
  printEither(json, { removed }, () => [
    removed ? `removed ${printable(name)}` : `${printable(name)} is not installed by Holdfast`,
  ])
}
