/**
 * The hub, wired: one layer over a store and the runners of a data directory.
 *
 * It is ready as soon as the store is open and the living runners are connected; sessions and children are brought
 * together behind that.
 */
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Store, type StoreError } from "@holdfast/store/Store"
import type { AgentCatalog } from "@holdfast/adapter/AgentCatalog"
import type { ImportSource } from "@holdfast/adapter/ImportSource"
import type { Settings } from "@holdfast/protocol/settings"
import { makeAgentContext } from "./agent/AgentContext.ts"
import { agentKind } from "./agent/agent-kind.ts"
import { Fleet } from "./child/Fleet.ts"
import type { KindContext, ProcessDefaults } from "./child/KindContext.ts"
import { Reconciler } from "./child/Reconciler.ts"
import { Runners } from "./child/Runners.ts"
import type { AttendedPart, Sessions } from "./delivery/AttendedPart.ts"
import type { AdministrationName, PushName, WebhookName } from "@holdfast/protocol/operations"
import { type Handlers, Hub, type Performed, type PerformedName } from "./Hub.ts"
import { agentHandlers } from "./operations/agent-handlers.ts"
import { deskHandlers } from "./operations/desk-handlers.ts"
import { fileHandlers } from "./operations/file-handlers.ts"
import { Operations } from "./operations/Operations.ts"
import { Rates } from "./operations/Rates.ts"
import { sessionHandlers } from "./operations/session-handlers.ts"
import { terminalHandlers } from "./operations/terminal-handlers.ts"
import { attachTo, watchFeed } from "./operations/watching.ts"
import { AskerEnvironment } from "./session/AskerEnvironment.ts"
import { ChangeFeed } from "./session/ChangeFeed.ts"
import { makeFork } from "./session/Fork.ts"
import type { Ownership } from "./session/Ownership.ts"
import { SessionDirectories, sessionsRoot } from "./session/SessionDirectories.ts"
import type { SessionKind } from "./session/SessionKind.ts"
import { SessionTable } from "./session/SessionTable.ts"
import { openAnnouncements } from "./sessions/Announcements.ts"
import type { Attached } from "./sessions/attach.ts"
import { health, StoreHealth } from "./sessions/Health.ts"
import type { HubContext } from "./sessions/HubContext.ts"
import { Persons } from "./sessions/Persons.ts"
import { SeenListeners } from "./sessions/SeenListeners.ts"
import { purgeDue } from "./sessions/purge.ts"
import type { PastScreens } from "./terminal/PastScreens.ts"
import { noTelemetry, reportTo, type Telemetry } from "./Telemetry.ts"
import { terminalKind } from "./terminal/terminal-kind.ts"

/** Name of the lease whose token orders the hubs of a data directory. */
const LEASE = "hub"

/** How long the start waits for living runners to answer, in milliseconds; afterwards they come in behind it. */
const BEGIN_WAIT = 250

/** How often sessions whose time in the trash is over are looked for. */
const PURGE_EVERY = 60_000

/** How a hub is set up. */
export interface HubOptions {
  readonly settings: Settings
  /** Environment and home of children. */
  readonly defaults: ProcessDefaults
  /** Data directory; the sessions' own directories are in it, unless the settings place them elsewhere. */
  readonly data: string
  /** The agents there are. */
  readonly agents: AgentCatalog
  /** Sessions of other programs that can be imported; loaded when they are asked for. */
  readonly imports: () => Promise<ImportSource>
  /** Renders the last screens of terminals that have ended; the hub ends it. */
  readonly screens: PastScreens
  /** Kinds of session beside terminals and agents. */
  readonly kinds?: (context: KindContext) => ReadonlyArray<SessionKind<AttendedPart>>
  /** Which hub a session belongs to; this one when absent. */
  readonly ownership?: Ownership
  /** Epoch milliseconds; the machine's clock when absent. */
  readonly now?: () => number
  /** Where lines, counts and spans go; nowhere when absent. */
  readonly telemetry?: Telemetry
}

/** Makes the hub. Fails when the store cannot be used. */
export function layer(options: HubOptions): Layer.Layer<Hub, StoreError, Store | Runners> {
  return Layer.effect(
    Hub,
    Effect.gen(function* () {
      const store = yield* Store
      const runners = yield* Runners
      const fork = yield* makeFork
      const id = randomUUID()
      const now = options.now ?? Date.now
      const telemetry = options.telemetry ?? noTelemetry
      const report = reportTo(telemetry)
      const epoch = yield* hubEpoch(store, id)
      const storeSeen = new StoreHealth()
      const feed = new ChangeFeed(store, fork)
      const { settings, defaults, agents: catalog, imports, screens } = options
      const directories = new SessionDirectories(options.data, sessionsRoot(settings, options.data), report)
      const askers = new AskerEnvironment(defaults.env)
      const reconcile = (): void => {
        reconciler.pass().catch((cause: unknown) => report("sessions could not be reconciled", { cause: String(cause) }))
      }
      const fleet = new Fleet(runners, id, epoch, {
        died: reconcile,
        back: reconcile,
        child: (link, status) => reconciler.place(link, status),
        report,
      })
      const kind: KindContext = { settings, store, fork, fleet, defaults, askers, directories, now, report }
      const agents = makeAgentContext(kind, { catalog, imports })
      const table: Sessions = new SessionTable({
        context: {
          settings,
          store,
          fork,
          now,
          append: store.append,
          outcome: storeSeen.see,
          changed: (session) => feed.push(session.id, () => session.record()),
          report,
        },
        ...(options.ownership === undefined ? {} : { ownership: options.ownership }),
        kinds: [terminalKind(kind), agentKind(agents), ...(options.kinds?.(kind) ?? [])],
      })
      const reconciler = new Reconciler(runners, table, fleet)
      yield* agents.rules.load
      yield* agents.trust.load
      yield* directories.settleAll(store)
      const announcements = yield* openAnnouncements({ store, now, report, run: (effect) => fork(effect, () => {}) })
      const persons = new Persons({ store, fork, report })
      const core: HubContext = { ...kind, id, table, feed, agents, announcements, persons, seen: new SeenListeners() }
      const attached: Attached = new Map()
      const rates = new Rates(settings.rateLimit)
      const operations = new Operations(telemetry, rates)
      // Closed last: what the end of the hub ends has its lines too.
      yield* Effect.addFinalizer(() => Effect.sync(() => operations.close()))

      const purge = setInterval(() => purgeDue(core), PURGE_EVERY)
      purge.unref()
      yield* Effect.addFinalizer(() =>
        Effect.promise(async () => {
          clearInterval(purge)
          persons.close()
          reconciler.close()
          fleet.close()
          table.close("the hub is stopping")
          await screens.stop()
        }),
      )
      yield* begun(fleet, reconcile)
      operations.add(handlersOf(core, screens))
      return Hub.of({
        id,
        perform: (name, input, by, done) => operations.perform(name, input, by, done as (performed: Performed<unknown>) => void),
        serve: (handlers) => operations.add(handlers),
        attach: (request, sink, by) => attachTo(core, operations, attached, request, sink, by),
        watch: (request, sink, by) => watchFeed(core, operations, request, sink, by),
        health: health(core, storeSeen),
        rate: (by) => rates.of(by),
        dropCredential: (credential, reason) =>
          Effect.sync(() => {
            for (const entry of [...(attached.get(credential) ?? [])]) entry.drop(reason)
          }),
        knowPersons: (isKnown) => persons.know(isKnown),
        forgetPerson: (person) => persons.forget(person),
      })
    }),
  )
}

/** The handlers of the hub's own operations: one of the table without a handler does not compile. */
const handlersOf = (
  core: HubContext,
  screens: PastScreens,
): Handlers<Exclude<PerformedName, AdministrationName | PushName | WebhookName>> => ({
  ...sessionHandlers(core),
  ...terminalHandlers(core, screens),
  ...agentHandlers(core),
  ...deskHandlers(core),
  ...fileHandlers(core),
})

/** Starts looking for runners; waits for those that answer at once. */
function begun(fleet: Fleet, reconcile: () => void): Effect.Effect<void> {
  const beginning = fleet.begin()
  void beginning.then(reconcile)
  return Effect.raceFirst(
    Effect.promise(() => beginning),
    Effect.sleep(BEGIN_WAIT),
  )
}

/**
 * A number that grows with every start of a hub on this store. The lease is over as soon as it is taken: only its token
 * is of use, a dead hub hides nothing, and no clock is asked, because clocks go back.
 */
const hubEpoch = (store: Store["Service"], hub: string): Effect.Effect<number, StoreError> =>
  Effect.flatMap(store.lease(LEASE, hub, 0, 0), (token) =>
    token === undefined ? Effect.die(new Error("the lease of a hub never lasts, and yet one is held")) : Effect.succeed(token),
  )
