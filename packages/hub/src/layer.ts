/**
 * The hub, wired: one layer over a store and the runners of a data directory.
 *
 * It is ready as soon as the store is open and the living runners are connected; sessions and children are brought
 * together behind that.
 */
import { randomUUID } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { planFeed } from "@holdfast/core/cursor"
import { BadRequest, Unavailable } from "@holdfast/protocol/errors"
import { Store, type StoreError } from "@holdfast/store/Store"
import { RunnerGone } from "@holdfast/link/RunnerConnection"
import type { RunnerStatus } from "@holdfast/link/messages"
import { AgentPool } from "./agent/AgentPool.ts"
import { scriptedCatalog } from "./agent/catalog.ts"
import { makeAgents } from "./agent/make-agents.ts"
import { Agents } from "./Agents.ts"
import { Hub } from "./Hub.ts"
import { Fleet, type RunnerLink } from "./child/Fleet.ts"
import { Reconciler } from "./child/Reconciler.ts"
import { Runners } from "./child/Runners.ts"
import { Feed } from "./session/Feed.ts"
import { makeFork } from "./session/Fork.ts"
import { SessionTable } from "./session/SessionTable.ts"
import { storeProblem } from "./session/store-problem.ts"
import { restart } from "./terminal/restart.ts"
import * as Viewing from "./sessions/viewers.ts"
import { AskerEnvironment } from "./session/AskerEnvironment.ts"
import { PastScreens } from "./terminal/PastScreens.ts"
import { attach, type Attached } from "./sessions/attach.ts"
import type { HubContext, HubOptions } from "./sessions/HubContext.ts"
import { create } from "./terminal/create-terminal.ts"
import { health, StoreHealth } from "./sessions/Health.ts"
import * as Lifecycle from "./sessions/lifecycle.ts"
import { purgeDue } from "./sessions/purge.ts"
import * as Queries from "./sessions/queries.ts"
import { keptKey } from "./session/command.ts"
import * as Terminals from "./terminal/terminal-requests.ts"

/** Name of the lease whose token orders the hubs of a data directory. */
const LEASE = "hub"

/** How long the start waits for living runners to answer, in milliseconds; afterwards they come in behind it. */
const BEGIN_WAIT = 250

/** How often sessions whose time in the trash is over are looked for. */
const PURGE_EVERY = 60_000

/** Makes the hub with its agents. Fails when the store cannot be used. */
export const layer = (options: HubOptions): Layer.Layer<Hub | Agents, StoreError, Store | Runners> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const store = yield* Store
      const runners = yield* Runners
      const fork = yield* makeFork
      const id = randomUUID()
      const now = options.now ?? Date.now
      const report = options.report ?? ((): void => {})
      const epoch = yield* hubEpoch(store, id)
      const seen = new StoreHealth()
      const feed = new Feed(store, fork)
      const table = new SessionTable({
        settings: options.settings,
        store,
        fork,
        now,
        append: store.append,
        outcome: seen.see,
        changed: (session) => feed.push(session.id, () => session.record()),
        report,
      })
      const reconciler: Reconciler = new Reconciler(
        runners,
        table,
        () => fleet,
        (session) => crew.directory(session),
      )
      const fleet = new Fleet(runners, id, epoch, {
        died: () => reconcile(),
        back: () => reconcile(),
        child: (link, status) => reconciler.place(link, status),
        report,
      })
      const reconcile = (): void => {
        reconciler.pass().catch((cause: unknown) => report("sessions could not be reconciled", { cause: String(cause) }))
      }
      const { settings, agents: catalog = scriptedCatalog, data } = options
      const askers = new AskerEnvironment(options.defaults.env)
      const crew: AgentPool = new AgentPool({
        settings,
        store,
        fork,
        table,
        fleet: () => fleet,
        catalog,
        askers,
        data,
        home: options.defaults.home,
        now,
        report,
      })
      yield* crew.rules.load
      yield* crew.trust.load
      yield* crew.directories.settleAll(store)
      table.onOpen = (loaded) => crew.opened(loaded)
      const core: HubContext = { id, options, store, table, fleet, reconciler, feed, crew, askers, now }
      const past = new PastScreens()
      const attached: Attached = new Map()

      const purge = setInterval(() => purgeDue(core), PURGE_EVERY)
      purge.unref()
      yield* Effect.addFinalizer(() =>
        Effect.promise(async () => {
          clearInterval(purge)
          reconciler.close()
          fleet.close()
          table.close("the hub is stopping")
          await past.stop()
        }),
      )
      const begun = fleet.begin()
      void begun.then(reconcile)
      yield* Effect.raceFirst(
        Effect.promise(() => begun),
        Effect.sleep(BEGIN_WAIT),
      )

      const hub = Hub.of({
        id,
        create: (request, by) => Effect.callback((resume) => create(core, request, by, resume)),
        createThen: (request, by, answer) => create(core, request, by, answer),
        resolve: (text) => Queries.resolve(core, text),
        get: (session) => Queries.get(core, session),
        list: (query) => Queries.list(core, query),
        change: (session, change, by, answer) => Lifecycle.change(core, session, change, by, answer),
        update: (session, change, by) => Lifecycle.changed(core, session, { _tag: "Update", change }, by),
        mark: (session, mark, by) => Lifecycle.changed(core, session, { _tag: "Mark", mark }, by),
        archive: (session, key, by) => Lifecycle.changed(core, session, { _tag: "Archive", key }, by),
        restore: (session, key, by) => Lifecycle.changed(core, session, { _tag: "Restore", key }, by),
        remove: (session, key, by) => Lifecycle.remove(core, session, key, by),
        events: (session, range) => Queries.events(core, session, range),
        attach: (request, sink, by) => attach(core, attached, request, sink, by),
        watch: (cursor, sink) =>
          Effect.gen(function* () {
            const { after } = cursor
            if (after !== undefined && !(Number.isSafeInteger(after) && after >= 0)) {
              return yield* new BadRequest({ message: "a change number is a whole number from 0", field: "after" })
            }
            const bounds = yield* store.changes(Number.MAX_SAFE_INTEGER, 1).pipe(Effect.mapError(storeProblem))
            const plan = planFeed(cursor, bounds)
            return { ...plan, feed: bounds.feed, ...feed.watch(plan.change, sink) }
          }),
        input: (session, key, bytes, by) =>
          Effect.andThen(Lifecycle.may(by), Terminals.input(core, session, key === undefined ? key : keptKey(by, key), bytes)),
        resize: (session, cols, rows, by) => Effect.andThen(Lifecycle.may(by), Terminals.resize(core, session, cols, rows)),
        signal: (session, name, by) => Effect.andThen(Lifecycle.may(by), Terminals.signal(core, session, name)),
        setTypist: (session, viewer, mode, by) => Lifecycle.setTypist(core, session, viewer, mode, by),
        restart: (session, request, by) => restart(core, session, request, by),
        viewers: (session) => Effect.sync(() => Viewing.viewers(core, session)),
        release: (session, except, name, by) =>
          Effect.map(Lifecycle.may(by), () => Viewing.release(core, session, except, name, by)),
        screen: (session) => Terminals.screen(core, past, session),
        health: health(core, seen),
        runnerStatus: ask(async () => (await Promise.all([...fleet.links.values()].map(statusOf))).flat()),
        stopRunners: (atOnce) =>
          ask(async () => {
            if (atOnce) await core.crew.announceEnd()
            return Promise.all(
              [...fleet.links.values()].map(async (link) => {
                link.draining = true
                const status = await link.connection.status()
                await link.connection.drain(atOnce, options.settings.killGrace).catch((cause: unknown) => {
                  // A runner that was told to end at once may be gone before its answer is: that is what was asked for.
                  if (!(atOnce && cause instanceof RunnerGone)) throw cause
                })
                return status
              }),
            )
          }),
        dropCredential: (credential) =>
          Effect.sync(() => {
            for (const entry of [...(attached.get(credential) ?? [])]) entry.drop("the credential was revoked")
          }),
      })
      return Context.make(Hub, hub).pipe(Context.add(Agents, makeAgents(core)))
    }),
  )

/** The status of a runner, or none where it ended while it was asked. */
const statusOf = ({ connection }: RunnerLink): Promise<ReadonlyArray<RunnerStatus>> =>
  connection.status().then(
    (status) => [status],
    (cause: unknown) => {
      if (cause instanceof RunnerGone) return []
      throw cause
    },
  )

const ask = <A>(body: () => Promise<A>): Effect.Effect<A, Unavailable> =>
  Effect.tryPromise({ try: body, catch: (cause) => new Unavailable({ message: `the runner did not answer: ${String(cause)}` }) })

/**
 * A number that grows with every start of a hub on this store. The lease is over as soon as it is taken: only its token
 * is of use, a dead hub hides nothing, and no clock is asked, because clocks go back.
 */
const hubEpoch = (store: Store["Service"], hub: string): Effect.Effect<number, StoreError> =>
  Effect.flatMap(store.lease(LEASE, hub, 0, 0), (token) =>
    token === undefined ? Effect.die(new Error("the lease of a hub never lasts, and yet one is held")) : Effect.succeed(token),
  )
