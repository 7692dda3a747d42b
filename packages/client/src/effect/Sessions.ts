/**
 * Sessions as an Effect service (docs/protocol/rules.md, F-1 to F-3): what a program asks of a hub, with typed errors and streams.
 *
 * `Sessions.layer` is a hub's, `Sessions.layerTest` one in memory, with the rules of a hub and no processes.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PoolOptions } from "./ConnectionPool.ts"
import { liveSessions } from "./live-sessions.ts"
import type { SessionsShape } from "./sessions-shape.ts"
import { makeTestSessions, type TestControl } from "./test-sessions.ts"

/** What a test does with the sessions in memory. */
export class TestSessions extends Context.Service<TestSessions, TestControl>()("@holdfast/client/effect/TestSessions") {}

/** The sessions of a hub. */
export class Sessions extends Context.Service<Sessions, SessionsShape>()("@holdfast/client/effect/Sessions") {
  /** The sessions of a hub. Connections are opened when a stream needs one, and close with it. */
  static readonly layer = (options: PoolOptions): Layer.Layer<Sessions> =>
    Layer.sync(Sessions, () => Sessions.of(liveSessions(options)))

  /** Sessions in memory for tests, with `TestSessions` to say what happens in them. */
  static readonly layerTest: Layer.Layer<Sessions | TestSessions> = Layer.effectContext(
    Effect.map(makeTestSessions, ({ sessions, control }) =>
      Context.make(Sessions, Sessions.of(sessions)).pipe(Context.add(TestSessions, TestSessions.of(control))),
    ),
  )
}
