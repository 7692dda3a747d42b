/**
 * The hub as commands use it: the HTTP routes, and the stream socket for what follows or types.
 */
import { hostname, userInfo } from "node:os"
import { headOf } from "@holdfast/protocol/text-cut"
import { makeApi } from "@holdfast/client/http/api"
import type { Api } from "@holdfast/client/http/api"
import type { HttpOptions } from "@holdfast/client/http/request"
import type { Connection } from "@holdfast/client/Connection"
import type { WsOptions } from "@holdfast/client/socket"
import { toFailure } from "../failure.ts"
import { findHub, hubProcess } from "./find.ts"
import type { Target } from "./find.ts"
import { provenConnection, requestOrigin } from "./connect.ts"
import { httpFetch } from "./http-fetch.ts"

/** A hub that was found; nothing was asked of it yet. */
export interface HubClient {
  readonly target: Target
  readonly api: Api
}

/** Finds the hub. Throws a `CliFailure`. */
export function useHub(): HubClient {
  const target = findHub()
  return { target, api: makeApi(httpOptions(target)) }
}

/** How the routes of a hub are called: over connections that may carry the credential. */
export function httpOptions(target: Target, timeout?: number): HttpOptions {
  return {
    origin: requestOrigin(target),
    token: target.token,
    fetch: httpFetch(provenConnection(target)),
    createdBy: "cli",
    ...(timeout === undefined ? {} : { timeout }),
  }
}

/** Asks the hub something; errors become failures with the right exit code. */
export async function ask<A>(hub: HubClient, question: (api: Api) => Promise<A>): Promise<A> {
  try {
    return await question(hub.api)
  } catch (error) {
    const { withNearest } = await import("../sessions/nearest.ts")
    throw toFailure(await withNearest(error, (query) => hub.api.list(query)), hub.target.origin, hubProcess(hub.target.data))
  }
}

/** Opens the stream socket and waits until it is up. Throws a `CliFailure` when the first attempt fails. */
export async function connectHub(hub: HubClient): Promise<Connection> {
  const [{ Connection }, { socketUrl, wsSocket }, { WebSocket }] = await Promise.all([
    import("@holdfast/client/Connection"),
    import("@holdfast/client/socket"),
    import("ws"),
  ])
  const { origin, token } = hub.target
  const createConnection = provenConnection(hub.target)
  // Each attempt connects again, and has whoever is there by then prove itself.
  class Proven extends WebSocket {
    constructor(url: string, protocols: string, options: WsOptions) {
      super(
        url,
        protocols,
        createConnection === undefined ? options : { ...options, createConnection: createConnection as never },
      )
    }
  }
  const connection = new Connection({
    open: wsSocket(Proven, socketUrl(requestOrigin(hub.target)), token),
    name: viewerName(),
    createdBy: "cli",
    backoff: { first: 100, most: 3000 },
  })
  try {
    await firstAttempt(connection)
    return connection
  } catch (error) {
    connection.close()
    throw toFailure(await withWords(error, hub.api), origin, hubProcess(hub.target.data))
  }
}

/** The refusal of a credential as the hub puts it: a refused upgrade comes without its words. */
async function withWords(error: unknown, api: Api): Promise<unknown> {
  if (!(error instanceof Error) || error.name !== "Unauthorized") return error
  return api.list({ limit: 1 }).then(
    () => error,
    (refusal: unknown) => refusal,
  )
}

/** Settles as `online` does, but fails with the first attempt: a command does not wait for a hub to be started. */
async function firstAttempt(connection: Connection): Promise<void> {
  const { HoldfastError } = await import("@holdfast/client/errors")
  const failed = new Promise<never>((_, reject) => {
    const stop = connection.onState((state) => {
      if (state._tag !== "Connecting") stop()
      if (state._tag === "Reconnecting") reject(new HoldfastError("Unreachable", state.reason))
    })
  })
  await Promise.race([connection.online(15_000), failed])
}

/** What other viewers are shown: who attached, and from where. */
export function viewerName(): string {
  const user = ((): string => {
    try {
      return userInfo().username
    } catch {
      return "somebody"
    }
  })()
  return headOf(`${user}@${hostname()}`, 100)
}
