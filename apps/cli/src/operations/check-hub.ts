/**
 * Checks of the hub, its port and the runner.
 */
import { connect } from "node:net"
import { makeApi, type Api } from "@holdfast/client/http/api"
import type { HttpOptions } from "@holdfast/client/http/request"
import { HoldfastError, isUnreachable } from "@holdfast/client/errors"
import { CliFailure, silentHub, START_HINT } from "../failure.ts"
import { hint } from "../hint.ts"
import { findHub, hubPlace, hubProcess, readHubFile } from "../server/find.ts"
import { httpFetch } from "../server/http-fetch.ts"
import { httpOptions } from "../server/hub.ts"
import { loadedSettings } from "../server/settings.ts"
import { VERSION } from "../version.ts"
import type { Finding } from "./finding.ts"

/** Does a hub answer, is it ours, and has it what it needs? */
export async function checkHub(): Promise<ReadonlyArray<Finding>> {
  const { settings, data } = loadedSettings()
  const { origin } = hubPlace(settings, data)
  const hub = makeApi(options(origin))
  try {
    const live = await hub.live()
    return [checkVersion(origin, live.version), await checkReady(hub), await checkRunner(hub)]
  } catch (error) {
    return [await unanswered(origin, data, error)]
  }
}

/** Without a credential there is nothing that another program could be sent by mistake. */
function options(origin: string): HttpOptions {
  try {
    return httpOptions(findHub(), 5000)
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error
    return { origin, fetch: httpFetch(), timeout: 5000 }
  }
}

async function unanswered(origin: string, data: string, error: unknown): Promise<Finding> {
  const file = readHubFile(data)
  const pid = hubProcess(data)
  const isSilent = error instanceof HoldfastError && (error.tag === "TimedOut" || error.message.endsWith("in time"))
  if (pid !== undefined && isSilent && hubPlace(loadedSettings().settings, data).origin === file?.url) {
    const advice = `it may be stopped or overloaded: look at process ${pid} and its log, in logs/ of the data directory; sessions keep running`
    return { check: "hub", state: "problem", found: silentHub(` at ${origin}`, pid), advice }
  }
  if (isUnreachable(error) && !(await portTaken(origin))) {
    const stale = file !== undefined && pid === undefined ? " (the last one crashed or was killed)" : ""
    return { check: "hub", state: "warning", found: `none runs at ${origin}${stale}`, advice: START_HINT }
  }
  return {
    check: "port",
    state: "problem",
    found: `${origin} is not a hub: ${error instanceof Error ? error.message : String(error)}`,
    advice: "another program uses the port; stop it, or set HOLDFAST_PORT to another port",
  }
}

function checkVersion(origin: string, version: string): Finding {
  if (version === VERSION) return { check: "hub", state: "ok", found: `${version} at ${origin}` }
  return {
    check: "hub",
    state: "warning",
    found: `the hub at ${origin} is ${version}, this is ${VERSION}`,
    advice: "restart the hub; sessions keep running",
  }
}

async function checkReady(hub: Api): Promise<Finding> {
  try {
    const { store, runner } = await hub.ready()
    return { check: "ready", state: "ok", found: `store ${store}, runner ${runner}` }
  } catch (error) {
    return {
      check: "ready",
      state: "problem",
      found: `not ready: ${error instanceof Error ? error.message : String(error)}`,
      advice: "read the hub's log, in logs/ of the data directory",
    }
  }
}

async function checkRunner(hub: Api): Promise<Finding> {
  try {
    const { runners } = await hub.runner()
    return {
      check: "runner",
      state: "ok",
      found: runners.length === 0 ? "none yet; one starts with the first terminal" : `${runners.length} running`,
    }
  } catch (error) {
    if (error instanceof HoldfastError && error.tag === "Unauthorized") {
      return {
        check: "runner",
        state: "problem",
        found: "the hub refuses the credential",
        advice: "check that HOLDFAST_TOKEN or the data directory belongs to this hub",
      }
    }
    return {
      check: "runner",
      state: "problem",
      found: error instanceof Error ? error.message : String(error),
      advice: `${hint("runner status")} shows more`,
    }
  }
}

function portTaken(origin: string): Promise<boolean> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port), timeout: 1000 })
    const settle = (taken: boolean): void => {
      socket.destroy()
      resolve(taken)
    }
    socket.once("connect", () => settle(true))
    socket.once("error", () => settle(false))
    socket.once("timeout", () => settle(false))
  })
}
