/**
 * Builds a hub from given layers, listens, and takes it down again.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { Settings } from "@holdfast/protocol/settings"
import { privateSocketPath } from "@holdfast/link/socket-path"
import { Store, type StoreError, type StoreTooNew } from "@holdfast/store/Store"
import { readOrMakeCredential, replaceCredential } from "./credential-file.ts"
import { type Credentials, makeCredentials } from "@holdfast/doors/credentials/Credentials"
import { originsProblem, publicUrlProblem, unprotected } from "@holdfast/doors/guard/names"
import { Hub } from "@holdfast/hub/Hub"
import { fingerprintOf } from "@holdfast/hub/operations/failure"
import { reportTo, type Telemetry } from "@holdfast/hub/Telemetry"
import { addressOf, linkPath } from "@holdfast/doors/http/administration"
import { OperationCounts } from "@holdfast/doors/http/metrics"
import { makeFileDoor } from "@holdfast/doors/app/makeFileDoor"
import { listen, type ListenParts } from "@holdfast/doors/http/listen"
import { servePush } from "@holdfast/push/serve-push"
import { scheduleOf } from "@holdfast/webhooks/schedule"
import { serveWebhooks } from "@holdfast/webhooks/serve-webhooks"
import { removeHubState, takeDataDirectory, writeHubState } from "./data-directory.ts"
import { openLogFile } from "./log-file.ts"
import { isLogLevel, makeOperationLog, type OperationLog } from "@holdfast/doors/OperationLog"
import { ServeFailed, type ServeEnvironment, type Serving } from "./Serving.ts"
import { takeSessionDirectories } from "./session-directories.ts"
import { startFailure } from "./start-failure.ts"

/** The layers a hub is made of. */
export interface HubParts {
  readonly store: Layer.Layer<Store, StoreTooNew | StoreError>
  readonly hub: (telemetry: Telemetry) => Layer.Layer<Hub, unknown, Store>
  /** The doors that are reached by upgrade. */
  readonly sockets: (settings: Settings, telemetry: Telemetry) => Effect.Effect<ListenParts["sockets"], never, Hub | Scope.Scope>
  /** What serves the routes that are no operations. */
  readonly routes: (telemetry: Telemetry) => Effect.Effect<ListenParts["routes"], never, Hub>
}

/** Milliseconds a graceful stop may take; then the stop is over, whatever still hangs. */
const STOP_LIMIT = 9000

/** Starts a hub in a data directory. Rejects with `ServeFailed`, leaving nothing open. */
export async function start(settings: Settings, data: string, environment: ServeEnvironment, parts: HubParts): Promise<Serving> {
  const began = performance.now()
  const scope = Effect.runSync(Scope.make())
  try {
    return await build(settings, data, environment, parts, scope, began)
  } catch (error) {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    throw startFailure(error, settings, data)
  }
}

async function build(
  settings: Settings,
  data: string,
  environment: ServeEnvironment,
  parts: HubParts,
  scope: Scope.Closeable,
  began: number,
): Promise<Serving> {
  const danger = unprotected(settings)
  if (danger !== undefined) throw new ServeFailed("unprotected", danger)
  const wrong = originsProblem(settings) ?? publicUrlProblem(settings) ?? scheduleProblem(settings)
  if (wrong !== undefined) throw new ServeFailed("settings", wrong)
  const tls =
    settings.tlsCert === "" ? undefined : { cert: readPem("tlsCert", settings.tlsCert), key: readPem("tlsKey", settings.tlsKey) }
  takeDataDirectory(data)
  await takeSessionDirectories(settings, data)
  const log = openLog(settings, data, environment, scope)
  const operations = new OperationCounts()
  const telemetry: Telemetry = {
    log: log.write,
    count: (labels, milliseconds) => operations.add(labels, milliseconds),
    span: () => undefined,
  }
  const credentialFile = join(data, "credential")
  const credential = await readOrMakeCredential(credentialFile)

  // A named pipe of Windows is open to whoever takes its name first: there, programs ask for a proof (G-12).
  const local = process.platform === "win32" ? undefined : () => privateSocketPath(join(data, "hub.sock"))
  const program = Effect.gen(function* () {
    const services = yield* Layer.buildWithScope(Layer.provideMerge(parts.hub(telemetry), parts.store), scope)
    return yield* Effect.gen(function* () {
      const store = yield* Store
      const credentials = yield* makeCredentials({
        store,
        owner: credential.secret,
        replaceOwner: () => replaceCredential(credentialFile),
        fixed: settings.token,
        linkExpiry: settings.linkExpiry,
        signInExpiry: settings.signInExpiry,
        now: Date.now,
      })
      yield* serveWebhooks(settings, telemetry)
      yield* notifications(settings, data, credentials, telemetry)
      const sockets = yield* parts.sockets(settings, telemetry)
      const routes = yield* parts.routes(telemetry)
      const listening = yield* listen({
        settings,
        tls,
        version: environment.version,
        store,
        credentials,
        sockets,
        routes,
        player: environment.player,
        files: makeFileDoor(environment.app, environment.version, reportTo(telemetry)),
        telemetry,
        operations,
        local,
      })
      // Closed first: clients hear of it before the server stops taking answers.
      yield* Effect.addFinalizer(() => Effect.promise(() => Promise.all(Object.values(sockets).map((socket) => socket.stop()))))
      return { listening, credentials }
    }).pipe(Effect.provideContext(Context.add(services, Scope.Scope, scope)))
  })
  const exit = await Effect.runPromiseExit(program)
  if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
  const { listening, credentials } = exit.value
  const [port, url] = [listening.port, addressOf(listening.names)]
  await publishState(scope, settings, data, environment, listening)
  const startedIn = performance.now() - began
  log.write("info", "started", { port, pid: process.pid, version: environment.version, milliseconds: Math.round(startedIn) })

  const { promise: stopped, resolve: settle } = Promise.withResolvers<void>()
  const close = once(() => {
    log.write("info", "stopping", { pid: process.pid })
    return within(STOP_LIMIT, Effect.runPromise(Scope.close(scope, Exit.void))).then(settle)
  })
  return {
    url,
    port,
    data,
    credentialFile,
    firstStart: credential.made,
    startedIn,
    link: () => `${url}${linkPath(credentials.makeLink(credentials.owner()).secret)}`,
    report: (fault) => reportFault(log, fault),
    stop: close,
    stopped,
  }
}

/** Notifications on devices; what is kept of a person who is not there any more goes with the credential. */
const notifications = Effect.fnUntraced(function* (
  settings: Settings,
  data: string,
  credentials: Credentials,
  telemetry: Telemetry,
) {
  const { inForce: isInForce, isPerson: isKnown } = credentials
  const hub = yield* Hub
  credentials.onLeft(hub.forgetPerson)
  hub.knowPersons(isKnown)
  const { dropBrowser, dropPerson } = yield* servePush({ data, contact: contactOf(settings), isKnown, isInForce, telemetry })
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  credentials.onEnd((credential) => fork(dropPerson(personOf(credential))))
  credentials.onKeyEnd(({ browser = "" }) => fork(dropBrowser(browser)))
})

/** The owner's credentials have ids of their own, which change with each start; a token is a person, or a device of the owner's (H-22). */
const personOf = (credential: string): string => (credential.startsWith("owner-") ? "owner" : credential)

/** Whom a push service can turn to: the hub's own address, where it is on the internet. */
const contactOf = ({ trustProxy }: Settings): string => (trustProxy.startsWith("https:") ? trustProxy : "https://example.org")

const scheduleProblem = ({ webhookSchedule }: Settings): string | undefined =>
  scheduleOf(webhookSchedule) === undefined
    ? `webhookSchedule must be up to 20 waits in seconds, separated by commas, not ${webhookSchedule}`
    : undefined

/** Writes where this server is, for as long as it runs. */
function publishState(
  scope: Scope.Scope,
  settings: Settings,
  data: string,
  { version }: ServeEnvironment,
  { port, local }: { readonly port: number; readonly local: string | undefined },
): Promise<void> {
  writeHubState(data, {
    pid: process.pid,
    port,
    url: localUrl(settings, port),
    ...(local === undefined ? {} : { socket: local }),
    started: Date.now(),
    version,
  })
  const removed = Effect.sync(() => removeHubState(data, process.pid))
  return Effect.runPromise(Scope.addFinalizer(scope, removed))
}

/** Logs a fault; returns its fingerprint. */
function reportFault(log: OperationLog, fault: unknown): string {
  const stack = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
  const fingerprint = fingerprintOf(stack)
  log.write("error", stack, { operation: "fault", fingerprint })
  return fingerprint
}

const once = (stop: () => Promise<void>): (() => Promise<void>) => {
  let stopping: Promise<void> | undefined
  return () => (stopping ??= stop())
}

/** Where programs on this machine reach the hub; behind a proxy that is not the origin people use. */
const localUrl = ({ tlsCert, host }: Settings, port: number): string => {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host
  return `${tlsCert === "" ? "http" : "https"}://${name}:${port}`
}

const readPem = (setting: string, path: string): Buffer => {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new ServeFailed("settings", `${setting}: cannot read ${path}; correct the path or the file's mode`, { cause })
  }
}

/** Waits for a promise, but no longer than `milliseconds`. */
const within = (milliseconds: number, work: Promise<void>): Promise<void> => {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, milliseconds)
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

function openLog(settings: Settings, data: string, environment: ServeEnvironment, scope: Scope.Scope): OperationLog {
  if (!isLogLevel(settings.logLevel))
    throw new ServeFailed("settings", `logLevel must be debug, info, warn or error, not ${settings.logLevel}`)
  const given = environment.log
  if (given !== undefined) return makeOperationLog(settings.logLevel, Date.now, (_level, line) => given(line))
  const file = openLogFile(data)
  Effect.runSync(Scope.addFinalizer(scope, Effect.sync(file.close)))
  return makeOperationLog(settings.logLevel, Date.now, (_level, line) => file.write(line))
}
